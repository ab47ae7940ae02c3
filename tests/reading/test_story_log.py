"""The log as live asks for it, on both databases."""

from __future__ import annotations

import json

import pytest

from app.domain.errors import NotFound
from app.domain.identifiers import StoryId
from app.live.story.story_log import CursorUnusable, StoryLog
from app.reading.story_log import PublicStoryLog
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import Database
from app.wire.encoding import BodyVariant
from tests.newsroom.driver import LINKS, NewsroomDriver

pytestmark = pytest.mark.anyio


def log_of(database: Database) -> StoryLog:
    return PublicStoryLog(Snapshots(database), links=LINKS)


async def test_a_hidden_story_is_found_by_no_method(driver: NewsroomDriver, database: Database) -> None:
    hidden = StoryId(driver.story(status="draft")["id"])
    log = log_of(database)
    with pytest.raises(NotFound):
        await log.changes(hidden, None, limit=10, limit_bytes=1000)
    with pytest.raises(NotFound):
        await log.snapshot(hidden, BodyVariant.HTML)


async def test_a_snapshot_shows_the_head_it_is_given_with(driver: NewsroomDriver, database: Database) -> None:
    story = StoryId(driver.story()["id"])
    driver.post(story)
    head, body = await log_of(database).snapshot(story, BodyVariant.BLOCKS)
    state = json.loads(body)
    assert head == driver.announcements[-1].head
    assert state["head"] == str(head.cursor)
    assert "blocks" in state["timeline"]["items"][0]


async def test_changes_after_a_cursor_are_what_was_announced_since(driver: NewsroomDriver, database: Database) -> None:
    story = StoryId(driver.story()["id"])
    driver.post(story)
    after = driver.announcements[-1].head.cursor
    driver.post(story)
    log = log_of(database)
    page = await log.changes(story, after, limit=10, limit_bytes=100_000)
    assert [event.json(BodyVariant.HTML) for event in page.events] == [
        driver.announcements[-1].events[0].json(BodyVariant.HTML)
    ]
    other = StoryId(driver.story("Another")["id"])
    with pytest.raises(CursorUnusable):
        await log.changes(other, after, limit=10, limit_bytes=100_000)
