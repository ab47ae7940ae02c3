"""The one table of rights: what every route that names a story answers, for everybody, in every state.

A block is a list of routes that answer alike, and under them a line for each group of callers who are answered the
same; a heading names each state by its first four letters. Nothing is computed from a rule: a person can check each
cell by eye. The callers are those of house.py. A token that is bound to another story, or over, opens nothing of this
in any state: test_rights_by_story.py.
"""

from __future__ import annotations

from tests.contracts.states import ENTRY_STATES, STORY_STATES
from tests.contracts.tables import Row, read_rights

IN_STORY_STATES = """
                                      draf sche upco live paus ende arch with froz site memb
PATCH  /v1/stories/{story}
  MEMBER ADMIN                        200  200  200  200  200  200  409  410  409  409  200
  EDITOR                              200  200  200  200  200  200  409  410  409  409  404
  OWN OTHER READ                      403  403  403  403  403  403  403  403  403  403  404
PATCH  /v1/stories/{story} settings
PUT    /v1/stories/{story}/pinned
PUT    /v1/stories/{story}/key-points
  MEMBER ADMIN                        200  200  200  200  200  200  200  200  409  409  200
  EDITOR                              200  200  200  200  200  200  200  200  409  409  404
  OWN OTHER READ                      403  403  403  403  403  403  403  403  403  403  404
PATCH  /v1/stories/{story} withdraw
  MEMBER ADMIN                        409  409  200  200  200  200  200  200  409  409  200
  EDITOR                              409  409  200  200  200  200  200  200  409  409  404
  OWN OTHER READ                      403  403  403  403  403  403  403  403  403  403  404
PUT    /v1/stories/{story}/pinned it
PUT    /v1/stories/{story}/key-points it
  MEMBER ADMIN                        409  409  200  200  200  200  409  409  409  409  200
  EDITOR                              409  409  200  200  200  200  409  409  409  409  404
  OWN OTHER READ                      403  403  403  403  403  403  403  403  403  403  404
POST   /v1/stories/{story}/retract-last
  MEMBER EDITOR ADMIN OTHER           404  404  404  404  404  404  404  404  404  404  404
  OWN                                 409  409  200  200  200  200  200  410  200  200  404
  READ                                403  403  403  403  403  403  403  410  403  403  404
                                      draf sche upco live paus ende arch with froz site memb
POST   /v1/stories/{story}/retract-last theirs
  MEMBER ADMIN                        409  409  200  200  200  200  200  410  200  200  200
  EDITOR OWN                          409  409  200  200  200  200  200  410  200  200  404
  OTHER                               403  403  403  403  403  403  403  403  403  403  404
  READ                                403  403  403  403  403  403  403  410  403  403  404
POST   /v1/stories/{story}/entries
PUT    /v1/stories/{story}/entries/by-external-id/{external}
  MEMBER ADMIN                        201  201  201  201  201  409  409  410  409  409  201
  EDITOR OWN OTHER                    201  201  201  201  201  409  409  410  409  409  404
  READ                                403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries:batch
  MEMBER ADMIN                        200  200  200  200  200  200  409  410  409  409  200
  EDITOR OWN OTHER                    200  200  200  200  200  200  409  410  409  409  404
  READ                                403  403  403  403  403  403  403  403  403  403  403
PATCH  /v1/stories/{story}/entries/{entry}
POST   /v1/stories/{story}/entries/{entry}/submit
POST   /v1/stories/{story}/entries/{entry}/cancel
POST   /v1/stories/{story}/entries/{entry}/discard
  MEMBER ADMIN                        200  200  200  200  200  200  409  410  409  409  200
  EDITOR OWN                          200  200  200  200  200  200  409  410  409  409  404
  OTHER READ                          403  403  403  403  403  403  409  410  409  409  404
                                      draf sche upco live paus ende arch with froz site memb
DELETE /v1/stories/{story}/entries/{entry}
POST   /v1/stories/{story}/entries/{entry}/unpublish
POST   /v1/stories/{story}/entries/{entry}/remove
  MEMBER ADMIN                        200  200  200  200  200  200  200  410  200  200  200
  EDITOR OWN                          200  200  200  200  200  200  200  410  200  200  404
  OTHER READ                          403  403  403  403  403  403  403  410  403  403  404
POST   /v1/stories/{story}/entries/{entry}/return
POST   /v1/stories/{story}/entries/{entry}/reject
  MEMBER ADMIN                        200  200  200  200  200  200  409  410  409  409  200
  EDITOR                              200  200  200  200  200  200  409  410  409  409  404
  OWN OTHER READ                      403  403  403  403  403  403  409  410  409  409  404
POST   /v1/stories/{story}/entries/{entry}/schedule
  MEMBER ADMIN                        202  202  202  202  202  202  409  410  409  409  202
  EDITOR                              202  202  202  202  202  202  409  410  409  409  404
  OWN OTHER READ                      403  403  403  403  403  403  409  410  409  409  404
POST   /v1/stories/{story}/entries/{entry}/publish
  MEMBER ADMIN                        200  200  200  200  200  409  409  410  409  409  200
  EDITOR OWN                          200  200  200  200  200  409  409  410  409  409  404
  OTHER READ                          403  403  403  403  403  403  409  410  409  409  404
POST   /v1/stories/{story}/entries/{entry}/retract
  MEMBER ADMIN                        409  409  200  200  200  200  200  410  200  200  200
  EDITOR OWN                          409  409  200  200  200  200  200  410  200  200  404
  OTHER READ                          403  403  403  403  403  403  403  410  403  403  404
                                      draf sche upco live paus ende arch with froz site memb
POST   /v1/stories/{story}/entries/{entry}/reinstate
  MEMBER ADMIN                        .    .    200  200  200  200  409  410  409  409  200
  EDITOR OWN                          .    .    200  200  200  200  409  410  409  409  404
  OTHER READ                          .    .    403  403  403  403  409  410  409  409  404
POST   /v1/stories/{story}/entries/{entry}/move
  MEMBER ADMIN                        409  409  200  200  200  200  409  410  409  409  200
  EDITOR                              409  409  200  200  200  200  409  410  409  409  404
  OWN OTHER READ                      403  403  403  403  403  403  409  410  409  409  404
POST   /v1/stories/{story}/entries/{entry}/corrections
  MEMBER ADMIN                        409  409  200  200  200  200  409  410  409  409  200
  EDITOR OWN                          409  409  200  200  200  200  409  410  409  409  404
  OTHER READ                          403  403  403  403  403  403  409  410  409  409  404
GET    /v1/newsroom/stories/{story}
GET    /v1/newsroom/stories/{story}/entries
GET    /v1/newsroom/stories/{story}/entries/{entry}
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions
  MEMBER ADMIN                        200  200  200  200  200  200  200  200  200  200  200
  EDITOR OWN OTHER READ               200  200  200  200  200  200  200  200  200  200  404
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery
  MEMBER EDITOR ADMIN OWN OTHER READ  404  404  404  404  404  404  404  404  404  404  404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview
  MEMBER ADMIN                        201  201  201  201  201  201  201  201  201  201  201
  EDITOR OWN OTHER READ               201  201  201  201  201  201  201  201  201  201  404
                                      draf sche upco live paus ende arch with froz site memb
GET    /v1/newsroom/stories/{story}/members
PUT    /v1/newsroom/stories/{story}/members/{person}
DELETE /v1/newsroom/stories/{story}/members/{member}
  MEMBER ADMIN                        200  200  200  200  200  200  200  200  200  200  200
  EDITOR                              200  200  200  200  200  200  200  200  200  200  404
  OWN OTHER READ                      403  403  403  403  403  403  403  403  403  403  404
GET    /v1/newsroom/stories/{story}/people
  MEMBER ADMIN                        200  200  200  200  200  200  200  200  200  200  200
  EDITOR                              200  200  200  200  200  200  200  200  200  200  404
  OWN OTHER READ                      403  403  403  403  403  403  403  403  403  403  404
PUT    /v1/newsroom/stories/{story}/duty
  MEMBER ADMIN                        200  200  200  200  200  200  200  200  200  200  200
  EDITOR                              200  200  200  200  200  200  200  200  200  200  404
  OWN OTHER READ                      403  403  403  403  403  403  403  403  403  403  404
"""
"""`site`: a live story while the whole site is frozen. Where a row does something to an entry, the entry stands so that
this could be done to it in a live story (states.BEFORE); `.` marks what cannot come about. Only MEMBER and ADMIN find a
story for members only. What stands here under `live` is the row of the matrix (matrix.py)."""

