"""What may be done in a story in each of its states, over HTTP: every route that names one, for everybody.

`frozen` is a live story under a freeze, `site` one while the whole site is frozen. `members` is a story for members
only as its members and admins find it, `apart` the same story for everybody else. Where a row does something to an
entry, the entry stands so that this could be done to it in a live story; `.` marks what cannot come about.
"""

from __future__ import annotations

import re
import uuid

import pytest

from tests.contracts.house import CALLERS, OUTSIDERS, House
from tests.contracts.matrix import IN_A_STORY, READING
from tests.contracts.states import BEFORE, IMPOSSIBLE, STORY_STATES, column_of
from tests.contracts.tables import Row, read_table

pytestmark = pytest.mark.anyio

EDITORS = """
draft scheduled upcoming live paused ended archived withdrawn frozen site members apart
PATCH  /v1/stories/{story}                                         200 200 200 200 200 200 409 410 409 409 200 404
PATCH  /v1/stories/{story} settings                                200 200 200 200 200 200 200 200 409 409 200 404
PATCH  /v1/stories/{story} withdraw                                409 409 200 200 200 200 200 200 409 409 200 404
PUT    /v1/stories/{story}/pinned it                               409 409 200 200 200 200 409 409 409 409 200 404
PUT    /v1/stories/{story}/key-points                              200 200 200 200 200 200 200 200 409 409 200 404
PUT    /v1/stories/{story}/key-points it                           409 409 200 200 200 200 409 409 409 409 200 404
POST   /v1/stories/{story}/retract-last                            404 404 404 404 404 404 404 404 404 404 404 404
POST   /v1/stories/{story}/retract-last theirs                     409 409 200 200 200 200 200 410 200 200 200 404
POST   /v1/stories/{story}/entries                                 201 201 201 201 201 409 409 410 409 409 201 404
POST   /v1/stories/{story}/entries:batch                           200 200 200 200 200 200 409 410 409 409 200 404
PUT    /v1/stories/{story}/entries/by-external-id/{external}       201 201 201 201 201 409 409 410 409 409 201 404
PATCH  /v1/stories/{story}/entries/{entry}                         200 200 200 200 200 200 409 410 409 409 200 404
DELETE /v1/stories/{story}/entries/{entry}                         200 200 200 200 200 200 200 410 200 200 200 404
POST   /v1/stories/{story}/entries/{entry}/submit                  200 200 200 200 200 200 409 410 409 409 200 404
POST   /v1/stories/{story}/entries/{entry}/return                  200 200 200 200 200 200 409 410 409 409 200 404
POST   /v1/stories/{story}/entries/{entry}/reject                  200 200 200 200 200 200 409 410 409 409 200 404
POST   /v1/stories/{story}/entries/{entry}/schedule                202 202 202 202 202 202 409 410 409 409 202 404
POST   /v1/stories/{story}/entries/{entry}/cancel                  200 200 200 200 200 200 409 410 409 409 200 404
POST   /v1/stories/{story}/entries/{entry}/publish                 200 200 200 200 200 409 409 410 409 409 200 404
POST   /v1/stories/{story}/entries/{entry}/discard                 200 200 200 200 200 200 409 410 409 409 200 404
POST   /v1/stories/{story}/entries/{entry}/unpublish               200 200 200 200 200 200 200 410 200 200 200 404
POST   /v1/stories/{story}/entries/{entry}/retract                 409 409 200 200 200 200 200 410 200 200 200 404
POST   /v1/stories/{story}/entries/{entry}/reinstate               . . 200 200 200 200 409 410 409 409 200 404
POST   /v1/stories/{story}/entries/{entry}/remove                  200 200 200 200 200 200 200 410 200 200 200 404
POST   /v1/stories/{story}/entries/{entry}/move                    409 409 200 200 200 200 409 410 409 409 200 404
POST   /v1/stories/{story}/entries/{entry}/corrections             409 409 200 200 200 200 409 410 409 409 200 404
GET    /v1/newsroom/stories/{story}                                200 200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries                        200 200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}                200 200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions       200 200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery       404 404 404 404 404 404 404 404 404 404 404 404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview        201 201 201 201 201 201 201 201 201 201 201 404
GET    /v1/newsroom/stories/{story}/members                        200 200 200 200 200 200 200 200 200 200 200 404
PUT    /v1/newsroom/stories/{story}/members/{person}               200 200 200 200 200 200 200 200 200 200 200 404
DELETE /v1/newsroom/stories/{story}/members/{member}               200 200 200 200 200 200 200 200 200 200 200 404
"""
"""MEMBER, EDITOR and ADMIN; EDITOR is no member of the story for members only."""

