"""A story's life: its transitions, the events they publish, and what happens by itself."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, Gone, InvalidInput, LiveblogError
from app.domain.story import StoryStatus
from app.newsroom.queries.lists import show_entry, show_story
from app.storage.database.transactions import Database
from tests.newsroom.driver import HOUR, NewsroomDriver, body
from tests.storage.tables import READERS_TABLES

TRANSITIONS = {
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


def _story_in(driver: NewsroomDriver, status: str) -> dict[str, Any]:
    story = driver.story(status="draft", coverage_start=format_time(Micros(driver.now + HOUR)))
    for step in PATHS[status]:
        story = driver.patch_story(story["id"], status=step)
    return story


def _entry(driver: NewsroomDriver, entry: dict[str, Any]) -> dict[str, Any]:
    return body(show_entry(driver.newsroom, driver.call(), entry["story"], entry["id"]))


def _now(driver: NewsroomDriver, story: dict[str, Any]) -> dict[str, Any]:
    return body(show_story(driver.newsroom, driver.call(), story["id"]))


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(map(str, StoryStatus), 2)))
def test_a_story_makes_the_transitions_of_the_table_and_no_others(
    driver: NewsroomDriver, before: str, after: str
) -> None:
    story = _story_in(driver, before)
    sent = len(driver.events())
    if after in TRANSITIONS[before]:
        moved = driver.patch_story(story["id"], status=after)
        assert moved["status"] == after
        is_published = after not in {"draft", "scheduled"}
        assert len(driver.events()) == (sent + 1 if is_published else sent)
        if is_published:
            assert driver.events()[-1]["type"] == ("story.removed" if after == "withdrawn" else "story.updated")
    else:
        with pytest.raises(Conflict, match="wrong_status"):
            driver.patch_story(story["id"], status=after)
        assert len(driver.events()) == sent


@pytest.mark.parametrize("status", ["scheduled", "upcoming"])
def test_a_story_that_waits_goes_live_by_itself_with_what_was_published_in_it(
    driver: NewsroomDriver, status: str
) -> None:
    story = _story_in(driver, status)
    driver.post(story["id"], "Doors open at six.")
    sent = len(driver.events())
    driver.due(HOUR // 2)
    assert len(driver.events()) == sent
    driver.due(HOUR)
    assert _now(driver, story)["status"] == "live"
    expected = ["story.updated", "entry.published"] if status == "scheduled" else ["story.updated"]
    assert [event["type"] for event in driver.events()[sent:]] == expected
    assert driver.due(9 * HOUR) is None


def test_a_scheduled_story_needs_a_start_to_come(driver: NewsroomDriver) -> None:
    for fields in ({}, {"coverage_start": format_time(Micros(driver.now))}):
        with pytest.raises(InvalidInput) as refused:
            driver.story(status="scheduled", **fields)
        assert refused.value.errors[0].pointer == "/coverage_start"


def test_a_story_that_falls_silent_ends_by_itself_and_an_entry_puts_that_off(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"auto_end_after": 3_600})
    driver.due(HOUR // 2)
    driver.post(story["id"])
    sent = len(driver.events())
    driver.due(HOUR - 2_000_000)
    assert _now(driver, story)["status"] == "live"
    assert len(driver.events()) == sent
    driver.due(HOUR)
    ended = _now(driver, story)
    assert (ended["status"], ended["coverage_end"]) == ("ended", format_time(Micros(driver.now)))
    reopened = driver.patch_story(story["id"], status="live")
    assert reopened["coverage_end"] is None
    driver.due(HOUR // 2)
    assert _now(driver, story)["status"] == "live"
    driver.patch_story(story["id"], settings={"auto_end_after": None})
    assert driver.due(99 * HOUR) is None


def test_an_ended_story_takes_corrections_and_no_new_entries_until_it_is_live_again(driver: NewsroomDriver) -> None:
    story = driver.story()
    entry = driver.post(story["id"])
    draft = driver.post(story["id"], status="draft")
    waiting = driver.post(story["id"], status="scheduled", publish_at=format_time(Micros(driver.now + HOUR)))
    driver.patch_story(story["id"], status="ended")
    assert driver.act("correct", entry)["corrections"]
    assert driver.patch(entry, text="Mended.")["revision"] == 3
    with pytest.raises(Conflict, match="story_ended"):
        driver.post(story["id"])
    with pytest.raises(Conflict, match="story_ended"):
        driver.act("publish", draft)
    assert driver.post(story["id"], status="draft")["status"] == "draft"
    driver.due(2 * HOUR)
    assert _entry(driver, waiting)["status"] == "submitted"
    driver.patch_story(story["id"], status="live")
    assert driver.act("publish", draft)["status"] == "published"


def test_an_archived_story_is_read_only_but_for_taking_back(driver: NewsroomDriver) -> None:
    story = _story_in(driver, "live")
    entries = [driver.post(story["id"]) for _ in range(3)]
    for status in ("ended", "archived"):
        driver.patch_story(story["id"], status=status)
    with pytest.raises(Conflict, match="story_archived"):
        driver.post(story["id"], status="draft")
    with pytest.raises(Conflict, match="story_archived"):
        driver.patch(entries[0], text="No.")
    with pytest.raises(Conflict, match="story_archived"):
        driver.act("correct", entries[0])
    for action, entry in zip(("retract", "unpublish", "remove"), entries, strict=True):
        driver.act(action, entry)


def test_a_withdrawn_story_leaves_no_text_in_any_readers_table(driver: NewsroomDriver, database: Database) -> None:
    story = driver.story("The wrong name", tags=[{"slug": "affair", "label": "Affair"}])
    entry = driver.post(story["id"], "Somebody did something.", tags=[{"slug": "affair", "label": "Affair"}])
    driver.act("retract", entry, reason="It was somebody else.")
    driver.patch_story(story["id"], status="withdrawn")
    last = driver.events()[-1]
    assert (last["type"], "fields" in last) == ("story.removed", False)
    assert driver.announcements[-1].head.closing == "withdrawn"
    with database.snapshot() as tx:
        for table in READERS_TABLES:
            kept = str([tuple(row) for row in tx.connection.execute(select(table))])
            for word in ("wrong name", "Somebody", "somebody", "affair"):
                assert word not in kept
    with pytest.raises(Gone, match="story_withdrawn"):
        driver.post(story["id"])
    with pytest.raises(Gone, match="story_withdrawn"):
        driver.act("remove", entry)
    with pytest.raises(Conflict, match="wrong_status"):
        driver.patch_story(story["id"], status="live")
    assert _entry(driver, entry)["text"] == "Somebody did something."


@pytest.mark.parametrize(("status", "refused"), [("archived", Conflict), ("withdrawn", Gone)])
def test_of_a_story_that_is_closed_for_good_only_its_settings_change(
    driver: NewsroomDriver, status: str, refused: type[LiveblogError]
) -> None:
    story = _story_in(driver, status)
    sent, version = len(driver.events()), story["version"]
    for change in ({"title": "Another"}, {"slug": "another"}, {"coverage_end": None, "standfirst": "More."}):
        with pytest.raises(refused, match=f"story_{status}"):
            driver.patch_story(story["id"], **change)
    with pytest.raises(refused, match=f"story_{status}"):
        driver.key_points(story["id"], ("Too late.", None))
    assert driver.pin(story["id"])["version"] == version
    assert driver.patch_story(story["id"], title=story["title"])["version"] == version
    assert driver.patch_story(story["id"], settings={"members_only": True})["settings"]["members_only"]
    driver.freeze(story["id"])
    driver.freeze(story["id"], frozen=False)
    assert len(driver.events()) == sent


@pytest.mark.parametrize("status", ["archived", "withdrawn"])
def test_what_comes_due_in_a_closed_story_waits_for_a_person(driver: NewsroomDriver, status: str) -> None:
    story = driver.story()["id"]
    at = format_time(Micros(driver.now + HOUR))
    new = driver.post(story, status="scheduled", publish_at=at)
    edited = driver.post(story, "As it was.")
    driver.patch(edited, text="As it should be.", publish=False)
    driver.act("schedule", edited, publish_at=driver.now + HOUR)
    for step in PATHS[status][1:]:
        driver.patch_story(story, status=step)
    sent = len(driver.events())
    driver.due(2 * HOUR)
    assert len(driver.events()) == sent
    assert _entry(driver, new)["status"] == "submitted"
    assert (_entry(driver, edited)["working"]["status"], _entry(driver, edited)["text"]) == ("submitted", "As it was.")
    assert driver.due(9 * HOUR) is None


def test_an_end_after_a_withdrawal_is_not_published(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    at = format_time(Micros(driver.now + HOUR))
    pinned, expiring = driver.post(story), driver.post(story, expires_at=at)
    driver.pin(story, pinned, until=at)
    driver.patch_story(story, status="withdrawn")
    sent = len(driver.events())
    assert driver.due(2 * HOUR) is None
    assert len(driver.events()) == sent
    assert _entry(driver, expiring)["status"] == "expired"


def test_a_story_has_a_picture_that_was_cleaned_like_any_other(driver: NewsroomDriver) -> None:
    story = driver.story(image={"url": "https://pictures.example/1.jpg", "alt": 'The "harbour"', "caption": "<script>"})
    image = story["image"]
    assert (image["type"], image["alt"]) == ("image", 'The "harbour"')
    assert "<script>" not in image["html"]
    assert driver.events()[-1]["fields"]["image"] == image


def test_an_impossible_transition_is_refused_with_those_that_are_possible(driver: NewsroomDriver) -> None:
    refusals = {}
    for status in ("draft", "ended", "withdrawn"):
        with pytest.raises(Conflict) as refused:
            driver.patch_story(_story_in(driver, status)["id"], status="paused")
        refusals[status] = refused.value.detail
    assert refusals == {
        "draft": "A story that is draft cannot become paused; possible now: live, scheduled, upcoming.",
        "ended": "A story that is ended cannot become paused; possible now: archived, live, withdrawn.",
        "withdrawn": "A story that is withdrawn cannot become paused; it stays so for good.",
    }
