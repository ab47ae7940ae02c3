"""What feeds are made from: the entries that were published last, across stories, and nothing that is not public."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from app.domain.errors import NotFound
from app.reading.feed_reads import FeedReads
from app.reading.feeds import read_latest_feed
from app.reading.kept_reads import KEPT_SECONDS
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import Database
from tests.newsroom.driver import LINKS, NewsroomDriver
from tests.reading.counting import CountingDatabase

pytestmark = pytest.mark.anyio


class NoHeads:
    """No story in memory: lists are read without."""

    def head(self, ref: str) -> None:
        return None

    async def open(self, ref: str) -> Any:
        raise NotFound("story_not_found", "No such story.")


class Setup:
    """Feeds over a counting database, with a clock that a test moves."""

    def __init__(self, database: Database, *, limit: int = 50) -> None:
        self.now = 100.0
        self.database = CountingDatabase(database)
        self.feeds = FeedReads(
            Snapshots(self.database), NoHeads(), links=LINKS, limit=limit, monotonic=lambda: self.now
        )

    async def texts(self, tag: str | None = None) -> list[str]:
        source = await (self.feeds.read_site(LINKS) if tag is None else self.feeds.read_tag(tag, LINKS))
        return [item["entry"]["body_text"] for item in json.loads(source.plain)["items"]]


def _latest(database: Database, *, limit: int, tag: str | None = None) -> list[tuple[str, str]]:
    """The story and the text of each entry."""
    with database.snapshot() as tx:
        read = json.loads(read_latest_feed(tx, tag=tag, limit=limit, links=LINKS))
    assert read["stories"].keys() == {item["story"] for item in read["items"]}
    return [(item["story"], item["entry"]["body_text"]) for item in read["items"]]


def test_the_last_published_of_all_stories_come_first(driver: NewsroomDriver, database: Database) -> None:
    stories = [driver.story(f"Story {number}")["id"] for number in range(4)]
    posted: list[tuple[str, str]] = []
    for number in (0, 1, 2, 0, 0, 3, 2, 1, 1, 1):
        text = f"Entry {len(posted)}"
        driver.post(stories[number], text)
        posted.append((stories[number], text))
    for limit in range(1, 12):
        assert _latest(database, limit=limit) == posted[::-1][:limit]


def test_what_is_dated_back_stands_where_it_was_published(driver: NewsroomDriver, database: Database) -> None:
    story, other = (driver.story(title)["id"] for title in ("One", "Two"))
    driver.post(story, "First")
    driver.post(other, "Second")
    driver.post(story, "Third, of long ago", display_time="2026-01-01T00:00:00Z")
    assert [text for _, text in _latest(database, limit=2)] == ["Third, of long ago", "Second"]


def test_a_tag_has_the_entries_of_all_stories_that_have_it(driver: NewsroomDriver, database: Database) -> None:
    story, other = (driver.story(title)["id"] for title in ("One", "Two"))
    rain = {"tags": [{"slug": "rain", "label": "Rain"}]}
    driver.post(story, "First", **rain)
    driver.post(other, "Second", **rain)
    driver.post(other, "Not this", tags=[{"slug": "rainy", "label": "Rainy"}])
    driver.post(story, "A draft", status="draft", **rain)
    driver.post(story, "Third", **rain)
    assert [text for _, text in _latest(database, tag="rain", limit=9)] == ["Third", "Second", "First"]
    assert [text for _, text in _latest(database, tag="rain", limit=2)] == ["Third", "Second"]
    assert _latest(database, tag="author:ada", limit=9) == _latest(database, tag="snow", limit=9) == []


async def test_a_list_is_read_once_a_second_and_again_after_a_change(
    driver: NewsroomDriver, database: Database
) -> None:
    setup = Setup(database)
    story = driver.story("One")["id"]
    driver.post(story, "First")
    assert await asyncio.gather(*(setup.texts() for _ in range(20))) == [["First"]] * 20
    assert setup.database.snapshots == 1
    driver.post(story, "Second")
    assert await setup.texts() == ["First"], "of another process it may be a second old"
    setup.feeds.outdate()
    assert await setup.texts() == ["Second", "First"], "of this one never"
    driver.post(story, "Third")
    setup.now += KEPT_SECONDS
    assert await setup.texts() == ["Third", "Second", "First"]
    assert setup.database.snapshots == 3


async def test_a_list_that_has_not_changed_is_the_one_of_before(driver: NewsroomDriver, database: Database) -> None:
    setup = Setup(database)
    driver.post(driver.story("One")["id"], "First")
    first = await setup.feeds.read_site(LINKS)
    setup.feeds.outdate()
    assert await setup.feeds.read_site(LINKS) is first, "with all that was made of it"
    setup.feeds.forget()
    assert await setup.feeds.read_site(LINKS) is not first


async def test_one_that_is_forgotten_while_it_is_read_is_not_kept(driver: NewsroomDriver, database: Database) -> None:
    setup = Setup(database)
    driver.post(driver.story("One")["id"], "First")
    setup.database.gate.clear()
    waiting = asyncio.create_task(setup.texts())
    await asyncio.sleep(0)  # the turn in which it begins to read, and comes to the gate
    setup.feeds.forget()
    later = asyncio.create_task(setup.texts())
    await asyncio.sleep(0)  # the same
    setup.database.gate.set()
    assert (await waiting, await later) == (["First"], ["First"])
    assert setup.database.snapshots == 2
    assert await setup.texts() == ["First"]
    assert setup.database.snapshots == 2


async def test_a_tag_is_the_same_in_every_spelling_and_what_can_be_none_is_not_there(
    driver: NewsroomDriver, database: Database
) -> None:
    setup = Setup(database)
    driver.post(driver.story("One")["id"], "First", tags=[{"slug": "rain", "label": "Rain"}])
    assert await setup.texts("RAIN") == await setup.texts("rain") == ["First"]
    assert setup.database.snapshots == 1
    for tag in ("", "no tag", "a/b", "a" * 1_000, "-"):
        with pytest.raises(NotFound):
            await setup.texts(tag)
    assert setup.database.snapshots == 1
