"""Changes by state: the announced bytes, the law of the log, and cursors that cannot be honoured."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from app.domain.cursor import Cursor
from app.live.story.story_log import CursorUnusable
from app.reading.changes import encode_changes, parse_after, read_changes, size_of
from app.reading.stories import require_story
from app.storage.database.transactions import Database
from app.wire.announcement import ChangesPage
from app.wire.encoding import BodyVariant, EncodedEvent
from tests.newsroom.driver import LINKS, NewsroomDriver

MEGABYTE = 1024 * 1024


def changes(
    database: Database, story: str, after: Cursor | None, *, limit: int = 200, limit_bytes: int = MEGABYTE
) -> ChangesPage:
    with database.snapshot() as tx:
        found = require_story(tx, story)
        return read_changes(tx, found, after=after, limit=limit, limit_bytes=limit_bytes, links=LINKS)


def busy_story(driver: NewsroomDriver, *, steps: int = 60, seed: int = 5) -> str:
    """A story with a history of every kind of public change."""
    chance = random.Random(seed)
    story = str(driver.story()["id"])
    entries: dict[str, str] = {}
    for step in range(steps):
        action = chance.choice(
            ["post", "post", "edit", "unpublish", "publish", "retract", "remove", "correct", "title"]
        )
        public = [entry for entry, status in entries.items() if status == "published"]
        hidden = [entry for entry, status in entries.items() if status == "unpublished"]
        if action == "title":
            driver.patch_story(story, title=f"Election night, part {step}")
        elif action == "publish" and hidden:
            entry = chance.choice(hidden)
            entries[entry] = driver.act("publish", {"story": story, "id": entry})["status"]
        elif action == "edit" and public:
            driver.patch({"story": story, "id": chance.choice(public)}, headline=f"Headline {step}")
        elif action in {"unpublish", "retract", "remove", "correct"} and public:
            entry = chance.choice(public)
            entries[entry] = driver.act(action, {"story": story, "id": entry})["status"]
        else:
            posted = driver.post(story, f"Update {step}.")
            entries[posted["id"]] = posted["status"]
    return story


def told(driver: NewsroomDriver) -> list[EncodedEvent]:
    return [event for announcement in driver.announcements for event in announcement.events]


def object_of(event: EncodedEvent) -> str:
    return event.entry_id or "the story"


def test_the_tables_give_the_same_bytes_as_were_announced(driver: NewsroomDriver, database: Database) -> None:
    story = busy_story(driver)
    newest = {object_of(event): event for event in told(driver)}
    expected = sorted(newest.values(), key=lambda event: event.cursor.seq)
    page = changes(database, story, None)
    for variant in BodyVariant:
        assert [event.json(variant) for event in page.events] == [event.json(variant) for event in expected]
    assert page.cursor == page.head.cursor == driver.announcements[-1].head.cursor
    assert page.head == driver.announcements[-1].head


def test_after_each_cursor_comes_each_later_object_once_and_nothing_else(
    driver: NewsroomDriver, database: Database
) -> None:
    story = busy_story(driver)
    events = told(driver)
    for index, event in enumerate(events):
        newest = {object_of(later): later.cursor for later in events[index + 1 :]}
        page = changes(database, story, event.cursor)
        assert [each.cursor for each in page.events] == sorted(newest.values(), key=lambda cursor: cursor.seq)
        assert page.cursor == events[-1].cursor
        assert not page.more


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_pages_of_changes_put_together_are_the_whole(driver: NewsroomDriver, database: Database, limit: int) -> None:
    story = busy_story(driver)
    whole = changes(database, story, None)
    pages = [changes(database, story, None, limit=limit)]
    while pages[-1].more:
        assert len(pages[-1].events) == limit
        assert pages[-1].cursor == pages[-1].events[-1].cursor
        pages.append(changes(database, story, pages[-1].cursor, limit=limit))
    assert [event for page in pages for event in page.events] == list(whole.events)
    assert pages[-1].cursor == whole.head.cursor


def test_a_page_ends_with_the_event_that_brings_it_over_its_size(driver: NewsroomDriver, database: Database) -> None:
    story = busy_story(driver)
    whole = changes(database, story, None)
    sizes = [size_of(event) for event in whole.events]
    page = changes(database, story, None, limit_bytes=sum(sizes[:3]))
    assert list(page.events) == list(whole.events[:3])
    assert page.more
    assert len(changes(database, story, None, limit_bytes=sum(sizes[:3]) + 1).events) == 4
    assert len(changes(database, story, None, limit_bytes=1).events) == 1
    assert not changes(database, story, None, limit_bytes=sum(sizes)).more


def test_more_changes_than_are_fetched_at_once_all_come(driver: NewsroomDriver, database: Database) -> None:
    story = str(driver.story()["id"])
    posted = [driver.post(story)["id"] for _ in range(130)]
    page = changes(database, story, None, limit=1000)
    assert [event.entry_id for event in page.events] == [None, *posted]
    assert not page.more


def test_a_cursor_that_names_no_event_of_this_story_is_refused_with_the_reason(
    driver: NewsroomDriver, database: Database
) -> None:
    story = busy_story(driver, steps=8)
    other = str(driver.story("Another")["id"])
    driver.post(other)
    head = driver.announcements[-1].head.cursor
    mine = changes(database, story, None).head.cursor
    bad = {
        Cursor("00000000", mine.seq, mine.check): "epoch",
        head: "epoch",
        Cursor(mine.epoch, mine.seq + 1, mine.check): "fork",
        Cursor(mine.epoch, 2**53 - 1, mine.check): "fork",
        Cursor(mine.epoch, 0, mine.check): "fork",
        Cursor(mine.epoch, mine.seq, "000000"): "fork",
        Cursor(mine.epoch, 1, mine.check): "fork",
    }
    for cursor, reason in bad.items():
        with pytest.raises(CursorUnusable) as refused:
            changes(database, story, cursor)
        assert refused.value.reason == reason, cursor


@pytest.mark.parametrize(
    "text", ["", "abc", "-1", str(2**63), "k3.1", "k3.-1.x", "k3.01.x", f"k3.{2**53}.x", "0.", "00"]
)
def test_what_is_no_cursor_is_as_unusable_as_one_of_another_story(text: str) -> None:
    with pytest.raises(CursorUnusable):
        parse_after(text)


def test_a_reply_to_a_poll_is_one_json_object(driver: NewsroomDriver, database: Database) -> None:
    story = str(driver.story()["id"])
    driver.post(story)
    page = changes(database, story, None, limit=1)
    reply: dict[str, Any] = json.loads(encode_changes(page, BodyVariant.HTML))
    assert list(reply) == ["events", "cursor", "head", "more", "comment_count"]
    assert [event["type"] for event in reply["events"]] == ["story.updated"]
    assert (reply["cursor"], reply["head"], reply["more"]) == (str(page.cursor), str(page.head.cursor), True)


def test_what_was_taken_back_is_in_no_byte_of_the_changes(driver: NewsroomDriver, database: Database) -> None:
    story = str(driver.story()["id"])
    edited = driver.post(story, "Zanzibar has fallen.")
    removed = driver.post(story, "Zanzibar again.", headline="Zanzibar")
    driver.patch(edited, text="It has not.")
    driver.act("remove", removed, note="Zanzibar was wrong")
    page = changes(database, story, None)
    assert all(b"Zanzibar" not in event.json(BodyVariant.BOTH) for event in page.events)
    assert [event.type for event in page.events] == ["story.updated", "entry.updated", "entry.removed"]
