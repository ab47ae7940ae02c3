"""A story's life: where its status may go, what readers are told, and what happens by itself."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, Gone, InvalidInput
from app.domain.story import StoryStatus
from app.newsroom import desk as reads
from app.storage import schema
from app.storage.database import Database
from tests.newsroom.desk import HOUR, Desk, body

MOVES = {
    "draft": {"scheduled", "upcoming", "live"},
    "scheduled": {"draft", "upcoming", "live"},
    "upcoming": {"live", "withdrawn"},
    "live": {"paused", "ended", "withdrawn"},
    "paused": {"live", "ended", "withdrawn"},
    "ended": {"live", "archived", "withdrawn"},
    "archived": {"withdrawn"},
    "withdrawn": set[str](),
}
PATHS = {
    "draft": [], "scheduled": ["scheduled"], "upcoming": ["upcoming"], "live": ["live"], "paused": ["live", "paused"],
    "ended": ["live", "ended"], "archived": ["live", "ended", "archived"], "withdrawn": ["live", "withdrawn"],
}  # fmt: skip


def _story_in(desk: Desk, status: str) -> dict[str, Any]:
    story = desk.story(status="draft", coverage_start=format_time(Micros(desk.now + HOUR)))
    for step in PATHS[status]:
        story = desk.patch_story(story["id"], status=step)
    return story


def _now(desk: Desk, story: dict[str, Any]) -> dict[str, Any]:
    return body(reads.show_story(desk.room, desk.call(), story["id"]))


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(map(str, StoryStatus), 2)))
def test_a_story_goes_where_the_drawing_says_or_nowhere(desk: Desk, before: str, after: str) -> None:
    story = _story_in(desk, before)
    told = len(desk.events())
    if after in MOVES[before]:
        moved = desk.patch_story(story["id"], status=after)
        assert moved["status"] == after
        is_told = after not in {"draft", "scheduled"}
        assert len(desk.events()) == told + is_told
        if is_told:
            assert desk.events()[-1]["type"] == ("story.removed" if after == "withdrawn" else "story.updated")
    else:
        with pytest.raises(Conflict, match="wrong_status"):
            desk.patch_story(story["id"], status=after)
        assert len(desk.events()) == told


@pytest.mark.parametrize("status", ["scheduled", "upcoming"])
def test_a_story_that_waits_goes_live_by_itself_with_what_was_published_in_it(desk: Desk, status: str) -> None:
    story = _story_in(desk, status)
    desk.post(story["id"], "Doors open at six.")
    told = len(desk.events())
    desk.due(HOUR // 2)
    assert len(desk.events()) == told
    desk.due(HOUR)
    assert _now(desk, story)["status"] == "live"
    expected = ["story.updated", "entry.published"] if status == "scheduled" else ["story.updated"]
    assert [event["type"] for event in desk.events()[told:]] == expected
    assert desk.due(9 * HOUR) is None


def test_a_scheduled_story_needs_a_start_to_come(desk: Desk) -> None:
    for fields in ({}, {"coverage_start": format_time(Micros(desk.now))}):
        with pytest.raises(InvalidInput) as refused:
            desk.story(status="scheduled", **fields)
        assert refused.value.errors[0].pointer == "/coverage_start"


def test_a_story_that_falls_silent_ends_by_itself_and_an_entry_puts_that_off(desk: Desk) -> None:
    story = desk.story(settings={"auto_end_after": 3_600})
    desk.due(HOUR // 2)
    desk.post(story["id"])
    told = len(desk.events())
    desk.due(HOUR - 2_000_000)
    assert _now(desk, story)["status"] == "live"
    assert len(desk.events()) == told
    desk.due(HOUR)
    ended = _now(desk, story)
    assert (ended["status"], ended["coverage_end"]) == ("ended", format_time(Micros(desk.now)))
    reopened = desk.patch_story(story["id"], status="live")
    assert reopened["coverage_end"] is None
    desk.due(HOUR // 2)
    assert _now(desk, story)["status"] == "live"
    desk.patch_story(story["id"], settings={"auto_end_after": None})
    assert desk.due(99 * HOUR) is None


def test_an_ended_story_takes_corrections_and_no_new_entries_until_it_is_live_again(desk: Desk) -> None:
    story = desk.story()
    entry = desk.post(story["id"])
    draft = desk.post(story["id"], status="draft")
    waiting = desk.post(story["id"], status="scheduled", publish_at=format_time(Micros(desk.now + HOUR)))
    desk.patch_story(story["id"], status="ended")
    assert desk.act("correct", entry)["corrections"]
    assert desk.patch(entry, text="Mended.")["revision"] == 3
    with pytest.raises(Conflict, match="story_ended"):
        desk.post(story["id"])
    with pytest.raises(Conflict, match="story_ended"):
        desk.act("publish", draft)
    assert desk.post(story["id"], status="draft")["status"] == "draft"
    desk.due(2 * HOUR)
    parked = body(reads.show_entry(desk.room, desk.call(), story["id"], waiting["id"]))
    assert parked["status"] == "submitted"
    desk.patch_story(story["id"], status="live")
    assert desk.act("publish", draft)["status"] == "published"


def test_an_archived_story_is_read_only_but_for_taking_back(desk: Desk) -> None:
    story = _story_in(desk, "live")
    entries = [desk.post(story["id"]) for _ in range(3)]
    for status in ("ended", "archived"):
        desk.patch_story(story["id"], status=status)
    with pytest.raises(Conflict, match="story_archived"):
        desk.post(story["id"], status="draft")
    with pytest.raises(Conflict, match="story_archived"):
        desk.patch(entries[0], text="No.")
    with pytest.raises(Conflict, match="story_archived"):
        desk.act("correct", entries[0])
    for action, entry in zip(("retract", "unpublish", "remove"), entries, strict=True):
        desk.act(action, entry)


def test_a_withdrawn_story_leaves_no_text_in_any_readers_table(desk: Desk, database: Database) -> None:
    story = desk.story("The wrong name", tags=[{"slug": "affair", "label": "Affair"}])
    entry = desk.post(story["id"], "Somebody did something.", tags=[{"slug": "affair", "label": "Affair"}])
    desk.act("retract", entry, reason="It was somebody else.")
    desk.patch_story(story["id"], status="withdrawn")
    last = desk.events()[-1]
    assert (last["type"], "fields" in last) == ("story.removed", False)
    assert desk.told[-1].head.closing == "withdrawn"
    with database.snapshot() as tx:
        for table in schema.READERS_TABLES:
            kept = str([tuple(row) for row in tx.connection.execute(select(table))])
            for word in ("wrong name", "Somebody", "somebody", "affair"):
                assert word not in kept
    with pytest.raises(Gone, match="story_withdrawn"):
        desk.post(story["id"])
    with pytest.raises(Gone, match="story_withdrawn"):
        desk.act("remove", entry)
    with pytest.raises(Conflict, match="wrong_status"):
        desk.patch_story(story["id"], status="live")
    assert body(reads.show_entry(desk.room, desk.call(), story["id"], entry["id"]))["text"] == "Somebody did something."


def test_days_of_rolling_coverage_know_each_other_once_both_are_public(desk: Desk) -> None:
    monday = desk.story("Monday")
    tuesday = desk.story("Tuesday", status="draft", continues=monday["slug"])
    assert tuesday["continues"] == monday["id"]
    assert _now(desk, monday)["continued_by"] is None
    told = len(desk.events())
    desk.patch_story(tuesday["id"], status="live")
    assert [(event["type"], event["story"]) for event in desk.events()[told:]] == [
        ("story.updated", tuesday["id"]), ("story.updated", monday["id"]),
    ]  # fmt: skip
    assert _now(desk, monday)["continued_by"] == tuesday["id"]
    desk.patch_story(tuesday["id"], continues=None)
    assert _now(desk, monday)["continued_by"] is None
    desk.patch_story(tuesday["id"], continues=monday["id"])
    desk.patch_story(tuesday["id"], status="withdrawn")
    assert _now(desk, monday)["continued_by"] is None


def test_only_a_public_story_can_be_continued(desk: Desk) -> None:
    draft = desk.story(status="draft")
    own = desk.story()
    for ref in (draft["id"], "no-such-story"):
        with pytest.raises(InvalidInput) as refused:
            desk.story(continues=ref)
        assert refused.value.errors[0].code == "story_not_found"
    with pytest.raises(InvalidInput):
        desk.patch_story(own["id"], continues=own["id"])


def test_a_story_has_a_picture_that_was_cleaned_like_any_other(desk: Desk) -> None:
    story = desk.story(image={"url": "https://pictures.example/1.jpg", "alt": 'The "harbour"', "caption": "<script>"})
    image = story["image"]
    assert (image["type"], image["alt"]) == ("image", 'The "harbour"')
    assert "<script>" not in image["html"]
    assert desk.events()[-1]["fields"]["image"] == image