IN_ENTRY_STATES = """
                                                       draf subm reje sche held publ edit retr unpu expi remo
PATCH  /v1/stories/{story}/entries/{entry}
  MEMBER EDITOR ADMIN OWN                              200  200  200  202  202  200  200  200  200  200  409
  OWN_UNDER_REVIEW                                     200  200  200  403  403  200  200  200  200  200  409
  OTHER READ                                           403  403  403  403  403  403  403  403  403  403  409
PATCH  /v1/stories/{story}/entries/{entry} set_expiry
  MEMBER EDITOR ADMIN OWN                              200  200  200  202  202  200  200  200  200  200  409
  OWN_UNDER_REVIEW                                     200  200  200  403  403  403  403  403  200  200  409
  OTHER READ                                           403  403  403  403  403  403  403  403  403  403  409
PATCH  /v1/stories/{story}/entries/{entry} reschedule
  MEMBER EDITOR ADMIN                                  409  409  409  202  202  409  409  409  409  409  409
  OWN OWN_UNDER_REVIEW OTHER READ                      403  403  403  403  403  403  403  403  403  403  409
DELETE /v1/stories/{story}/entries/{entry}
POST   /v1/stories/{story}/entries/{entry}/remove
  MEMBER EDITOR ADMIN OWN                              200  200  200  200  200  200  200  200  200  200  409
  OWN_UNDER_REVIEW                                     200  200  200  200  200  403  403  403  200  200  409
  OTHER READ                                           403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries/{entry}/submit
  MEMBER EDITOR ADMIN OWN OWN_UNDER_REVIEW             200  409  409  409  409  409  200  409  409  409  409
  OTHER READ                                           403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries/{entry}/return
POST   /v1/stories/{story}/entries/{entry}/reject
  MEMBER EDITOR ADMIN                                  409  200  409  409  409  409  409  409  409  409  409
  OWN OWN_UNDER_REVIEW OTHER READ                      403  403  403  403  403  403  403  403  403  403  403
                                                       draf subm reje sche held publ edit retr unpu expi remo
POST   /v1/stories/{story}/entries/{entry}/schedule
  MEMBER EDITOR ADMIN                                  202  202  409  409  409  409  202  409  202  409  409
  OWN OWN_UNDER_REVIEW OTHER READ                      403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries/{entry}/cancel
  MEMBER EDITOR ADMIN OWN OWN_UNDER_REVIEW             409  409  409  200  200  409  409  409  409  409  409
  OTHER READ                                           403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries/{entry}/publish
  MEMBER EDITOR ADMIN OWN                              200  200  409  409  200  409  200  409  200  409  409
  OWN_UNDER_REVIEW OTHER READ                          403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries/{entry}/discard
  MEMBER EDITOR ADMIN OWN OWN_UNDER_REVIEW             409  409  409  409  409  409  200  409  409  409  409
  OTHER READ                                           403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries/{entry}/unpublish
POST   /v1/stories/{story}/entries/{entry}/corrections
  MEMBER EDITOR ADMIN OWN                              409  409  409  409  409  200  200  200  409  409  409
  OWN_UNDER_REVIEW OTHER READ                          403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries/{entry}/retract
  MEMBER EDITOR ADMIN OWN                              409  409  409  409  409  200  200  409  409  409  409
  OWN_UNDER_REVIEW OTHER READ                          403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries/{entry}/reinstate
  MEMBER EDITOR ADMIN OWN                              409  409  409  409  409  409  409  200  409  409  409
  OWN_UNDER_REVIEW OTHER READ                          403  403  403  403  403  403  403  403  403  403  403
                                                       draf subm reje sche held publ edit retr unpu expi remo
POST   /v1/stories/{story}/entries/{entry}/move
POST   /v1/stories/{story}/entries/{beside}/move
PUT    /v1/stories/{story}/pinned it
PUT    /v1/stories/{story}/key-points it
  MEMBER EDITOR ADMIN                                  409  409  409  409  409  200  200  200  409  409  409
  OWN OWN_UNDER_REVIEW OTHER READ                      403  403  403  403  403  403  403  403  403  403  403
PUT    /v1/stories/{story}/entries/by-external-id/{known}
  MEMBER EDITOR ADMIN OWN                              200  200  200  202  202  200  200  200  200  200  409
  OWN_UNDER_REVIEW                                     200  200  200  403  403  200  200  200  200  200  409
  OTHER                                                403  403  403  403  403  403  403  403  403  403  409
  READ                                                 403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/entries again
  MEMBER EDITOR ADMIN OWN OWN_UNDER_REVIEW OTHER       409  409  409  409  409  409  409  409  409  409  409
  READ                                                 403  403  403  403  403  403  403  403  403  403  403
POST   /v1/stories/{story}/retract-last
  MEMBER EDITOR ADMIN OTHER                            404  404  404  404  404  404  404  404  404  404  404
  OWN                                                  404  404  404  404  404  200  200  404  404  404  404
  OWN_UNDER_REVIEW READ                                404  404  404  404  404  403  403  404  404  404  404
POST   /v1/stories/{story}/retract-last theirs
  MEMBER EDITOR ADMIN OWN                              404  404  404  404  404  200  200  404  404  404  404
  OWN_UNDER_REVIEW READ                                404  404  404  404  404  403  403  404  404  404  404
  OTHER                                                403  403  403  403  403  403  403  403  403  403  403
                                                       draf subm reje sche held publ edit retr unpu expi remo
GET    /v1/newsroom/stories/{story}/entries/{entry}
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions
  MEMBER EDITOR ADMIN OWN OWN_UNDER_REVIEW OTHER READ  200  200  200  200  200  200  200  200  200  200  200
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery
  MEMBER EDITOR ADMIN OWN OWN_UNDER_REVIEW OTHER READ  404  404  404  404  404  404  404  404  404  404  404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview
  MEMBER EDITOR ADMIN OWN OWN_UNDER_REVIEW OTHER READ  201  201  201  201  201  201  201  201  201  201  404
"""
"""In a live story, OWN_UNDER_REVIEW (the entry's reporter again) in one that requires a review; there, everybody else
is answered the same as in a live one. The working revision of what is `edited` is a draft. Rows with `it` name the
entry in their body; `{known}` is the entry's external id, `{beside}` another entry of the story. READ is a token of
OWN's person: retract-last tells it that there is nothing to retract, where there is nothing."""

