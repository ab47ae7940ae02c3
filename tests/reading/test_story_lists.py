"""The list of stories is read once a second at most, and outlives the database."""

from __future__ import annotations

import asyncio
import json

import pytest

from app.domain.errors import Unavailable
from app.reading.story_lists import KEPT_SECONDS, StoryLists, content_tag
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import Database
from tests.newsroom.driver import LINKS, NewsroomDriver
from tests.reading.counting import CountingDatabase
from tests.waiting import until

pytestmark = pytest.mark.anyio


class Setup:
    """A list over a counting database, with a clock that a test moves."""

    def __init__(self, database: Database) -> None:
        self.now = 100.0
        self.database = CountingDatabase(database)
        self.lists = StoryLists(Snapshots(self.database), monotonic=lambda: self.now)

    async def titles(self) -> list[str]:
        return [item["title"] for item in json.loads((await self.lists.first(LINKS)).plain)["items"]]


async def test_the_list_is_read_once_a_second_however_many_ask(driver: NewsroomDriver, database: Database) -> None:
    setup = Setup(database)
    driver.story("First")
    assert setup.lists.ready(LINKS) is None
    asked = await asyncio.gather(*(setup.titles() for _ in range(20)))
    assert asked == [["First"]] * 20
    driver.now += 1
    driver.story("Second")
    assert await setup.titles() == ["First"]
    assert setup.database.snapshots == 1
    setup.now += KEPT_SECONDS
    assert await setup.titles() == ["Second", "First"]
    assert setup.database.snapshots == 2


async def test_a_list_that_is_forgotten_is_read_anew_and_one_being_read_is_not_kept(
    driver: NewsroomDriver, database: Database
) -> None:
    setup = Setup(database)
    driver.story("First")
    assert await setup.titles() == ["First"]
    setup.lists.forget()
    assert setup.lists.ready(LINKS) is None
    setup.database.gate.clear()
    waiting = asyncio.create_task(setup.titles())
    await until(lambda: setup.database.snapshots == 2)
    setup.lists.forget()
    later = asyncio.create_task(setup.titles())
    await asyncio.sleep(0)  # a turn, in which it asks
    setup.database.gate.set()
    assert (await waiting, await later) == (["First"], ["First"])
    assert setup.database.snapshots == 3, "who asks after it does not wait for a read begun before"


async def test_the_tag_changes_exactly_when_the_bytes_do(driver: NewsroomDriver, database: Database) -> None:
    setup = Setup(database)
    driver.story("First")
    first = await setup.lists.first(LINKS)
    setup.now += KEPT_SECONDS
    assert await setup.lists.first(LINKS) is first
    assert first.tag == content_tag(first.plain)
    driver.story("Second")
    setup.now += KEPT_SECONDS
    assert (await setup.lists.first(LINKS)).tag != first.tag


async def test_while_the_database_is_away_the_list_stays_as_it_was_last_read(
    driver: NewsroomDriver, database: Database
) -> None:
    setup = Setup(database)
    setup.database.is_away = True
    with pytest.raises(Unavailable):
        await setup.titles()
    setup.database.is_away = False
    driver.story("First")
    assert await setup.titles() == ["First"]
    setup.database.is_away = True
    setup.now += KEPT_SECONDS
    assert await setup.titles() == ["First"]
