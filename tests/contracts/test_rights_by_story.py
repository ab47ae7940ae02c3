"""What may be done in a story in each of its states, over HTTP: every route that names one, for everybody."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.contracts.house import CALLERS, OUTSIDE_OF_IT, OUTSIDERS, House
from tests.contracts.rights import BY_ANYBODY, BY_STORY, PUBLIC, STORIES, WHO
from tests.contracts.states import BEFORE, IMPOSSIBLE
from tests.contracts.tables import Row

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("state", STORIES)
@pytest.mark.parametrize("who", WHO)
async def test_every_route_answers_everybody_as_the_table_says(house: House, who: str, state: str) -> None:
    wrong = []
    for row, lines in BY_STORY.items():
        cell = lines[who][state]
        if cell == ".":
            continue
        await house.prepare(row, story=state)
        reply = await house.ask(who, row)
        if str(reply.status_code) != cell:
            wrong.append(f"{row.name} in what is {state}, {who}: not {cell} but {reply.status_code}: {reply.text}")
    await house.thaw()
    assert wrong == []


@pytest.mark.parametrize("state", STORIES)
async def test_no_other_token_opens_anything_whatever_the_state(house: House, state: str) -> None:
    for row in (row for row in BY_STORY if (state, entry_of(row)) not in IMPOSSIBLE):
        await house.prepare(row, story=state)
        for caller in OUTSIDE_OF_IT:
            bound = await house.ask(caller, row)
            assert (bound.status_code, bound.json()["code"]) == (404, "story_not_found"), (caller, row)
        for caller in ("NOBODY", "EXPIRED"):
            reply = await house.ask(caller, row)
            assert reply.status_code == 401, (caller, row)
    await house.thaw()


@pytest.mark.parametrize("state", STORIES)
async def test_readers_are_told_what_the_table_says_and_all_the_same(house: House, state: str) -> None:
    for row, cells in PUBLIC.items():
        await house.prepare(row, story=state)
        answers = set()
        for caller in (*CALLERS, *OUTSIDERS):
            reply = await house.ask(caller, row)
            answers.add((reply.status_code, without_drawn(reply.content)))
            assert str(reply.status_code) == cells[state], (caller, row, reply.text)
        assert len(answers) == 1, row
    await house.thaw()


@pytest.mark.parametrize("state", STORIES)
async def test_what_anybody_sends_is_answered_as_the_table_says_whatever_token_they_show(
    house: House, state: str
) -> None:
    for row, cells in BY_ANYBODY.items():
        for caller in (*CALLERS, *OUTSIDERS):
            await house.prepare(row, story=state)
            reply = await house.ask(caller, row, keep=True)
            assert str(reply.status_code) == cells[state], (caller, row, reply.text)
    await house.thaw()


READERS = [*PUBLIC, Row("GET", "/stories/{story}"), Row("GET", "/v1/stories/{story}/events")]


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


def test_only_what_cannot_come_about_is_left_out() -> None:
    for who in WHO:
        left_out = {
            (state, entry_of(row))
            for row, lines in BY_STORY.items()
            for state, cell in lines[who].items()
            if cell == "."
        }
        assert left_out == IMPOSSIBLE, who
