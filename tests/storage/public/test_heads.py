"""The heads of the public stories, on both databases."""

from __future__ import annotations

import pytest

from app.domain.identifiers import StoryId
from app.live.story.story_log import StoryHeads
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import Database
from app.storage.public.heads import PublicHeads
from tests.newsroom.driver import NewsroomDriver
from tests.reading.counting import CountingDatabase

pytestmark = pytest.mark.anyio

UNKNOWN = StoryId("c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f")


@pytest.fixture
def driver(database: Database) -> NewsroomDriver:
    return NewsroomDriver(database)


def heads_of(database: Database) -> StoryHeads:
    return PublicHeads(Snapshots(database))


async def test_a_story_is_found_by_id_and_by_slug_at_the_head_that_was_announced(
    driver: NewsroomDriver, database: Database
) -> None:
    story = driver.story()
    driver.post(story["id"])
    heads = heads_of(database)
    head = driver.announcements[-1].head
    assert await heads.find(story["id"]) == head
    assert await heads.find(story["slug"]) == head
    assert await heads.heads([head.story, UNKNOWN]) == {head.story: head}


async def test_a_hidden_story_has_no_head(driver: NewsroomDriver, database: Database) -> None:
    hidden = StoryId(driver.story(status="draft")["id"])
    heads = heads_of(database)
    assert await heads.find(hidden) is None
    assert await heads.find(UNKNOWN) is None
    assert await heads.heads([hidden]) == {}


async def test_a_text_that_can_name_no_story_costs_no_read(database: Database) -> None:
    counting = CountingDatabase(database)
    heads = heads_of(counting)
    for ref in ("", "No Story!", "\0", "a" * 500):
        assert await heads.find(ref) is None
    assert counting.snapshots == 0
    assert await heads.find("no-such-story") is None
    assert counting.snapshots == 1
