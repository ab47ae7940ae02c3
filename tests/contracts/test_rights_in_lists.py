"""In which lists a story in each of its states stands, for everybody who may ask for them."""

from __future__ import annotations

import pytest

from tests.contracts.house import CALLERS, OUTSIDE_OF_IT, House
from tests.contracts.rights import STORIES
from tests.contracts.states import column_of
from tests.contracts.tables import read_table

pytestmark = pytest.mark.anyio

LISTED = """
draft scheduled upcoming live paused ended archived withdrawn frozen site members apart
GET    /v1/stories                                                 - - + + + + + - + + + +
GET    /                                                           - - + + + + + - + + + +
GET    /v1/newsroom/stories                                        + + + + + + + + + + + -
GET    /v1/newsroom/search stories                                 + + + + + + + + + + + -
GET    /v1/newsroom/search entries                                 + + + + + + + + + + + -
GET    /v1/newsroom/freeze                                         - - - - - - - - + - - -
"""
"""In which lists the story stands, or an entry of it: + for all but BOUND and ABROAD, who have readers' lists alone."""


@pytest.mark.parametrize("state", STORIES)
async def test_a_story_stands_in_the_lists_that_the_table_says(house: House, state: str) -> None:
    wrong = []
    for row, cells in read_table(LISTED).items():
        await house.prepare(row, story=state)
        query = {"stories": house.refs["slug"], "entries": house.refs["word"]}.get(row.variant)
        for caller in CALLERS:
            outside = "/newsroom/" in row.path and caller in OUTSIDE_OF_IT
            column = column_of(state, caller)
            forget_kept_list(house)
            reply = await house.ask(caller, row, query=None if query is None else {"q": query})
            assert reply.status_code == 200, reply.text
            found = "+" if house.refs["story"] in reply.text or house.refs["slug"] in reply.text else "-"
            if found != ("-" if outside else cells[column]):
                wrong.append(f"{row.name} for {caller}: {found}")
    await house.thaw()
    assert wrong == []


def forget_kept_list(house: House) -> None:
    """The public list is kept for a second, in which nothing of it changes."""
    house.server.app_state.reading.story_lists.forget()
