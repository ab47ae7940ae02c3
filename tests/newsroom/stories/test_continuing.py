"""Days of rolling coverage: a story that continues another, and the events of either."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import InvalidInput
from app.newsroom.queries.lists import show_story
from tests.newsroom.driver import HOUR, NewsroomDriver, body


def _sent(driver: NewsroomDriver, since: int) -> list[tuple[str, list[str] | None]]:
    return [(event["story"], event.get("changed")) for event in driver.events()[since:]]


def _now(driver: NewsroomDriver, story: dict[str, Any]) -> dict[str, Any]:
    return body(show_story(driver.newsroom, driver.call(), story["id"]))


def test_days_of_rolling_coverage_know_each_other_once_both_are_public(driver: NewsroomDriver) -> None:
    monday = driver.story("Monday")
    tuesday = driver.story("Tuesday", status="draft", continues=monday["slug"])
    assert tuesday["continues"] == monday["id"]
    assert _now(driver, monday)["continued_by"] is None
    sent = len(driver.events())
    driver.patch_story(tuesday["id"], status="live")
    assert _sent(driver, sent) == [(tuesday["id"], None), (monday["id"], ["continued_by"])]
    assert _now(driver, monday)["continued_by"] == tuesday["id"]
    driver.patch_story(tuesday["id"], continues=None)
    assert _now(driver, monday)["continued_by"] is None
    driver.patch_story(tuesday["id"], continues=monday["id"])
    driver.patch_story(tuesday["id"], status="withdrawn")
    assert _now(driver, monday)["continued_by"] is None


def test_a_day_may_go_on_from_one_that_is_still_to_come_and_readers_hear_of_it_then(driver: NewsroomDriver) -> None:
    monday = driver.story("Monday", status="scheduled", coverage_start=format_time(Micros(driver.now + HOUR)))
    tuesday = driver.story("Tuesday", continues=monday["id"])
    assert tuesday["continues"] == monday["id"]
    assert driver.events()[-1]["fields"]["continues"] is None
    sent = len(driver.events())
    driver.patch_story(tuesday["id"], continues=None)
    driver.patch_story(tuesday["id"], continues=monday["id"])
    assert _sent(driver, sent) == []
    driver.due(HOUR)
    assert _sent(driver, sent) == [(monday["id"], None), (tuesday["id"], ["continues"])]
    opened, later = driver.events()[sent:]
    assert (opened["fields"]["continued_by"], later["fields"]["continues"]) == (tuesday["id"], monday["id"])
    sent = len(driver.events())
    driver.patch_story(monday["id"], status="withdrawn")
    assert _sent(driver, sent) == [(monday["id"], None), (tuesday["id"], ["continues"])]
    assert driver.events()[-1]["fields"]["continues"] is None


def test_a_story_that_two_go_on_from_names_the_newer_one_that_can_be_read(driver: NewsroomDriver) -> None:
    monday = driver.story("Monday")
    older = driver.story("Tuesday", continues=monday["id"])
    driver.now += HOUR
    newer = driver.story("Tuesday again", continues=monday["id"])
    assert _now(driver, monday)["continued_by"] == newer["id"]
    driver.patch_story(newer["id"], status="withdrawn")
    assert _now(driver, monday)["continued_by"] == older["id"]


def test_a_frozen_story_names_the_one_that_continues_it_when_it_is_thawed(driver: NewsroomDriver) -> None:
    monday, wednesday = driver.story("Monday"), driver.story("Wednesday")
    tuesday = driver.story("Tuesday", status="draft", continues=monday["id"])
    driver.patch_story(wednesday["id"], continues=tuesday["id"])
    for frozen in (monday, wednesday):
        driver.freeze(frozen["id"])
    sent = len(driver.events())
    driver.patch_story(tuesday["id"], status="live")
    assert _sent(driver, sent) == [(tuesday["id"], None)]
    assert driver.events()[-1]["fields"]["continues"] == monday["id"]
    for thawed in (monday, wednesday):
        driver.freeze(thawed["id"], frozen=False)
    assert _sent(driver, sent)[1:] == [(monday["id"], ["continued_by"]), (wednesday["id"], ["continues"])]


def test_only_a_story_that_the_caller_may_know_of_can_be_continued(driver: NewsroomDriver) -> None:
    own, closed = driver.story(), driver.story(settings={"members_only": True})
    withdrawn = driver.patch_story(driver.story()["id"], status="withdrawn")
    editor = driver.hire("editor")
    for ref in (closed["id"], closed["slug"], withdrawn["id"], "no-such-story"):
        with pytest.raises(InvalidInput) as refused:
            editor.story(continues=ref)
        assert refused.value.errors[0].code == "story_not_found"
    with pytest.raises(InvalidInput):
        driver.patch_story(own["id"], continues=own["id"])


def test_stories_that_go_on_from_each_other_never_wait_for_each_other(driver: NewsroomDriver) -> None:
    stories = [driver.story(f"Story {number}")["id"] for number in range(3)]
    for number in range(3):
        driver.patch_story(stories[number], continues=stories[number - 1])
    failed: list[Exception] = []

    def toggle(story: str) -> None:
        try:
            for status in ("paused", "live") * 6:
                driver.patch_story(story, status=status, continues=None if status == "paused" else chosen[story])
        except Exception as error:  # noqa: BLE001  (whatever it is, the test fails with it)
            failed.append(error)

    chosen = {story: stories[number - 1] for number, story in enumerate(stories)}
    threads = [threading.Thread(target=toggle, args=(story,)) for story in stories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for story in stories:
        follower = next(later for later, earlier in chosen.items() if earlier == story)
        shown = body(show_story(driver.newsroom, driver.call(), story))
        assert (shown["continues"], shown["continued_by"]) == (chosen[story], follower)
