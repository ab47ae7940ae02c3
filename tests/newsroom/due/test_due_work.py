"""What happens by itself, where several things come due together, or the story they belong to has moved on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.clock import Micros, format_time, parse_time
from app.domain.errors import Unavailable
from app.newsroom.due.due_work import run_due_work
from app.newsroom.entries.versions import show_versions
from app.newsroom.queries import lists as reads
from tests.newsroom.driver import HOUR, Desk, ForetoldRandom, body

SECOND = 1_000_000


def at(desk: Desk, later: int) -> str:
    return format_time(Micros(desk.now + later))


def now(desk: Desk, entry: dict[str, Any]) -> dict[str, Any]:
    return body(reads.show_entry(desk.room, desk.call(), entry["story"], entry["id"]))


def test_what_is_late_is_done_in_the_order_of_its_times_not_entry_by_entry(desk: Desk) -> None:
    story = desk.story()["id"]
    first = desk.post(story, "A.", status="scheduled", publish_at=at(desk, HOUR), expires_at=at(desk, 3 * HOUR))
    second = desk.post(story, "B.", status="scheduled", publish_at=at(desk, 2 * HOUR))
    told = len(desk.events())
    desk.due(9 * HOUR)
    assert [(event["type"], event.get("id") or event["entry"]["id"]) for event in desk.events()[told:]] == [
        ("entry.published", first["id"]),
        ("entry.published", second["id"]),
        ("entry.removed", first["id"]),
    ]


def test_entries_that_end_together_take_each_its_own_pin_with_it(desk: Desk) -> None:
    story = desk.story()["id"]
    ending = [desk.post(story, expires_at=at(desk, HOUR)) for _ in range(3)]
    staying = desk.post(story)
    desk.pin(story, *ending, staying)
    desk.due(2 * HOUR)
    pinned = body(reads.show_story(desk.room, desk.call(), story))["pinned"]
    assert [pin["entry"] for pin in pinned] == [staying["id"]]
    changes = [event for event in desk.events() if event["type"] == "story.updated"]
    assert [pin["entry"] for pin in changes[-1]["fields"]["pinned"]] == [staying["id"]]


def test_an_archived_story_lets_nothing_out_and_a_withdrawn_one_says_nothing_more(desk: Desk) -> None:
    stories = [desk.story()["id"] for _ in range(2)]
    going = [desk.post(story, status="scheduled", publish_at=at(desk, HOUR)) for story in stories]
    ending = [desk.post(story, expires_at=at(desk, HOUR)) for story in stories]
    for story, statuses in zip(stories, [("ended", "archived"), ("withdrawn",)], strict=True):
        for status in statuses:
            desk.patch_story(story, status=status)
    told = len(desk.events())
    assert desk.due(2 * HOUR) is None
    assert [now(desk, entry)["status"] for entry in going] == ["submitted", "submitted"]
    assert [now(desk, entry)["status"] for entry in ending] == ["expired", "expired"]
    assert [(event["type"], event["story"]) for event in desk.events()[told:]] == [("entry.removed", stories[0])]
    assert desk.due(HOUR) is None


def test_an_entry_that_comes_out_late_puts_off_the_end_of_a_silent_story(desk: Desk) -> None:
    story = desk.story(settings={"auto_end_after": 3600})["id"]
    entry = desk.post(story, status="scheduled", publish_at=at(desk, HOUR // 2))
    desk.due(5 * HOUR)
    assert now(desk, entry)["status"] == "published"
    assert body(reads.show_story(desk.room, desk.call(), story))["status"] == "live"
    desk.due(2 * HOUR)
    assert body(reads.show_story(desk.room, desk.call(), story))["status"] == "ended"


def test_in_a_frozen_story_nothing_goes_out_what_ends_still_ends_and_after_the_thaw_a_person_decides(
    desk: Desk,
) -> None:
    story = desk.story()["id"]
    ending = desk.post(story, expires_at=at(desk, HOUR))
    public = desk.post(story)
    desk.patch(public, text="Edited.", publish=False)
    desk.act("schedule", public)
    waiting = desk.post(story, status="scheduled", publish_at=at(desk, HOUR), expires_at=at(desk, 2 * HOUR))
    later = desk.post(story, status="scheduled", publish_at=at(desk, 9 * HOUR))
    edited = desk.post(story)
    desk.patch(edited, text="Edited.", publish=False)
    desk.act("schedule", edited, publish_at=desk.now + HOUR)
    desk.patch(edited, expires_at=at(desk, 2 * HOUR))
    desk.freeze(story)
    told = len(desk.events())
    desk.due(3 * HOUR)
    assert [event["id"] for event in desk.events()[told:]] == [ending["id"], edited["id"]]
    desk.freeze(story, frozen=False)
    assert [now(desk, entry)["status"] for entry in (waiting, later)] == ["submitted", "scheduled"]
    assert now(desk, public)["working"]["status"] == "submitted"
    notes = body(show_versions(desk.room, desk.call(), story, waiting["id"]))["items"]
    assert "freeze" in notes[0]["note"]
    desk.due(HOUR)
    assert len(desk.events()) == told + 2


def test_a_clock_set_back_in_the_middle_dates_nothing_before_its_time(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, status="scheduled", publish_at=at(desk, HOUR))
    desk.now += HOUR

    def setting_back() -> Iterator[int]:
        yield desk.now
        yield desk.now
        while True:
            yield desk.now - HOUR // 2

    readings = setting_back()
    room = dataclasses.replace(desk.room, clock=lambda: Micros(next(readings)))
    run_due_work(room, desk.setbacks)
    assert desk.events()[-1]["time"] == now(desk, entry)["published_at"] >= entry["publish_at"]


def test_what_was_scheduled_before_the_story_was_public_comes_out_with_it(desk: Desk) -> None:
    story = desk.story(status="draft")["id"]
    entry = desk.post(story, status="scheduled", publish_at=at(desk, HOUR))
    ended = desk.post(story, status="scheduled", publish_at=at(desk, HOUR), expires_at=at(desk, 2 * HOUR))
    desk.due(3 * HOUR)
    assert desk.told == []
    assert [now(desk, each)["status"] for each in (entry, ended)] == ["published", "expired"]
    desk.patch_story(story, status="live")
    assert [event["type"] for event in desk.events()] == ["story.updated", "entry.published"]
    assert parse_time(now(desk, entry)["published_at"]) == desk.now


@pytest.mark.parametrize("status", ["paused", "upcoming"])
def test_a_story_that_is_paused_or_has_not_begun_lets_out_what_is_due(desk: Desk, status: str) -> None:
    story = desk.story(status="upcoming" if status == "upcoming" else "live")["id"]
    entry = desk.post(story, status="scheduled", publish_at=at(desk, HOUR))
    if status == "paused":
        desk.patch_story(story, status=status)
    desk.due(HOUR)
    assert now(desk, entry)["status"] == "published"


def test_what_the_database_cannot_do_at_the_moment_is_tried_again_and_waits_for_nobody(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, status="scheduled", publish_at=at(desk, HOUR))

    class Busy(ForetoldRandom):
        def letters(self, purpose: str, key: str, length: int) -> str:
            raise Unavailable("database_unavailable", "Not now.", retry_after_seconds=1)

    desk.now += 2 * HOUR
    run_due_work(dataclasses.replace(desk.room, random=Busy()), desk.setbacks)
    assert (now(desk, entry)["status"], desk.setbacks.failures) == ("scheduled", 1)