OWN = """
draft scheduled upcoming live paused ended archived withdrawn frozen site apart
PATCH  /v1/stories/{story}                                         403 403 403 403 403 403 403 403 403 403 404
PATCH  /v1/stories/{story} settings                                403 403 403 403 403 403 403 403 403 403 404
PATCH  /v1/stories/{story} withdraw                                403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/stories/{story}/pinned it                               403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/stories/{story}/key-points                              403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/stories/{story}/key-points it                           403 403 403 403 403 403 403 403 403 403 404
POST   /v1/stories/{story}/retract-last                            409 409 200 200 200 200 200 410 200 200 404
POST   /v1/stories/{story}/retract-last theirs                     409 409 200 200 200 200 200 410 200 200 404
POST   /v1/stories/{story}/entries                                 201 201 201 201 201 409 409 410 409 409 404
POST   /v1/stories/{story}/entries:batch                           200 200 200 200 200 200 409 410 409 409 404
PUT    /v1/stories/{story}/entries/by-external-id/{external}       201 201 201 201 201 409 409 410 409 409 404
PATCH  /v1/stories/{story}/entries/{entry}                         200 200 200 200 200 200 409 410 409 409 404
DELETE /v1/stories/{story}/entries/{entry}                         200 200 200 200 200 200 200 410 200 200 404
POST   /v1/stories/{story}/entries/{entry}/submit                  200 200 200 200 200 200 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/return                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/reject                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/schedule                403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/cancel                  200 200 200 200 200 200 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/publish                 200 200 200 200 200 409 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/discard                 200 200 200 200 200 200 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/unpublish               200 200 200 200 200 200 200 410 200 200 404
POST   /v1/stories/{story}/entries/{entry}/retract                 409 409 200 200 200 200 200 410 200 200 404
POST   /v1/stories/{story}/entries/{entry}/reinstate               . . 200 200 200 200 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/remove                  200 200 200 200 200 200 200 410 200 200 404
POST   /v1/stories/{story}/entries/{entry}/move                    403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/corrections             409 409 200 200 200 200 409 410 409 409 404
GET    /v1/newsroom/stories/{story}                                200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries                        200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}                200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions       200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery       404 404 404 404 404 404 404 404 404 404 404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview        201 201 201 201 201 201 201 201 201 201 404
GET    /v1/newsroom/stories/{story}/members                        403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/newsroom/stories/{story}/members/{person}               403 403 403 403 403 403 403 403 403 403 404
DELETE /v1/newsroom/stories/{story}/members/{member}               403 403 403 403 403 403 403 403 403 403 404
"""

