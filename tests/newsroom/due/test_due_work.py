"""Due work where several things come due together, or the story they belong to has another status by then."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.clock import Micros, format_time, parse_time
from app.domain.errors import Unavailable
from app.metrics.histogram import LATENESS_BOUNDS, Histogram
from app.newsroom.due.due_work import run_due_work
from app.newsroom.entries.versions import show_versions
from app.newsroom.queries.lists import show_entry, show_story
from tests.newsroom.driver import HOUR, ForetoldRandom, NewsroomDriver, body


def at(driver: NewsroomDriver, later: int) -> str:
    return format_time(Micros(driver.now + later))


def now(driver: NewsroomDriver, entry: dict[str, Any]) -> dict[str, Any]:
    return body(show_entry(driver.newsroom, driver.call(), entry["story"], entry["id"]))


def test_what_is_late_is_done_in_the_order_of_its_times_not_entry_by_entry(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first = driver.post(story, "A.", status="scheduled", publish_at=at(driver, HOUR), expires_at=at(driver, 3 * HOUR))
    second = driver.post(story, "B.", status="scheduled", publish_at=at(driver, 2 * HOUR))
    sent = len(driver.events())
    driver.due(9 * HOUR)
    assert [(event["type"], event.get("id") or event["entry"]["id"]) for event in driver.events()[sent:]] == [
        ("entry.published", first["id"]),
        ("entry.published", second["id"]),
        ("entry.removed", first["id"]),
    ]


def test_entries_that_end_together_take_each_its_own_pin_with_it(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    ending = [driver.post(story, expires_at=at(driver, HOUR)) for _ in range(3)]
    staying = driver.post(story)
    driver.pin(story, *ending, staying)
    driver.due(2 * HOUR)
    pinned = body(show_story(driver.newsroom, driver.call(), story))["pinned"]
    assert [pin["entry"] for pin in pinned] == [staying["id"]]
    changes = [event for event in driver.events() if event["type"] == "story.updated"]
    assert [pin["entry"] for pin in changes[-1]["fields"]["pinned"]] == [staying["id"]]


def test_an_archived_story_publishes_no_entry_and_a_withdrawn_one_nothing_more(driver: NewsroomDriver) -> None:
    stories = [driver.story()["id"] for _ in range(2)]
    going = [driver.post(story, status="scheduled", publish_at=at(driver, HOUR)) for story in stories]
    ending = [driver.post(story, expires_at=at(driver, HOUR)) for story in stories]
    for story, statuses in zip(stories, [("ended", "archived"), ("withdrawn",)], strict=True):
        for status in statuses:
            driver.patch_story(story, status=status)
    sent = len(driver.events())
    assert driver.due(2 * HOUR) is None
    assert [now(driver, entry)["status"] for entry in going] == ["submitted", "submitted"]
    assert [now(driver, entry)["status"] for entry in ending] == ["expired", "expired"]
    assert [(event["type"], event["story"]) for event in driver.events()[sent:]] == [("entry.removed", stories[0])]
    assert driver.due(HOUR) is None


def test_an_entry_that_is_published_late_puts_off_the_end_of_a_silent_story(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"auto_end_after": 3600})["id"]
    entry = driver.post(story, status="scheduled", publish_at=at(driver, HOUR // 2))
    driver.due(5 * HOUR)
    assert now(driver, entry)["status"] == "published"
    assert body(show_story(driver.newsroom, driver.call(), story))["status"] == "live"
    driver.due(2 * HOUR)
    assert body(show_story(driver.newsroom, driver.call(), story))["status"] == "ended"


def test_in_a_frozen_story_nothing_is_published_what_ends_still_ends_and_after_the_thaw_a_person_decides(
    driver: NewsroomDriver,
) -> None:
    story = driver.story()["id"]
    ending = driver.post(story, expires_at=at(driver, HOUR))
    public = driver.post(story)
    driver.patch(public, text="Edited.", publish=False)
    driver.act("schedule", public)
    waiting = driver.post(story, status="scheduled", publish_at=at(driver, HOUR), expires_at=at(driver, 2 * HOUR))
    later = driver.post(story, status="scheduled", publish_at=at(driver, 9 * HOUR))
    edited = driver.post(story)
    driver.patch(edited, text="Edited.", publish=False)
    driver.act("schedule", edited, publish_at=driver.now + HOUR)
    driver.patch(edited, expires_at=at(driver, 2 * HOUR))
    driver.freeze(story)
    sent = len(driver.events())
    driver.due(3 * HOUR)
    assert [event["id"] for event in driver.events()[sent:]] == [ending["id"], edited["id"]]
    driver.freeze(story, frozen=False)
    assert [now(driver, entry)["status"] for entry in (waiting, later)] == ["submitted", "scheduled"]
    assert now(driver, public)["working"]["status"] == "submitted"
    notes = body(show_versions(driver.newsroom, driver.call(), story, waiting["id"]))["items"]
    assert "freeze" in notes[0]["note"]
    driver.due(HOUR)
    assert len(driver.events()) == sent + 2


def test_a_clock_set_back_in_the_middle_dates_nothing_before_its_time(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, status="scheduled", publish_at=at(driver, HOUR))
    driver.now += HOUR

    def setting_back() -> Iterator[int]:
        yield driver.now
        yield driver.now
        while True:
            yield driver.now - HOUR // 2

    readings = setting_back()
    newsroom = dataclasses.replace(driver.newsroom, clock=lambda: Micros(next(readings)))
    run_due_work(newsroom, driver.backoff)
    assert driver.events()[-1]["time"] == now(driver, entry)["published_at"] >= entry["publish_at"]


def test_what_was_scheduled_before_the_story_was_public_is_published_with_it(driver: NewsroomDriver) -> None:
    story = driver.story(status="draft")["id"]
    entry = driver.post(story, status="scheduled", publish_at=at(driver, HOUR))
    ended = driver.post(story, status="scheduled", publish_at=at(driver, HOUR), expires_at=at(driver, 2 * HOUR))
    driver.due(3 * HOUR)
    assert driver.announcements == []
    assert [now(driver, each)["status"] for each in (entry, ended)] == ["published", "expired"]
    driver.patch_story(story, status="live")
    assert [event["type"] for event in driver.events()] == ["story.updated", "entry.published"]
    assert parse_time(now(driver, entry)["published_at"]) == driver.now


@pytest.mark.parametrize("status", ["paused", "upcoming"])
def test_a_story_that_is_paused_or_has_not_begun_publishes_what_is_due(driver: NewsroomDriver, status: str) -> None:
    story = driver.story(status="upcoming" if status == "upcoming" else "live")["id"]
    entry = driver.post(story, status="scheduled", publish_at=at(driver, HOUR))
    if status == "paused":
        driver.patch_story(story, status=status)
    driver.due(HOUR)
    assert now(driver, entry)["status"] == "published"


def test_what_the_database_cannot_do_now_is_tried_again_and_waits_for_nobody(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, status="scheduled", publish_at=at(driver, HOUR))

    class Busy(ForetoldRandom):
        def base62(self, purpose: str, key: str, length: int) -> str:
            raise Unavailable("database_unavailable", "Not now.", retry_after_seconds=1)

    driver.now += 2 * HOUR
    run_due_work(dataclasses.replace(driver.newsroom, random=Busy()), driver.backoff)
    assert (now(driver, entry)["status"], driver.backoff.failures) == ("scheduled", 1)


def test_how_late_each_thing_is_done_is_counted(driver: NewsroomDriver) -> None:
    story = driver.story(status="draft")["id"]
    driver.patch_story(story, status="scheduled", coverage_start=at(driver, HOUR))
    driver.post(story, status="scheduled", publish_at=at(driver, HOUR + 2_000_000))
    driver.post(story, status="scheduled", publish_at=at(driver, 9 * HOUR))
    lateness = Histogram(LATENESS_BOUNDS)
    run_due_work(driver.newsroom, driver.backoff, lateness)
    assert lateness.cumulative()[-1] == 0
    driver.now += HOUR + 3_000_000
    run_due_work(driver.newsroom, driver.backoff, lateness)
    run_due_work(driver.newsroom, driver.backoff, lateness)
    assert lateness.cumulative()[-1] == 2
