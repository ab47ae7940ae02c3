"""Pins and key points: references to public entries, each change one event, gone with what they name."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, InvalidInput
from app.storage.database.transactions import Database
from tests.newsroom.driver import HOUR, NewsroomDriver


def _sent(driver: NewsroomDriver, since: int) -> list[tuple[str, Any]]:
    return [(event["type"], event.get("changed")) for event in driver.events()[since:]]


def test_pins_and_key_points_are_published_in_one_event_each(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    one, two = driver.post(story), driver.post(story)
    since = len(driver.events())
    pinned = driver.pin(story, two, one)
    assert [pin["entry"] for pin in pinned["pinned"]] == [two["id"], one["id"]]
    driver.key_points(story, ("Polls have closed.", one["id"]), ("Counting goes on.", None))
    assert _sent(driver, since) == [("story.updated", ["pinned"]), ("story.updated", ["key_points"])]
    fields = driver.events()[-1]["fields"]
    assert fields["pinned"] == [{"entry": two["id"], "until": None}, {"entry": one["id"], "until": None}]
    assert fields["key_points"][0] == {"text": "Polls have closed.", "entry": one["id"]}
    driver.pin(story, two, one)
    assert len(driver.events()) == since + 2


def test_only_public_entries_of_the_story_are_named(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    draft = driver.post(story, status="draft")
    elsewhere = driver.post(driver.story()["id"])
    unknown = {"id": str(uuid.uuid4())}
    gone = driver.act("unpublish", driver.post(story))
    for entry in (draft, elsewhere, unknown, gone):
        with pytest.raises(Conflict, match="entry_not_public"):
            driver.pin(story, entry)
        with pytest.raises(Conflict, match="entry_not_public"):
            driver.key_points(story, ("A point.", entry["id"]))


@pytest.mark.parametrize("action", ["unpublish", "remove", "expire"])
def test_an_entry_that_leaves_takes_its_pin_and_leaves_a_key_point_its_words(
    driver: NewsroomDriver, action: str
) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, expires_at=format_time(Micros(driver.now + HOUR)))
    kept = driver.post(story)
    driver.pin(story, entry, kept)
    driver.key_points(story, ("Polls have closed.", entry["id"]))
    since = len(driver.events())
    if action == "expire":
        driver.due(2 * HOUR)
    else:
        driver.act(action, entry)
    assert _sent(driver, since) == [("entry.removed", None), ("story.updated", ["pinned", "key_points"])]
    fields = driver.events()[-1]["fields"]
    assert [pin["entry"] for pin in fields["pinned"]] == [kept["id"]]
    assert fields["key_points"] == [{"text": "Polls have closed.", "entry": None}]
    assert len(driver.announcements[-1].events) == 2  # both in one commit, announced together


def test_a_pin_with_an_end_ends_by_itself(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    one, two = driver.post(story), driver.post(story)
    driver.pin(story, one, until=format_time(Micros(driver.now + HOUR)))
    since = len(driver.events())
    driver.due(HOUR // 2)
    assert _sent(driver, since) == []
    driver.due(HOUR)
    assert _sent(driver, since) == [("story.updated", ["pinned"])]
    driver.pin(story, two)
    assert driver.due(9 * HOUR) is None
    with pytest.raises(InvalidInput) as refused:
        driver.pin(story, two, until=format_time(Micros(driver.now)))
    assert refused.value.errors[0].pointer == "/items/0/until"


@pytest.mark.parametrize("of_site", [True, False])
def test_a_pin_whose_time_ends_in_a_freeze_ends_after_it(driver: NewsroomDriver, *, of_site: bool) -> None:
    story = driver.story()["id"]
    driver.pin(story, driver.post(story), until=format_time(Micros(driver.now + HOUR)))
    since, frozen = len(driver.events()), None if of_site else story
    driver.freeze(frozen)
    driver.due(2 * HOUR)
    assert _sent(driver, since) == []
    driver.freeze(frozen, frozen=False)
    for _ in range(2):
        driver.due()
        assert _sent(driver, since) == [("story.updated", ["pinned"])]


def test_nothing_unpublished_stands_in_the_readers_row(driver: NewsroomDriver, database: Database) -> None:
    story = driver.story(status="draft")["id"]
    with pytest.raises(Conflict, match="entry_not_public"):
        driver.pin(story, driver.post(story))
    driver.key_points(story, ("For later.", None))
    assert driver.events() == []
    driver.patch_story(story, status="live")
    assert driver.events()[0]["fields"]["key_points"] == [{"text": "For later.", "entry": None}]
