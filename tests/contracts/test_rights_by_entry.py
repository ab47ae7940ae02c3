"""What may be done with an entry in each of its states, over HTTP: every route that names one, for everybody.

What each action leads to is in tests/newsroom/test_rights_in_every_status.py; here is what is answered. Rows with `it`
name the entry in their body; `{known}` is the entry's external id, `{beside}` another entry of the story.
"""

from __future__ import annotations

import pytest

from tests.contracts.house import House
from tests.contracts.states import ENTRY_STATES
from tests.contracts.tables import Table, read_table

pytestmark = pytest.mark.anyio

EDITORS = """
draft submitted rejected scheduled held published edited retracted unpublished expired removed
PATCH  /v1/stories/{story}/entries/{entry}                  200 200 200 202 202 200 200 200 200 200 409
DELETE /v1/stories/{story}/entries/{entry}                  200 200 200 200 200 200 200 200 200 200 409
POST   /v1/stories/{story}/entries/{entry}/submit           200 409 409 409 409 409 200 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/return           409 200 409 409 409 409 409 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/reject           409 200 409 409 409 409 409 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/schedule         202 202 409 409 409 409 202 409 202 409 409
POST   /v1/stories/{story}/entries/{entry}/cancel           409 409 409 200 200 409 409 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/publish          200 200 409 409 409 409 200 409 200 409 409
POST   /v1/stories/{story}/entries/{entry}/discard          409 409 409 409 409 409 200 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/unpublish        409 409 409 409 409 200 200 200 409 409 409
POST   /v1/stories/{story}/entries/{entry}/retract          409 409 409 409 409 200 200 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/reinstate        409 409 409 409 409 409 409 200 409 409 409
POST   /v1/stories/{story}/entries/{entry}/remove           200 200 200 200 200 200 200 200 200 200 409
POST   /v1/stories/{story}/entries/{entry}/move             409 409 409 409 409 200 200 200 409 409 409
POST   /v1/stories/{story}/entries/{entry}/corrections      409 409 409 409 409 200 200 200 409 409 409
PUT    /v1/stories/{story}/entries/by-external-id/{known}   200 200 200 202 202 200 200 200 200 200 409
POST   /v1/stories/{story}/entries again                    409 409 409 409 409 409 409 409 409 409 409
POST   /v1/stories/{story}/entries/{beside}/move            409 409 409 409 409 200 200 200 409 409 409
PUT    /v1/stories/{story}/pinned it                        409 409 409 409 409 200 200 200 409 409 409
PUT    /v1/stories/{story}/key-points it                    409 409 409 409 409 200 200 200 409 409 409
POST   /v1/stories/{story}/retract-last                     404 404 404 404 404 404 404 404 404 404 404
POST   /v1/stories/{story}/retract-last theirs              404 404 404 404 404 200 200 404 404 404 404
GET    /v1/newsroom/stories/{story}/entries/{entry}          200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions 200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery 404 404 404 404 404 404 404 404 404 404 404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview  201 201 201 201 201 201 201 201 201 201 404
"""
"""MEMBER, EDITOR and ADMIN. The working revision of what is `edited` is a draft."""

OWN = """
draft submitted rejected scheduled held published edited retracted unpublished expired removed
PATCH  /v1/stories/{story}/entries/{entry}                  200 200 200 202 202 200 200 200 200 200 409
DELETE /v1/stories/{story}/entries/{entry}                  200 200 200 200 200 200 200 200 200 200 409
POST   /v1/stories/{story}/entries/{entry}/submit           200 409 409 409 409 409 200 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/return           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/reject           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/schedule         403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/cancel           409 409 409 200 200 409 409 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/publish          200 200 409 409 409 409 200 409 200 409 409
POST   /v1/stories/{story}/entries/{entry}/discard          409 409 409 409 409 409 200 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/unpublish        409 409 409 409 409 200 200 200 409 409 409
POST   /v1/stories/{story}/entries/{entry}/retract          409 409 409 409 409 200 200 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/reinstate        409 409 409 409 409 409 409 200 409 409 409
POST   /v1/stories/{story}/entries/{entry}/remove           200 200 200 200 200 200 200 200 200 200 409
POST   /v1/stories/{story}/entries/{entry}/move             403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/corrections      409 409 409 409 409 200 200 200 409 409 409
PUT    /v1/stories/{story}/entries/by-external-id/{known}   200 200 200 202 202 200 200 200 200 200 409
POST   /v1/stories/{story}/entries again                    409 409 409 409 409 409 409 409 409 409 409
POST   /v1/stories/{story}/entries/{beside}/move            403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/pinned it                        403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/key-points it                    403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/retract-last                     404 404 404 404 404 200 200 404 404 404 404
POST   /v1/stories/{story}/retract-last theirs              404 404 404 404 404 200 200 404 404 404 404
GET    /v1/newsroom/stories/{story}/entries/{entry}          200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions 200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery 404 404 404 404 404 404 404 404 404 404 404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview  201 201 201 201 201 201 201 201 201 201 404
"""