OTHER = """
draft scheduled upcoming live paused ended archived withdrawn frozen site apart
PATCH  /v1/stories/{story}                                         403 403 403 403 403 403 403 403 403 403 404
PATCH  /v1/stories/{story} settings                                403 403 403 403 403 403 403 403 403 403 404
PATCH  /v1/stories/{story} withdraw                                403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/stories/{story}/pinned it                               403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/stories/{story}/key-points                              403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/stories/{story}/key-points it                           403 403 403 403 403 403 403 403 403 403 404
POST   /v1/stories/{story}/retract-last                            404 404 404 404 404 404 404 404 404 404 404
POST   /v1/stories/{story}/retract-last theirs                     403 403 403 403 403 403 403 403 403 403 404
POST   /v1/stories/{story}/entries                                 201 201 201 201 201 409 409 410 409 409 404
POST   /v1/stories/{story}/entries:batch                           200 200 200 200 200 200 409 410 409 409 404
PUT    /v1/stories/{story}/entries/by-external-id/{external}       201 201 201 201 201 409 409 410 409 409 404
PATCH  /v1/stories/{story}/entries/{entry}                         403 403 403 403 403 403 409 410 409 409 404
DELETE /v1/stories/{story}/entries/{entry}                         403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/entries/{entry}/submit                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/return                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/reject                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/schedule                403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/cancel                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/publish                 403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/discard                 403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/unpublish               403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/entries/{entry}/retract                 403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/entries/{entry}/reinstate               . . 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/remove                  403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/entries/{entry}/move                    403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/corrections             403 403 403 403 403 403 409 410 409 409 404
GET    /v1/newsroom/stories/{story}                                200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries                        200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}                200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions       200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery       404 404 404 404 404 404 404 404 404 404 404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview        201 201 201 201 201 201 201 201 201 201 404
GET    /v1/newsroom/stories/{story}/members                        403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/newsroom/stories/{story}/members/{person}               403 403 403 403 403 403 403 403 403 403 404
DELETE /v1/newsroom/stories/{story}/members/{member}               403 403 403 403 403 403 403 403 403 403 404
"""

READ = """
draft scheduled upcoming live paused ended archived withdrawn frozen site apart
PATCH  /v1/stories/{story}                                         403 403 403 403 403 403 403 403 403 403 404
PATCH  /v1/stories/{story} settings                                403 403 403 403 403 403 403 403 403 403 404
PATCH  /v1/stories/{story} withdraw                                403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/stories/{story}/pinned it                               403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/stories/{story}/key-points                              403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/stories/{story}/key-points it                           403 403 403 403 403 403 403 403 403 403 404
POST   /v1/stories/{story}/retract-last                            403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/retract-last theirs                     403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/entries                                 403 403 403 403 403 403 403 403 403 403 403
POST   /v1/stories/{story}/entries:batch                           403 403 403 403 403 403 403 403 403 403 403
PUT    /v1/stories/{story}/entries/by-external-id/{external}       403 403 403 403 403 403 403 403 403 403 403
PATCH  /v1/stories/{story}/entries/{entry}                         403 403 403 403 403 403 409 410 409 409 404
DELETE /v1/stories/{story}/entries/{entry}                         403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/entries/{entry}/submit                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/return                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/reject                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/schedule                403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/cancel                  403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/publish                 403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/discard                 403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/unpublish               403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/entries/{entry}/retract                 403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/entries/{entry}/reinstate               . . 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/remove                  403 403 403 403 403 403 403 410 403 403 404
POST   /v1/stories/{story}/entries/{entry}/move                    403 403 403 403 403 403 409 410 409 409 404
POST   /v1/stories/{story}/entries/{entry}/corrections             403 403 403 403 403 403 409 410 409 409 404
GET    /v1/newsroom/stories/{story}                                200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries                        200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}                200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}/versions       200 200 200 200 200 200 200 200 200 200 404
GET    /v1/newsroom/stories/{story}/entries/{entry}/delivery       404 404 404 404 404 404 404 404 404 404 404
POST   /v1/newsroom/stories/{story}/entries/{entry}/preview        201 201 201 201 201 201 201 201 201 201 404
GET    /v1/newsroom/stories/{story}/members                        403 403 403 403 403 403 403 403 403 403 404
PUT    /v1/newsroom/stories/{story}/members/{person}               403 403 403 403 403 403 403 403 403 403 404
DELETE /v1/newsroom/stories/{story}/members/{member}               403 403 403 403 403 403 403 403 403 403 404
"""

WHO = {
    "MEMBER": EDITORS,
    "EDITOR": EDITORS,
    "ADMIN": EDITORS,
    "OWN": OWN,
    "OTHER": OTHER,
    "READ": READ,
}

PUBLIC = """
draft scheduled upcoming live paused ended archived withdrawn frozen site members
GET    /v1/stories/{story}                                         404 404 200 200 200 200 200 410 200 200 200
GET    /v1/stories/{story}/entries                                 404 404 200 200 200 200 200 410 200 200 200
GET    /v1/stories/{story}/entries/{entry}                         404 404 200 200 200 200 200 410 200 200 200
GET    /v1/stories/{story}/changes                                 404 404 200 200 200 200 200 410 200 200 200
GET    /v1/stories/{story}/corrections                             404 404 200 200 200 200 200 410 200 200 200
GET    /v1/previews/{signed}                                       200 200 200 200 200 200 200 200 200 200 200
"""
"""The same for everybody. A preview is the newsroom's own, whatever the story's state."""