TO_READERS = """
             draf sche upco live paus ende arch with froz site memb
GET    /v1/stories/{story}
GET    /v1/stories/{story}/entries
GET    /v1/stories/{story}/entries/{entry}
GET    /v1/stories/{story}/changes
GET    /v1/stories/{story}/corrections
GET    /v1/stories/{story}/structured-data
GET    /v1/stories/{story}/comments
GET    /v1/stories/{story}/comments/form
  EVERYBODY  404  404  200  200  200  200  200  410  200  200  200
GET    /v1/previews/{signed}
  EVERYBODY  200  200  200  200  200  200  200  200  200  200  200
"""
"""The same for everybody. A preview is the newsroom's own, whatever the story's state."""

FROM_READERS = """
                                                        draf sche upco live paus ende arch with froz site memb
POST   /v1/stories/{story}/comments
  EVERYBODY                                             404  404  202  202  202  409  409  410  202  202  202
POST   /v1/stories/{story}/comments/{shown}/reports
  EVERYBODY                                             404  404  202  202  202  202  202  410  202  202  202
POST   /v1/receipts/{refused}/appeal
  EVERYBODY                                             200  200  200  200  200  200  200  200  200  200  200
"""
"""What readers send, answered alike whatever token they show. A freeze is nothing that a reader could notice. `{shown}`
is a comment that readers see where they see the story, `{refused}` the receipt of one that was rejected."""

WHO = ("MEMBER", "EDITOR", "ADMIN", "OWN", "OTHER", "READ")
STORIES = tuple(state for state in STORY_STATES if state != "reviewed")

BY_STORY = read_rights(IN_STORY_STATES, callers=WHO, states=STORIES)
BY_ENTRY = read_rights(IN_ENTRY_STATES, callers=(*WHO, "OWN_UNDER_REVIEW"), states=tuple(ENTRY_STATES))
PUBLIC = {
    row: lines["EVERYBODY"] for row, lines in read_rights(TO_READERS, callers=("EVERYBODY",), states=STORIES).items()
}
BY_ANYBODY = {
    row: lines["EVERYBODY"] for row, lines in read_rights(FROM_READERS, callers=("EVERYBODY",), states=STORIES).items()
}


def cell_by_entry(row: Row, caller: str, state: str, *, story: str = "live") -> str:
    """Return what a caller is answered of an entry in a state, in a live or a reviewed story."""
    return BY_ENTRY[row]["OWN_UNDER_REVIEW" if (caller, story) == ("OWN", "reviewed") else caller][state]