OWN_UNDER_REVIEW = """
draft submitted rejected scheduled held published edited retracted unpublished expired removed
PATCH  /v1/stories/{story}/entries/{entry}                  200 200 200 403 403 200 200 200 200 200 409
DELETE /v1/stories/{story}/entries/{entry}                  200 200 200 200 200 403 403 403 200 200 409
POST   /v1/stories/{story}/entries/{entry}/submit           200 409 409 409 409 409 200 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/return           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/reject           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/schedule         403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/cancel           409 409 409 200 200 409 409 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/publish          403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/discard          409 409 409 409 409 409 200 409 409 409 409
POST   /v1/stories/{story}/entries/{entry}/unpublish        403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/retract          403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/reinstate        403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/remove           200 200 200 200 200 403 403 403 200 200 409
POST   /v1/stories/{story}/entries/{entry}/move             403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/corrections      403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/entries/by-external-id/{known}   200 200 200 403 403 200 200 200 200 200 409
POST   /v1/stories/{story}/entries again                    409 409 409 409 409 409 409 409 409 409 409
POST   /v1/stories/{story}/entries/{beside}/move            403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/pinned it                        403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/key-points it                    403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/retract-last                     404 404 404 404 404 403 403 404 404 404 404
POST   /v1/stories/{story}/retract-last theirs              404 404 404 404 404 403 403 404 404 404 404
GET    /v1/newsroom/stories/{story}/entries/{entry}          200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions 200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery 404 404 404 404 404 404 404 404 404 404 404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview  201 201 201 201 201 201 201 201 201 201 404
"""

OTHER = """
draft submitted rejected scheduled held published edited retracted unpublished expired removed
PATCH  /v1/stories/{story}/entries/{entry}                  403 403 403 403 403 403 403 403 403 403 409
DELETE /v1/stories/{story}/entries/{entry}                  403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/submit           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/return           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/reject           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/schedule         403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/cancel           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/publish          403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/discard          403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/unpublish        403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/retract          403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/reinstate        403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/remove           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/move             403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/corrections      403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/entries/by-external-id/{known}   403 403 403 403 403 403 403 403 403 403 409
POST   /v1/stories/{story}/entries again                    409 409 409 409 409 409 409 409 409 409 409
POST   /v1/stories/{story}/entries/{beside}/move            403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/pinned it                        403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/key-points it                    403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/retract-last                     404 404 404 404 404 404 404 404 404 404 404
POST   /v1/stories/{story}/retract-last theirs              403 403 403 403 403 403 403 403 403 403 403
GET    /v1/newsroom/stories/{story}/entries/{entry}          200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions 200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery 404 404 404 404 404 404 404 404 404 404 404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview  201 201 201 201 201 201 201 201 201 201 404
"""

READ = """
draft submitted rejected scheduled held published edited retracted unpublished expired removed
PATCH  /v1/stories/{story}/entries/{entry}                  403 403 403 403 403 403 403 403 403 403 409
DELETE /v1/stories/{story}/entries/{entry}                  403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/submit           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/return           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/reject           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/schedule         403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/cancel           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/publish          403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/discard          403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/unpublish        403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/retract          403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/reinstate        403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/remove           403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/move             403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{entry}/corrections      403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/entries/by-external-id/{known}   403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries again                    403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries/{beside}/move            403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/pinned it                        403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/key-points it                    403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/retract-last                     404 404 404 404 404 403 403 404 404 404 404
POST   /v1/stories/{story}/retract-last theirs              404 404 404 404 404 403 403 404 404 404 404
GET    /v1/newsroom/stories/{story}/entries/{entry}          200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions 200 200 200 200 200 200 200 200 200 200 200
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery 404 404 404 404 404 404 404 404 404 404 404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview  201 201 201 201 201 201 201 201 201 201 404
"""
"""The token that may only read is OWN's person's: what it finds nothing of, it is told so."""

WHO = {
    "MEMBER": EDITORS,
    "EDITOR": EDITORS,
    "ADMIN": EDITORS,
    "OWN": OWN,
    "OTHER": OTHER,
    "READ": READ,
}


@pytest.mark.parametrize("state", ENTRY_STATES)
@pytest.mark.parametrize("who", WHO)
async def test_every_route_answers_everybody_as_the_table_says(house: House, who: str, state: str) -> None:
    assert await _wrong_cells(house, who, read_table(WHO[who]), state=state, story="live") == []


@pytest.mark.parametrize("state", ENTRY_STATES)
async def test_a_story_under_review_answers_its_reporter_as_the_table_says(house: House, state: str) -> None:
    assert await _wrong_cells(house, "OWN", read_table(OWN_UNDER_REVIEW), state=state, story="reviewed") == []


@pytest.mark.parametrize("state", ENTRY_STATES)
async def test_a_token_for_another_story_finds_no_entry_in_any_state(house: House, state: str) -> None:
    for row in read_table(EDITORS):
        await house.prepare(row, entry=state)
        reply = await house.ask("BOUND", row)
        assert (reply.status_code, reply.json()["code"]) == (404, "story_not_found"), row


def test_every_table_has_the_same_rows_and_a_cell_for_every_state() -> None:
    rows = list(read_table(EDITORS))
    for written in (*WHO.values(), OWN_UNDER_REVIEW):
        table = read_table(written)
        assert list(table) == rows
        assert all(tuple(cells) == tuple(ENTRY_STATES) for cells in table.values())


async def _wrong_cells(house: House, who: str, table: Table, *, state: str, story: str) -> list[str]:
    wrong = []
    for row, cells in table.items():
        await house.prepare(row, story=story, entry=state)
        reply = await house.ask(who, row)
        if str(reply.status_code) != cells[state]:
            wrong.append(f"{row.name} of what is {state}: {cells[state]} expected, {reply.status_code}: {reply.text}")
    return wrong
