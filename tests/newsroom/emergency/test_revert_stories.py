"""Reverting a token's changes of stories, field by field, in public, unless another has changed that field since."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.domain.clock import Micros, format_time
from app.newsroom.emergency.revert import revert_token
from app.newsroom.queries.lists import show_story
from liveblog_client.apply import apply
from liveblog_client.reader import empty_state
from tests.newsroom.driver import HOUR, NewsroomDriver, body
from tests.newsroom.emergency.test_revert import public_bodies, token_of

BEFORE: dict[str, Any] = {
    "title": "Election night",
    "slug": "election-night",
    "standfirst": "All results as they come in.",
    "section": "Politics",
    "tags": [{"slug": "vote", "label": "Vote"}],
    "image": {"url": "https://live.example/hall.jpg", "alt": "The hall"},
    "settings": {"review_required": True, "hold_seconds": 60},
}
DEFACED: dict[str, Any] = {
    "title": "It is all a fraud",
    "slug": "it-is-all-a-fraud",
    "standfirst": None,
    "section": "Fraud",
    "tags": [],
    "image": {"url": "https://evil.example/x.jpg"},
    "settings": {"review_required": False, "hold_seconds": 0},
}


def rogue_at(driver: NewsroomDriver, role: str = "editor") -> NewsroomDriver:
    rogue = driver.hire(role, shorthand=True)
    rogue.now = driver.now
    return rogue


def reverted(driver: NewsroomDriver, rogue: NewsroomDriver, since: int = 0) -> dict[str, tuple[str | None, str | None]]:
    """Return the outcome of each field of the stories, and why; that of a story as a whole is under ''."""
    driver.now = max(driver.now, rogue.now)
    answer = body(revert_token(driver.newsroom, driver.call(), token_of(rogue), since=Micros(since)))
    for item in answer["items"]:
        assert item["reverted"] is (item["done"] is not None) is (item["why"] is None)
    return {item["field"] or "": (item["done"], item["why"]) for item in answer["items"] if item["entry"] is None}


def story_of(driver: NewsroomDriver, story: str) -> dict[str, Any]:
    shown = body(show_story(driver.newsroom, driver.call(), story))
    return {name: value for name, value in shown.items() if name != "version"}


def held(driver: NewsroomDriver) -> dict[str, Any]:
    """Return what a reader has who applied every event."""
    state: dict[str, Any] = {**empty_state("s"), "timeline": {"items": [], "next": None, "prev": None}}
    for event in driver.events():
        state = apply(state, event)
    return state


def test_a_story_that_was_rewritten_says_again_what_it_said_in_one_event(driver: NewsroomDriver) -> None:
    story = driver.story(**BEFORE)["id"]
    before, rogue = story_of(driver, story), rogue_at(driver)
    for name, value in DEFACED.items():
        rogue.patch_story(story, **{name: value})
    since = len(driver.events())
    outcomes = reverted(driver, rogue)
    settings = {"settings.review_required", "settings.hold_seconds"}
    assert outcomes == dict.fromkeys({*DEFACED, *settings} - {"settings"}, ("restored", None))
    assert story_of(driver, story) == before
    (event,) = driver.events()[since:]
    assert (event["type"], sorted(event["changed"])) == ("story.updated", sorted(set(DEFACED) - {"settings"}))
    assert {name: event["fields"][name] for name in ("title", "slug", "image")} == {
        name: before[name] for name in ("title", "slug", "image")
    }
    assert held(driver)["title"] == "Election night"
    assert driver.audited()[-1] == "revert"


def test_a_second_time_there_is_nothing_left_to_do(driver: NewsroomDriver) -> None:
    story, rogue = driver.story(slug="election-night")["id"], rogue_at(driver)
    kept, other = driver.post(story), driver.post(story)
    driver.pin(story, kept)
    rogue.patch_story(story, **DEFACED)
    rogue.pin(story, other, rogue.post(story, "Bad."))
    rogue.key_points(story, ("All lies.", other["id"]))
    reverted(driver, rogue)
    version, events = body(show_story(driver.newsroom, driver.call(), story))["version"], len(driver.events())
    assert {done for done, _ in reverted(driver, rogue).values()} == {"nothing"}
    assert (body(show_story(driver.newsroom, driver.call(), story))["version"], len(driver.events())) == (
        version,
        events,
    )


def test_what_another_has_changed_since_stays_while_the_rest_is_reverted(driver: NewsroomDriver) -> None:
    story, rogue = driver.story(**BEFORE)["id"], rogue_at(driver)
    rogue.patch_story(story, title="Fraud", standfirst="Lies.")
    driver.patch_story(story, title="Put right by hand")
    outcomes = reverted(driver, rogue)
    assert outcomes == {"title": (None, "It has been changed since."), "standfirst": ("restored", None)}
    assert (held(driver)["title"], held(driver)["standfirst"]) == ("Put right by hand", BEFORE["standfirst"])
    driver.patch_story(story, title=BEFORE["title"])
    assert reverted(driver, rogue)["title"] == ("nothing", None), "somebody has made it what it was"


def test_what_another_wrote_between_two_of_its_writes_is_restored(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], rogue_at(driver)
    rogue.patch_story(story, title="Fraud")
    driver.patch_story(story, title="Put right by hand")
    rogue.patch_story(story, title="Fraud again")
    assert reverted(driver, rogue) == {"title": ("restored", None)}
    assert held(driver)["title"] == "Put right by hand"


def test_only_what_it_did_to_a_story_since_then_is_reverted(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], rogue_at(driver)
    rogue.patch_story(story, title="A good title", section="Politics")
    rogue.now += HOUR
    rogue.patch_story(story, title="A bad one")
    assert reverted(driver, rogue, since=rogue.now) == {"title": ("restored", None)}
    assert (held(driver)["title"], held(driver)["section"]) == ("A good title", "Politics")


def test_pins_and_key_points_are_those_that_were_there(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first, second = driver.post(story), driver.post(story)
    driver.pin(story, first, second)
    driver.key_points(story, ("Polls have closed.", first["id"]), ("Counting goes on.", None))
    before, rogue = story_of(driver, story), rogue_at(driver)
    bad = rogue.post(story, "Bad. /pin")
    rogue.pin(story, bad, first)
    rogue.key_points(story, ("Lies.", bad["id"]))
    outcomes = reverted(driver, rogue)
    assert outcomes == {"pinned": ("restored", None), "key_points": ("restored", None)}
    assert story_of(driver, story) == {**before, "entries": {"published": 2, "unpublished": 1}}
    assert [pin["entry"] for pin in held(driver)["pinned"]] == [first["id"], second["id"]]
    assert held(driver)["key_points"] == before["key_points"]
    assert set(public_bodies(driver)) == {first["id"], second["id"]}


def test_a_pin_that_ended_with_an_entry_it_unpublished_is_restored_with_it(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story)
    driver.pin(story, entry)
    driver.key_points(story, ("Polls have closed.", entry["id"]))
    rogue = rogue_at(driver)
    rogue.act("unpublish", entry)
    assert held(driver)["pinned"] == []
    assert reverted(driver, rogue) == {"pinned": ("restored", None), "key_points": ("restored", None)}
    assert [pin["entry"] for pin in held(driver)["pinned"]] == [entry["id"]]
    assert held(driver)["key_points"] == [{"text": "Polls have closed.", "entry": entry["id"]}]


def test_pins_come_back_though_a_colleague_has_taken_the_pinned_entry_down_already(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    kept, gone = driver.post(story), driver.post(story)
    driver.pin(story, kept, gone)
    rogue = rogue_at(driver)
    bad = rogue.post(story, "Bad.")
    rogue.pin(story, bad)
    driver.now = rogue.now
    driver.act("unpublish", bad)
    driver.act("remove", gone)
    assert reverted(driver, rogue) == {"pinned": ("restored", None)}
    assert [pin["entry"] for pin in held(driver)["pinned"]] == [kept["id"]], "what is gone is pinned no more"
    assert reverted(driver, rogue) == {"pinned": ("nothing", None)}


def test_a_pin_whose_time_is_over_does_not_come_back(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    brief, kept = driver.post(story), driver.post(story)
    driver.pin(story, brief, until=format_time(Micros(driver.now + HOUR)))
    rogue = rogue_at(driver)
    rogue.pin(story, kept, until=format_time(Micros(driver.now + HOUR)))
    driver.now = rogue.now
    driver.due(2 * HOUR)
    assert reverted(driver, rogue) == {"pinned": ("nothing", None)}
    assert held(driver)["pinned"] == []


@pytest.mark.parametrize(
    ("way", "by_rogue", "restored"),
    [
        ([], ["paused"], "live"),
        ([], ["ended"], "live"),
        (["paused"], ["live"], "paused"),
        (["paused"], ["ended"], "paused"),
        (["ended"], ["live"], "ended"),
        (["ended"], ["archived"], "ended"),
        ([], ["ended", "archived"], "live"),
        ([], ["ended", "live", "paused", "live"], "live"),
    ],
)
def test_a_storys_status_is_led_back_also_where_no_ordinary_way_leads_back(
    driver: NewsroomDriver, way: list[str], by_rogue: list[str], restored: str
) -> None:
    story = driver.story()["id"]
    for status in way:
        driver.patch_story(story, status=status)
    before, rogue = story_of(driver, story), rogue_at(driver)
    rogue.now += HOUR
    for status in by_rogue:
        rogue.patch_story(story, status=status)
    outcomes = reverted(driver, rogue)
    assert {done for done, _ in outcomes.values()} <= {"restored", "nothing"}
    assert story_of(driver, story) == before, "the end of its coverage too"
    assert held(driver)["status"] == restored
    assert {done for done, _ in reverted(driver, rogue).values()} == {"nothing"}


@pytest.mark.parametrize(("before", "by_rogue"), [("draft", "scheduled"), ("scheduled", "draft")])
def test_what_readers_did_not_know_waits_again_as_it_did(driver: NewsroomDriver, before: str, by_rogue: str) -> None:
    start = format_time(Micros(driver.now + HOUR))
    story = driver.story(status=before, coverage_start=start)["id"]
    rogue = rogue_at(driver)
    rogue.patch_story(story, status=by_rogue)
    assert reverted(driver, rogue)["status"] == ("restored", None)
    assert story_of(driver, story)["status"] == before
    assert driver.events() == []


def test_a_start_that_has_passed_meanwhile_does_not_come_back_into_a_scheduled_story(driver: NewsroomDriver) -> None:
    start = format_time(Micros(driver.now + HOUR))
    story = driver.story(status="scheduled", coverage_start=start)["id"]
    rogue = rogue_at(driver)
    rogue.patch_story(story, coverage_start=format_time(Micros(driver.now + 9 * HOUR)), title="Lies")
    driver.now += 2 * HOUR
    outcomes = reverted(driver, rogue)
    assert (outcomes["title"], outcomes["coverage_start"][0]) == (("restored", None), None)
    assert story_of(driver, story)["status"] == "scheduled"


def test_entries_come_back_into_a_story_that_it_ended_in_the_same_call(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, "True.")
    rogue = rogue_at(driver)
    rogue.act("unpublish", entry)
    rogue.patch_story(story, status="ended")
    assert reverted(driver, rogue)["status"] == ("restored", None)
    assert public_bodies(driver) == {entry["id"]: "<p>True.</p>"}


def test_the_end_by_silence_is_set_anew_with_the_setting(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"auto_end_after": 3_600})["id"]
    rogue = rogue_at(driver)
    rogue.patch_story(story, settings={"auto_end_after": 60})
    assert reverted(driver, rogue) == {"settings.auto_end_after": ("restored", None)}
    driver.due(HOUR - 1)
    assert held(driver)["status"] == "live"
    driver.due(1)
    assert held(driver)["status"] == "ended"


def test_a_link_to_a_continued_story_is_published_again_on_both_sides(driver: NewsroomDriver) -> None:
    monday, tuesday = driver.story("Monday")["id"], driver.story("Tuesday")["id"]
    wednesday = driver.story("Wednesday", continues=tuesday)["id"]
    rogue = rogue_at(driver)
    rogue.patch_story(wednesday, continues=monday)
    assert story_of(driver, monday)["continued_by"] == wednesday
    assert reverted(driver, rogue) == {"continues": ("restored", None)}
    assert [story_of(driver, story)["continued_by"] for story in (monday, tuesday)] == [None, wednesday]


def test_a_story_it_scheduled_is_not_published(driver: NewsroomDriver) -> None:
    rogue = rogue_at(driver)
    rogue.story(status="draft")
    assert reverted(driver, rogue) == {"": ("nothing", None)}
    rogue = rogue_at(driver)
    later = rogue.story(status="scheduled", coverage_start=format_time(Micros(driver.now + HOUR)))["id"]
    assert reverted(driver, rogue) == {"": ("taken_out", None)}
    assert reverted(driver, rogue) == {"": ("nothing", None)}
    assert story_of(driver, later)["status"] == "draft"


def test_what_others_wrote_into_a_story_it_made_is_what_is_restored(driver: NewsroomDriver) -> None:
    rogue = rogue_at(driver)
    story = rogue.story()["id"]
    driver.patch_story(story, title="A good title")
    rogue.patch_story(story, title="Lies", section="Lies")
    assert reverted(driver, rogue) == {"": ("withdrawn", None), "title": ("restored", None)}
    assert story_of(driver, story)["title"] == "A good title"


def test_in_a_freeze_the_story_waits_and_is_reverted_after_it(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], rogue_at(driver)
    rogue.patch_story(story, title="Lies")
    driver.freeze()
    outcome = reverted(driver, rogue)["title"]
    assert outcome[0] is None
    assert outcome[1] is not None
    assert "frozen" in outcome[1]
    driver.freeze(frozen=False)
    assert reverted(driver, rogue) == {"title": ("restored", None)}


def test_what_was_not_kept_is_reported(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], rogue_at(driver)
    rogue.patch_story(story, title="Lies")
    with driver.database.transaction() as tx:
        tx.connection.execute(text("DELETE FROM story_versions"))
    assert reverted(driver, rogue) == {"": (None, "What it was before is not kept.")}
    assert held(driver)["title"] == "Lies"


def test_what_is_neither_story_nor_entry_is_reported_with_what_can_be_done(driver: NewsroomDriver) -> None:
    rogue = rogue_at(driver, "admin")
    story = rogue.story()["id"]
    rogue.hire()
    rogue.freeze(story)
    rogue.freeze()
    answer = body(revert_token(driver.newsroom, driver.call(), token_of(rogue), since=Micros(0)))
    kept = {(item["object"], item["action"]): item["why"] for item in answer["not_reverted"]}
    assert set(kept) == {("person", "create"), ("token", "create"), ("story", "freeze"), ("site", "freeze")}
    assert "revoke it" in kept["token", "create"]
    assert (
        kept["story", "freeze"] == kept["site", "freeze"] == "Whether everything is frozen is for a person to decide."
    )
