"""A story's life: where its status may go, what readers are told, and what happens by itself."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, Gone, InvalidInput, LiveblogError
from app.domain.story import StoryStatus
from app.newsroom.queries import lists as reads
from app.storage.database import schema
from app.storage.database.transactions import Database
from tests.newsroom.driver import HOUR, Desk, body

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


def _entry(desk: Desk, entry: dict[str, Any]) -> dict[str, Any]:
    return body(reads.show_entry(desk.room, desk.call(), entry["story"], entry["id"]))


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
    assert _entry(desk, waiting)["status"] == "submitted"
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
    assert _entry(desk, entry)["text"] == "Somebody did something."


@pytest.mark.parametrize(("status", "refused"), [("archived", Conflict), ("withdrawn", Gone)])
def test_of_a_story_that_is_closed_for_good_only_its_settings_change(
    desk: Desk, status: str, refused: type[LiveblogError]
) -> None:
    story = _story_in(desk, status)
    told, version = len(desk.events()), story["version"]
    for change in ({"title": "Another"}, {"slug": "another"}, {"coverage_end": None, "standfirst": "More."}):
        with pytest.raises(refused, match=f"story_{status}"):
            desk.patch_story(story["id"], **change)
    with pytest.raises(refused, match=f"story_{status}"):
        desk.key_points(story["id"], ("Too late.", None))
    assert desk.pin(story["id"])["version"] == version
    assert desk.patch_story(story["id"], title=story["title"])["version"] == version
    assert desk.patch_story(story["id"], settings={"members_only": True})["settings"]["members_only"]
    desk.freeze(story["id"])
    desk.freeze(story["id"], frozen=False)
    assert len(desk.events()) == told


@pytest.mark.parametrize("status", ["archived", "withdrawn"])
def test_what_comes_due_in_a_closed_story_waits_for_a_person(desk: Desk, status: str) -> None:
    story = desk.story()["id"]
    at = format_time(Micros(desk.now + HOUR))
    new = desk.post(story, status="scheduled", publish_at=at)
    edited = desk.post(story, "As it was.")
    desk.patch(edited, text="As it should be.", publish=False)
    desk.act("schedule", edited, publish_at=desk.now + HOUR)
    for step in PATHS[status][1:]:
        desk.patch_story(story, status=step)
    told = len(desk.events())
    desk.due(2 * HOUR)
    assert len(desk.events()) == told
    assert _entry(desk, new)["status"] == "submitted"
    assert (_entry(desk, edited)["working"]["status"], _entry(desk, edited)["text"]) == ("submitted", "As it was.")
    assert desk.due(9 * HOUR) is None


def test_an_end_that_comes_after_a_withdrawal_is_told_to_nobody(desk: Desk) -> None:
    story = desk.story()["id"]
    at = format_time(Micros(desk.now + HOUR))
    pinned, expiring = desk.post(story), desk.post(story, expires_at=at)
    desk.pin(story, pinned, until=at)
    desk.patch_story(story, status="withdrawn")
    told = len(desk.events())
    assert desk.due(2 * HOUR) is None
    assert len(desk.events()) == told
    assert _entry(desk, expiring)["status"] == "expired"


def test_a_story_has_a_picture_that_was_cleaned_like_any_other(desk: Desk) -> None:
    story = desk.story(image={"url": "https://pictures.example/1.jpg", "alt": 'The "harbour"', "caption": "<script>"})
    image = story["image"]
    assert (image["type"], image["alt"]) == ("image", 'The "harbour"')
    assert "<script>" not in image["html"]
    assert desk.events()[-1]["fields"]["image"] == image


def test_a_move_that_cannot_be_is_told_with_those_that_can(desk: Desk) -> None:
    told = {}
    for status in ("draft", "ended", "withdrawn"):
        with pytest.raises(Conflict) as refused:
            desk.patch_story(_story_in(desk, status)["id"], status="paused")
        told[status] = refused.value.detail
    assert told == {
        "draft": "A story that is draft cannot become paused; possible now: live, scheduled, upcoming.",
        "ended": "A story that is ended cannot become paused; possible now: archived, live, withdrawn.",
        "withdrawn": "A story that is withdrawn cannot become paused; it stays so for good.",
    }