STATES = [state for state in STORY_STATES if state != "reviewed"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", WHO)
async def test_every_route_answers_everybody_as_the_table_says(house: House, who: str, state: str) -> None:
    column = column_of(state, who)
    wrong = []
    for row, cells in read_table(WHO[who]).items():
        if cells[column] == ".":
            continue
        await house.prepare(row, story=state)
        reply = await house.ask(who, row)
        if str(reply.status_code) != cells[column]:
            wrong.append(f"{row.name} in what is {column}: not {cells[column]} but {reply.status_code}: {reply.text}")
    await house.thaw()
    assert wrong == []


@pytest.mark.parametrize("state", STATES)
async def test_no_other_token_opens_anything_whatever_the_state(house: House, state: str) -> None:
    for row in (row for row in read_table(EDITORS) if (state, entry_of(row)) not in IMPOSSIBLE):
        await house.prepare(row, story=state)
        bound = await house.ask("BOUND", row)
        assert (bound.status_code, bound.json()["code"]) == (404, "story_not_found"), row
        for caller in ("NOBODY", "EXPIRED"):
            reply = await house.ask(caller, row)
            assert reply.status_code == 401, (caller, row)
    await house.thaw()


@pytest.mark.parametrize("state", STATES)
async def test_readers_are_told_what_the_table_says_and_all_the_same(house: House, state: str) -> None:
    for row, cells in read_table(PUBLIC).items():
        await house.prepare(row, story=state)
        answers = set()
        for caller in (*CALLERS, *OUTSIDERS):
            reply = await house.ask(caller, row)
            answers.add((reply.status_code, reply.content))
            assert str(reply.status_code) == cells[state], (caller, row, reply.text)
        assert len(answers) == 1, row
    await house.thaw()


READERS = [*read_table(PUBLIC), Row("GET", "/stories/{story}"), Row("GET", "/v1/stories/{story}/events")]


@pytest.mark.parametrize("state", ["draft", "scheduled"])
@pytest.mark.parametrize("name", ["story", "slug"])
async def test_a_story_that_is_not_public_is_byte_for_byte_one_that_does_not_exist(
    house: House, state: str, name: str
) -> None:
    for row in (row for row in READERS if "{story}" in row.path):
        await house.prepare(row, story=state)
        hidden, unknown = house.refs[name], uuid.uuid4().hex if name == "slug" else str(uuid.uuid4())
        answers = []
        for ref in (hidden, unknown):
            house.refs["story"] = ref
            reply = await house.ask("NOBODY", row)
            headers = sorted((key, value) for key, value in reply.headers.raw if key != b"content-length")
            answers.append((reply.status_code, without_drawn(reply.content.replace(ref.encode(), b"?")), headers))
        assert answers[0] == answers[1], row


def without_drawn(body: bytes) -> bytes:
    """Without what is drawn anew for each event stream, and the time it is told."""
    return re.sub(rb'retry: [0-9]+|"time":"[^"]*"', b"", body)


def entry_of(row: Row) -> str:
    """How the entry stands before the row's action."""
    return BEFORE.get(row.action, "published")


def test_every_table_has_the_same_rows_and_a_cell_for_every_state() -> None:
    rows = list(read_table(EDITORS))
    assert {row.address for row in IN_A_STORY} == {row.address for row in rows}
    readers = {row.address for row in READING if "{story}" in row.path or "{signed}" in row.path}
    assert readers == {row.address for row in read_table(PUBLIC)}
    for written in WHO.values():
        table = read_table(written)
        assert list(table) == rows
        columns = [state for state in STATES if state != "members" or written is EDITORS] + ["apart"]
        assert all(list(cells) == columns for cells in table.values())
        undrawn = {(state, entry_of(row)) for row, cells in table.items() for state in cells if cells[state] == "."}
        assert undrawn == IMPOSSIBLE
