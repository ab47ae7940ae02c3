"""Moving entries: their place afterwards, the events, and what cannot be done."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, PreconditionFailed
from app.domain.sort_keys import MAX_KEY_LENGTH
from app.newsroom.entries.move import move_entry
from app.newsroom.entries.versions import show_versions
from app.newsroom.queries.lists import show_entry
from app.wire.requests.entries import EntryMove
from liveblog_client.apply import apply, sort_key_of
from liveblog_client.reader import empty_state
from tests.newsroom.driver import NewsroomDriver, body
from tests.newsroom.entries.test_display_time import EARLIER, timeline

UNKNOWN = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"


def move(driver: NewsroomDriver, entry: dict[str, Any], *, if_match: str | None = None, **where: str) -> dict[str, Any]:
    driver.now += 1_000_000
    call = driver.call(if_match=if_match)
    return body(move_entry(driver.newsroom, call, entry["story"], entry["id"], EntryMove(**where)))


def held(driver: NewsroomDriver) -> list[str]:
    """Return what a reader has who applied every event, the newest first."""
    state: dict[str, Any] = {**empty_state("s"), "timeline": {"items": [], "next": None, "prev": None}}
    for event in driver.events():
        state = apply(state, event)
    return [entry["id"] for entry in state["timeline"]["items"]]


def test_an_entry_is_moved_above_or_below_any_other(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    a, b, c, d = (driver.post(story) for _ in range(4))
    expected = [d, c, b, a]
    for entry, where, target in ((a, "before", b), (a, "before", d), (d, "after", c), (b, "after", a), (c, "after", d)):
        expected.remove(entry)
        expected.insert(expected.index(target) + (where == "after"), entry)
        move(driver, entry, **{where: target["id"]})
        ids = [each["id"] for each in expected]
        assert timeline(driver, story) == ids
        assert held(driver) == ids


def test_a_move_is_published_as_an_update_that_leaves_no_mark_and_keeps_the_time(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first, second = driver.post(story), driver.post(story)
    moved = move(driver, first, before=second["id"])
    event = driver.events()[-1]
    assert (event["type"], event["changed"], event["material"]) == ("entry.updated", ["sort_key"], False)
    assert event["entry"]["sort_key"] == moved["sort_key"] > second["sort_key"]
    assert (moved["time"], moved["updated_at"]) == (first["time"], None)
    assert (moved["revision"], moved["version"]) == (2, 2)
    versions = body(show_versions(driver.newsroom, driver.call(), story, first["id"]))["items"]
    assert [version["action"] for version in versions] == ["move", "create"]


def test_an_entry_that_stands_there_already_is_left_alone(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first, second, third = (driver.post(story) for _ in range(3))
    sent = len(driver.announcements)
    for entry, where in ((first, {"after": second["id"]}), (third, {"before": second["id"]})):
        assert move(driver, entry, **where)["version"] == 1
    assert len(driver.announcements) == sent


def test_what_is_posted_after_a_move_to_the_top_stands_above_it(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first, second = driver.post(story), driver.post(story)
    move(driver, first, before=second["id"])
    third = driver.post(story)
    assert timeline(driver, story) == [third["id"], first["id"], second["id"]]


def test_a_moved_entry_keeps_its_place_through_edits_and_republication_until_its_time_is_changed(
    driver: NewsroomDriver,
) -> None:
    story = driver.story()["id"]
    first, second = driver.post(story), driver.post(story)
    place = move(driver, first, before=second["id"])["sort_key"]
    assert driver.patch(first, text="Better.")["sort_key"] == place
    driver.act("unpublish", first)
    assert driver.act("publish", first)["sort_key"] == place
    assert driver.patch(first, display_time=EARLIER)["sort_key"] != place
    assert timeline(driver, story) == [second["id"], first["id"]]


def test_a_retracted_entry_can_be_moved_and_moved_beside(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first, second, third = (driver.post(story) for _ in range(3))
    driver.act("retract", first)
    move(driver, first, before=third["id"])
    move(driver, second, before=first["id"])
    assert timeline(driver, story) == [second["id"], first["id"], third["id"]]


@pytest.mark.parametrize("hidden", ["draft", "submitted", "unpublished", "removed", "unknown", "elsewhere"])
def test_an_entry_is_moved_beside_public_ones_of_its_story_only(driver: NewsroomDriver, hidden: str) -> None:
    story = driver.story()["id"]
    entry = driver.post(story)
    if hidden in {"draft", "submitted"}:
        target = driver.post(story, status=hidden)["id"]
    elif hidden == "unknown":
        target = UNKNOWN
    elif hidden == "elsewhere":
        target = driver.post(driver.story("Another")["id"])["id"]
    else:
        target = driver.act("unpublish" if hidden == "unpublished" else "remove", driver.post(story))["id"]
    for where in ("before", "after"):
        with pytest.raises(Conflict, match="entry_not_public"):
            move(driver, entry, **{where: target})


def test_hidden_entries_are_no_neighbours(driver: NewsroomDriver) -> None:
    places = []
    for hides in (False, True):
        driver.now = 1_790_000_100_000_000
        story = driver.story()["id"]
        first, second = driver.post(story), driver.post(story)
        if hides:
            driver.post(story, status="draft", display_time=EARLIER)
            driver.now -= 1_000_000
        places.append(move(driver, first, before=second["id"])["sort_key"])
    assert places[0] == places[1]


def test_what_is_not_public_cannot_be_moved(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    target = driver.post(story)["id"]
    for status in ("draft", "submitted"):
        with pytest.raises(Conflict, match="wrong_status"):
            move(driver, driver.post(story, status=status), before=target)
    drawer = driver.story("Drawer", status="draft")["id"]
    one, other = driver.post(drawer), driver.post(drawer)
    with pytest.raises(Conflict, match="story_not_public"):
        move(driver, one, before=other["id"])


def test_an_entry_cannot_stand_beside_itself(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    with pytest.raises(InvalidInput) as refused:
        move(driver, entry, after=entry["id"])
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/after", "itself")]


def test_moving_takes_an_editor_and_an_entry_that_is_there(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    target = driver.post(story)
    reporter = driver.hire("reporter")
    own = reporter.post(story)
    with pytest.raises(NotAllowed):
        move(reporter, own, after=target["id"])
    assert move(driver.hire("editor"), own, after=target["id"])["version"] == 2
    with pytest.raises(NotAllowed):
        move(driver.hire("editor", scopes=["read", "write"]), own, before=target["id"])
    with pytest.raises(NotFound):
        move(driver, {"story": story, "id": UNKNOWN}, before=target["id"])


def test_a_move_honours_the_state_it_was_made_for(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first, second = driver.post(story), driver.post(story)
    driver.patch(first, text="Better.")
    with pytest.raises(PreconditionFailed):
        move(driver, first, before=second["id"], if_match='"v1"')
    assert move(driver, first, before=second["id"], if_match='"v2"')["version"] == 3


def test_where_a_gap_is_used_up_the_neighbours_get_new_places_too(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entries = [driver.post(story) for _ in range(5)]
    expected = [entry["id"] for entry in reversed(entries)]
    moved_along = 0
    for number in range(110):
        entry, target = entries[1 + number % 3], entries[1 + (number - 1) % 3]
        where = "before" if number % 2 else "after"
        expected.remove(entry["id"])
        expected.insert(expected.index(target["id"]) + (where == "after"), entry["id"])
        events = len(driver.events())
        driver.patch(target, text=f"Edited {number}", publish=False)
        answered = move(driver, entry, **{where: target["id"]})
        assert answered == body(show_entry(driver.newsroom, driver.call(), story, entry["id"]))
        moved_along += len(driver.events()) > events + 1
        assert timeline(driver, story) == expected
    assert moved_along > 0
    assert held(driver) == expected
    last = {event["entry"]["id"]: event["entry"] for event in driver.events() if "entry" in event}
    assert sorted(expected, key=lambda entry: sort_key_of(last[entry]), reverse=True) == expected
    assert max(len(entry["sort_key"]) for entry in last.values()) <= MAX_KEY_LENGTH
    for entry in entries:
        shown = body(show_entry(driver.newsroom, driver.call(), story, entry["id"]))
        assert {name: shown[name] for name in ("sort_key", "revision")} == {
            name: last[entry["id"]][name] for name in ("sort_key", "revision")
        }


def test_two_entries_with_one_key_are_given_others_when_a_third_is_moved_between(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    low, one, other, third, high = (driver.post(story) for _ in range(5))
    place = move(driver, one, after=high["id"])["sort_key"]
    driver.act("unpublish", one)
    assert move(driver, other, after=high["id"])["sort_key"] == place
    driver.act("publish", one)
    upper, lower = sorted((one["id"], other["id"]), reverse=True)
    assert timeline(driver, story) == [high["id"], upper, lower, third["id"], low["id"]]
    move(driver, low, after=upper)
    expected = [high["id"], upper, low["id"], lower, third["id"]]
    assert timeline(driver, story) == held(driver) == expected
    places = {event["entry"]["id"]: event["entry"]["sort_key"] for event in driver.events() if "entry" in event}
    assert len(set(places.values())) == 5
