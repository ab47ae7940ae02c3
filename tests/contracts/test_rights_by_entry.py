"""What may be done with an entry in each of its states, over HTTP: every route that names one, for everybody.

What each action leads to is in tests/newsroom/test_rights_in_every_status.py; here is what is answered.
"""

from __future__ import annotations

import pytest

from tests.contracts.house import OUTSIDE_OF_IT, House
from tests.contracts.matrix import IN_A_STORY
from tests.contracts.rights import BY_ENTRY, WHO, cell_by_entry
from tests.contracts.states import ENTRY_STATES

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("state", ENTRY_STATES)
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("story", ["live", "reviewed"])
async def test_every_route_answers_everybody_as_the_table_says(house: House, story: str, who: str, state: str) -> None:
    wrong = []
    for row in BY_ENTRY:
        await house.prepare(row, story=story, entry=state)
        reply = await house.ask(who, row)
        cell = cell_by_entry(row, who, state, story=story)
        if str(reply.status_code) != cell:
            wrong.append(f"{row.name} of what is {state}, {who}: not {cell} but {reply.status_code}: {reply.text}")
    assert wrong == []


@pytest.mark.parametrize("state", ENTRY_STATES)
async def test_a_token_for_another_story_or_site_finds_no_entry_in_any_state(house: House, state: str) -> None:
    for row in BY_ENTRY:
        await house.prepare(row, entry=state)
        for caller in OUTSIDE_OF_IT:
            reply = await house.ask(caller, row)
            assert (reply.status_code, reply.json()["code"]) == (404, "story_not_found"), (row, caller)


def test_every_route_that_names_an_entry_is_in_the_table() -> None:
    assert {row for row in IN_A_STORY if "{entry}" in row.path} <= set(BY_ENTRY)
