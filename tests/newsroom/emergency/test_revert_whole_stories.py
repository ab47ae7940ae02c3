"""Stories that a token opened, closed or withdrew: back to where they were, and every reader to the same state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.cursor import parse_cursor
from app.domain.errors import Conflict, Gone
from app.reading.changes import encode_changes, read_changes
from app.reading.stories import require_story
from app.reading.views import View, read_view
from app.storage.public.reads import read_public_story
from app.wire.encoding import BodyVariant
from liveblog_client.apply import apply
from tests.newsroom.driver import HOUR, LINKS, NewsroomDriver
from tests.newsroom.emergency.test_revert import entry_of
from tests.newsroom.emergency.test_revert_stories import reverted, rogue_at, story_of

State = dict[str, Any]


def fresh(driver: NewsroomDriver, story: str) -> State:
    """Return the story as a reader gets it who opens it now."""
    with driver.database.snapshot() as tx:
        state: State = json.loads(
            read_view(tx, require_story(tx, story), View("state", BodyVariant.HTML), links=LINKS).body
        )
    # The numbers of comments are told apart from the log, and apply() leaves them out.
    return {name: value for name, value in state.items() if name not in {"comment_count", "comment_counts"}}


def changes(driver: NewsroomDriver, story: str, after: str | None) -> list[dict[str, Any]]:
    with driver.database.snapshot() as tx:
        found = read_public_story(tx, story)
        assert found is not None
        cursor = None if after is None else parse_cursor(after)
        page = read_changes(tx, found, after=cursor, limit=1_000, limit_bytes=10**9, links=LINKS)
    events: list[dict[str, Any]] = json.loads(encode_changes(page, BodyVariant.HTML))["events"]
    return events


def caught_up(driver: NewsroomDriver, story: str, state: State) -> State:
    """Return what a reader has who had `state` and asks for what came after."""
    for event in changes(driver, story, state["head"]):
        state = apply(state, event)
    return {**state, "timeline": {name: value for name, value in state["timeline"].items() if name != "bound"}}


def texts_of(state: State) -> list[str]:
    return [entry["body_html"] for entry in state["timeline"]["items"]]


@pytest.mark.parametrize("was", ["upcoming", "live", "paused", "ended", "archived"])
def test_a_story_it_withdrew_is_there_again_and_every_old_cursor_leads_to_it(driver: NewsroomDriver, was: str) -> None:
    story = driver.story(**({"status": "upcoming"} if was == "upcoming" else {}))["id"]
    held: list[State] = []
    gone = driver.post(story, "Gone before.")
    entries = [driver.post(story, f"Update {number}.") for number in range(3)]
    driver.pin(story, entries[0])
    driver.key_points(story, ("Polls have closed.", entries[1]["id"]))
    held.append(fresh(driver, story))
    driver.act("unpublish", gone)
    driver.act("retract", entries[2], reason="It was not.")
    for status in {"paused": ["paused"], "ended": ["ended"], "archived": ["ended", "archived"]}.get(was, []):
        driver.patch_story(story, status=status)
    before = fresh(driver, story)
    held.append(before)
    rogue = rogue_at(driver)
    withdrawn = rogue.patch_story(story, status="withdrawn")
    with pytest.raises(Gone):
        fresh(driver, story)
    (word,) = changes(driver, story, before["head"])
    held.append(apply(before, word))
    assert reverted(driver, rogue)["status"] == ("restored", None)
    again = fresh(driver, story)
    assert {**again, "head": before["head"], "timeline": before["timeline"]} == before
    revised = [{**entry, "revision": entry["revision"] - 1} for entry in again["timeline"]["items"]]
    assert revised == before["timeline"]["items"], "ids, times, places and corrections too"
    assert [caught_up(driver, story, state) for state in held] == [again] * 3
    assert entry_of(driver, entries[0])["revision"] == again["timeline"]["items"][-1]["revision"]
    assert withdrawn["status"] == "withdrawn"
    events = len(driver.events())
    assert {done for done, _ in reverted(driver, rogue).values()} == {"nothing"}
    assert len(driver.events()) == events


def test_what_it_wrote_before_it_withdrew_the_story_is_never_shown_again(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry, removed, pinned = (
        driver.post(story, "True."),
        driver.post(story, "True too."),
        driver.post(story, "Still true."),
    )
    driver.pin(story, pinned)
    before, rogue = fresh(driver, story), rogue_at(driver)
    rogue.patch(entry, text="Lies.")
    lie = rogue.post(story, "More lies. /pin")
    rogue.act("remove", removed)
    defaced = fresh(driver, story)
    rogue.patch_story(story, status="withdrawn", title="Lies")
    since = len(driver.events())
    outcomes = reverted(driver, rogue)
    assert outcomes == {"status": ("restored", None), "title": ("restored", None), "pinned": ("nothing", None)}
    assert "ies." not in json.dumps(driver.events()[since:])
    assert "ies." not in json.dumps(changes(driver, story, None))
    again = fresh(driver, story)
    assert texts_of(again) == texts_of(before)
    assert again["pinned"] == before["pinned"]
    assert [caught_up(driver, story, state) for state in (before, defaced)] == [again] * 2
    assert entry_of(driver, lie)["status"] == "unpublished"
    assert [event["seq"] for event in driver.events()] == list(range(1, len(driver.events()) + 1))


def test_what_ended_while_the_story_was_withdrawn_is_not_restored_with_it(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    kept = driver.post(story, "Kept.")
    brief = driver.post(story, "Brief.", expires_at=format_time(Micros(driver.now + HOUR)))
    driver.pin(story, brief, kept)
    before, rogue = fresh(driver, story), rogue_at(driver)
    rogue.patch_story(story, status="withdrawn")
    rogue.due(2 * HOUR)
    assert reverted(driver, rogue)["status"] == ("restored", None)
    again = fresh(driver, story)
    assert texts_of(again) == ["<p>Kept.</p>"]
    assert [pin["entry"] for pin in again["pinned"]] == [kept["id"]]
    assert (again["entry_count"], caught_up(driver, story, before)) == (1, again)
    assert [event["cause"] for event in driver.events() if event["type"] == "entry.removed"] == ["expired"]
    assert entry_of(driver, brief)["status"] == "expired"


def test_in_a_freeze_a_withdrawn_story_waits_and_shows_nothing_meanwhile(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    driver.post(story, "True.")
    before, rogue = fresh(driver, story), rogue_at(driver)
    lie = rogue.post(story, "Lies.")
    rogue.patch_story(story, status="withdrawn")
    driver.freeze()
    outcome = reverted(driver, rogue)["status"][1]
    assert outcome is not None
    assert "frozen" in outcome
    with pytest.raises(Gone):
        fresh(driver, story)
    driver.freeze(frozen=False)
    assert reverted(driver, rogue)["status"] == ("restored", None)
    assert texts_of(fresh(driver, story)) == ["<p>True.</p>"]
    assert caught_up(driver, story, before) == fresh(driver, story)
    assert entry_of(driver, lie)["status"] == "unpublished"


def test_for_everybody_else_a_withdrawal_is_for_good(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    driver.patch_story(story, status="withdrawn")
    with pytest.raises(Conflict, match="wrong_status"):
        driver.patch_story(story, status="live")


def test_one_that_another_withdrew_stays_so(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    rogue = rogue_at(driver)
    rogue.patch_story(story, status="paused")
    driver.patch_story(story, status="withdrawn")
    assert reverted(driver, rogue)["status"] == (None, "It has been changed since.")
    with pytest.raises(Gone):
        fresh(driver, story)


@pytest.mark.parametrize("by", ["making it", "opening it", "scheduling it"])
def test_a_story_that_readers_have_through_it_alone_is_withdrawn(driver: NewsroomDriver, by: str) -> None:
    start = {"coverage_start": format_time(Micros(driver.now + HOUR))}
    rogue, waiting = rogue_at(driver), None
    if by == "making it":
        story = rogue.story("Lies", slug="lies")["id"]
    else:
        story = driver.story("Not yet", slug="not-yet", status="draft", **start)["id"]
        waiting = driver.post(story, "Written before anybody was to read it.")
        rogue.now = driver.now
        rogue.patch_story(story, status="live" if by == "opening it" else "scheduled")
        rogue.due(2 * HOUR)
    rogue.post(story, "Lies.")
    assert fresh(driver, story)["entry_count"] == (1 if by == "making it" else 2)
    outcomes = reverted(driver, rogue)
    assert outcomes == {"" if by == "making it" else "status": ("withdrawn", None)}
    with pytest.raises(Gone):
        fresh(driver, story)
    assert [event["type"] for event in changes(driver, story, None)] == ["story.removed"]
    assert driver.events()[-1]["type"] == "story.removed"
    if waiting is not None:
        assert entry_of(driver, waiting)["status"] == "published", "the newsroom keeps it as it was"
    events = len(driver.events())
    assert {done for done, _ in reverted(driver, rogue).values()} == {"nothing"}
    assert len(driver.events()) == events


@pytest.mark.parametrize("by", ["making it", "opening it"])
def test_one_in_which_others_have_published_since_stays_and_that_is_reported(driver: NewsroomDriver, by: str) -> None:
    rogue = rogue_at(driver)
    if by == "making it":
        story = rogue.story()["id"]
    else:
        story = driver.story(status="draft")["id"]
        rogue.patch_story(story, status="live")
    lie = rogue.post(story, "Lies.")
    driver.now = rogue.now
    driver.patch(lie, headline="Somebody has seen to it")
    assert fresh(driver, story)["entry_count"] == 1
    driver.post(story, "True.")
    why = "Others have published in it since: withdraw it yourself if it is to go."
    assert reverted(driver, rogue) == {"" if by == "making it" else "status": (None, why)}
    assert texts_of(fresh(driver, story)) == ["<p>True.</p>"]


def test_one_whose_lies_others_have_only_put_right_is_withdrawn(driver: NewsroomDriver) -> None:
    rogue = rogue_at(driver)
    story = rogue.story()["id"]
    lie = rogue.post(story, "Lies.")
    driver.now = rogue.now
    driver.patch(lie, text="Put right.")
    assert reverted(driver, rogue) == {"": ("withdrawn", None)}


def test_one_that_another_published_stays_public(driver: NewsroomDriver) -> None:
    rogue = rogue_at(driver)
    story = rogue.story(status="draft")["id"]
    driver.patch_story(story, status="live")
    assert reverted(driver, rogue)[""] == (None, "It has been changed since.")
    assert fresh(driver, story)["status"] == "live"


def test_in_a_freeze_too_a_story_it_made_is_withdrawn(driver: NewsroomDriver) -> None:
    rogue = rogue_at(driver)
    made, opened = rogue.story("Lies")["id"], driver.story(status="draft")["id"]
    rogue.patch_story(opened, status="live", title="Lies")
    driver.freeze()
    assert reverted(driver, rogue) == {
        "": ("withdrawn", None),
        "status": ("withdrawn", None),
        "title": ("restored", None),
    }
    for story in (made, opened):
        with pytest.raises(Gone):
            fresh(driver, story)


def test_a_story_that_was_to_come_is_to_come_again_unless_its_time_has(driver: NewsroomDriver) -> None:
    start = format_time(Micros(driver.now + HOUR))
    stories = [driver.story(f"Day {day}", status="upcoming", coverage_start=start)["id"] for day in range(2)]
    rogue = rogue_at(driver)
    for story in stories:
        rogue.patch_story(story, status="live")
    assert reverted(driver, rogue) == {"status": ("restored", None)}
    assert {story_of(driver, story)["status"] for story in stories} == {"upcoming"}
    rogue = rogue_at(driver)
    rogue.patch_story(stories[0], status="live")
    driver.now += 2 * HOUR
    assert reverted(driver, rogue) == {"status": ("nothing", None)}
    assert story_of(driver, stories[0])["status"] == "live"


@pytest.mark.parametrize("by", ["opening it", "moving its start"])
@pytest.mark.parametrize("is_due", [False, True])
def test_a_story_published_before_its_time_is_withdrawn_unless_that_has_come(
    driver: NewsroomDriver, by: str, *, is_due: bool
) -> None:
    start = driver.now + 3 * HOUR
    story = driver.story(status="scheduled", coverage_start=format_time(Micros(start)))["id"]
    rogue = rogue_at(driver)
    if by == "opening it":
        rogue.patch_story(story, status="live")
    else:
        rogue.patch_story(story, coverage_start=format_time(Micros(driver.now + HOUR)))
        rogue.due(HOUR)
    assert fresh(driver, story)["status"] == "live"
    driver.now = start + HOUR if is_due else rogue.now
    outcomes = reverted(driver, rogue)
    assert outcomes["status"] == ("nothing" if is_due else "withdrawn", None)
    assert story_of(driver, story)["status"] == ("live" if is_due else "withdrawn")
    assert story_of(driver, story)["coverage_start"] == format_time(Micros(start))


def test_days_that_go_on_from_each_other_name_it_again(driver: NewsroomDriver) -> None:
    monday = driver.story("Monday")["id"]
    tuesday = driver.story("Tuesday", continues=monday)["id"]
    wednesday = driver.story("Wednesday", continues=tuesday)["id"]
    rogue = rogue_at(driver)
    rogue.patch_story(tuesday, status="withdrawn")
    assert (fresh(driver, monday)["continued_by"], fresh(driver, wednesday)["continues"]) == (None, None)
    assert reverted(driver, rogue)["status"] == ("restored", None)
    assert (fresh(driver, monday)["continued_by"], fresh(driver, wednesday)["continues"]) == (tuesday, tuesday)
    assert fresh(driver, tuesday)["continued_by"] == wednesday
