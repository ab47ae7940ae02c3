"""What a token did to stories is undone field by field, in the open, unless somebody has changed that field since."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.domain.clock import Micros, format_time
from app.newsroom.emergency import revert as reverting
from app.newsroom.queries import lists as reads
from tests.newsroom.driver import HOUR, Desk, body
from tests.newsroom.emergency.test_revert import public_bodies, token_of
from tests.reference.apply import apply
from tests.reference.reader import empty_state

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


def rogue_at(desk: Desk, role: str = "editor") -> Desk:
    rogue = desk.hire(role, shorthand=True)
    rogue.now = desk.now
    return rogue


def reverted(desk: Desk, rogue: Desk, since: int = 0) -> dict[str, tuple[str | None, str | None]]:
    """What became of each field of the stories, and why; what is told of a story as a whole is under ''."""
    desk.now = max(desk.now, rogue.now)
    answer = body(reverting.revert_token(desk.room, desk.call(), token_of(rogue), since=Micros(since)))
    for item in answer["items"]:
        assert item["reverted"] is (item["done"] is not None) is (item["why"] is None)
    return {item["field"] or "": (item["done"], item["why"]) for item in answer["items"] if item["entry"] is None}


def story_of(desk: Desk, story: str) -> dict[str, Any]:
    shown = body(reads.show_story(desk.room, desk.call(), story))
    return {name: value for name, value in shown.items() if name != "version"}


def held(desk: Desk) -> dict[str, Any]:
    """What a reader holds who has applied every event."""
    state: dict[str, Any] = {**empty_state("s"), "timeline": {"items": [], "next": None, "prev": None}}
    for event in desk.events():
        state = apply(state, event)
    return state


def test_a_story_that_was_rewritten_says_again_what_it_said_in_one_event(desk: Desk) -> None:
    story = desk.story(**BEFORE)["id"]
    before, rogue = story_of(desk, story), rogue_at(desk)
    for name, value in DEFACED.items():
        rogue.patch_story(story, **{name: value})
    since = len(desk.events())
    told = reverted(desk, rogue)
    settings = {"settings.review_required", "settings.hold_seconds"}
    assert told == dict.fromkeys({*DEFACED, *settings} - {"settings"}, ("restored", None))
    assert story_of(desk, story) == before
    (event,) = desk.events()[since:]
    assert (event["type"], sorted(event["changed"])) == ("story.updated", sorted(set(DEFACED) - {"settings"}))
    assert {name: event["fields"][name] for name in ("title", "slug", "image")} == {
        name: before[name] for name in ("title", "slug", "image")
    }
    assert held(desk)["title"] == "Election night"
    assert desk.audited()[-1] == "revert"


def test_a_second_time_there_is_nothing_left_to_do(desk: Desk) -> None:
    story, rogue = desk.story(slug="election-night")["id"], rogue_at(desk)
    kept, other = desk.post(story), desk.post(story)
    desk.pin(story, kept)
    rogue.patch_story(story, **DEFACED)
    rogue.pin(story, other, rogue.post(story, "Bad."))
    rogue.key_points(story, ("All lies.", other["id"]))
    reverted(desk, rogue)
    version, events = body(reads.show_story(desk.room, desk.call(), story))["version"], len(desk.events())
    assert {done for done, _ in reverted(desk, rogue).values()} == {"nothing"}
    assert (body(reads.show_story(desk.room, desk.call(), story))["version"], len(desk.events())) == (version, events)


def test_what_somebody_has_changed_since_stays_while_the_rest_is_undone(desk: Desk) -> None:
    story, rogue = desk.story(**BEFORE)["id"], rogue_at(desk)
    rogue.patch_story(story, title="Fraud", standfirst="Lies.")
    desk.patch_story(story, title="Put right by hand")
    told = reverted(desk, rogue)
    assert told == {"title": (None, "It has been changed since."), "standfirst": ("restored", None)}
    assert (held(desk)["title"], held(desk)["standfirst"]) == ("Put right by hand", BEFORE["standfirst"])
    desk.patch_story(story, title=BEFORE["title"])
    assert reverted(desk, rogue)["title"] == ("nothing", None), "somebody has made it what it was"


def test_what_somebody_wrote_between_two_of_its_writes_is_what_is_restored(desk: Desk) -> None:
    story, rogue = desk.story()["id"], rogue_at(desk)
    rogue.patch_story(story, title="Fraud")
    desk.patch_story(story, title="Put right by hand")
    rogue.patch_story(story, title="Fraud again")
    assert reverted(desk, rogue) == {"title": ("restored", None)}
    assert held(desk)["title"] == "Put right by hand"


def test_only_what_it_did_to_a_story_since_then_is_undone(desk: Desk) -> None:
    story, rogue = desk.story()["id"], rogue_at(desk)
    rogue.patch_story(story, title="A good title", section="Politics")
    rogue.now += HOUR
    rogue.patch_story(story, title="A bad one")
    assert reverted(desk, rogue, since=rogue.now) == {"title": ("restored", None)}
    assert (held(desk)["title"], held(desk)["section"]) == ("A good title", "Politics")


def test_pins_and_key_points_are_those_that_were_there(desk: Desk) -> None:
    story = desk.story()["id"]
    first, second = desk.post(story), desk.post(story)
    desk.pin(story, first, second)
    desk.key_points(story, ("Polls have closed.", first["id"]), ("Counting goes on.", None))
    before, rogue = story_of(desk, story), rogue_at(desk)
    bad = rogue.post(story, "Bad. /pin")
    rogue.pin(story, bad, first)
    rogue.key_points(story, ("Lies.", bad["id"]))
    told = reverted(desk, rogue)
    assert told == {"pinned": ("restored", None), "key_points": ("restored", None)}
    assert story_of(desk, story) == {**before, "entries": {"published": 2, "unpublished": 1}}
    assert [pin["entry"] for pin in held(desk)["pinned"]] == [first["id"], second["id"]]
    assert held(desk)["key_points"] == before["key_points"]
    assert set(public_bodies(desk)) == {first["id"], second["id"]}


def test_a_pin_that_went_with_an_entry_it_took_down_comes_back_with_it(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story)
    desk.pin(story, entry)
    desk.key_points(story, ("Polls have closed.", entry["id"]))
    rogue = rogue_at(desk)
    rogue.act("unpublish", entry)
    assert held(desk)["pinned"] == []
    assert reverted(desk, rogue) == {"pinned": ("restored", None), "key_points": ("restored", None)}
    assert [pin["entry"] for pin in held(desk)["pinned"]] == [entry["id"]]
    assert held(desk)["key_points"] == [{"text": "Polls have closed.", "entry": entry["id"]}]


def test_pins_come_back_though_a_colleague_has_taken_the_pinned_entry_down_already(desk: Desk) -> None:
    story = desk.story()["id"]
    kept, gone = desk.post(story), desk.post(story)
    desk.pin(story, kept, gone)
    rogue = rogue_at(desk)
    bad = rogue.post(story, "Bad.")
    rogue.pin(story, bad)
    desk.now = rogue.now
    desk.act("unpublish", bad)
    desk.act("remove", gone)
    assert reverted(desk, rogue) == {"pinned": ("restored", None)}
    assert [pin["entry"] for pin in held(desk)["pinned"]] == [kept["id"]], "what is gone is pinned no more"
    assert reverted(desk, rogue) == {"pinned": ("nothing", None)}


def test_a_pin_whose_time_is_over_does_not_come_back(desk: Desk) -> None:
    story = desk.story()["id"]
    brief, kept = desk.post(story), desk.post(story)
    desk.pin(story, brief, until=format_time(Micros(desk.now + HOUR)))
    rogue = rogue_at(desk)
    rogue.pin(story, kept, until=format_time(Micros(desk.now + HOUR)))
    desk.now = rogue.now
    desk.due(2 * HOUR)
    assert reverted(desk, rogue) == {"pinned": ("nothing", None)}
    assert held(desk)["pinned"] == []


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
    desk: Desk, way: list[str], by_rogue: list[str], restored: str
) -> None:
    story = desk.story()["id"]
    for status in way:
        desk.patch_story(story, status=status)
    before, rogue = story_of(desk, story), rogue_at(desk)
    rogue.now += HOUR
    for status in by_rogue:
        rogue.patch_story(story, status=status)
    told = reverted(desk, rogue)
    assert {done for done, _ in told.values()} <= {"restored", "nothing"}
    assert story_of(desk, story) == before, "the end of its coverage too"
    assert held(desk)["status"] == restored
    assert {done for done, _ in reverted(desk, rogue).values()} == {"nothing"}


@pytest.mark.parametrize(("before", "by_rogue"), [("draft", "scheduled"), ("scheduled", "draft")])
def test_what_readers_did_not_know_waits_again_as_it_did(desk: Desk, before: str, by_rogue: str) -> None:
    start = format_time(Micros(desk.now + HOUR))
    story = desk.story(status=before, coverage_start=start)["id"]
    rogue = rogue_at(desk)
    rogue.patch_story(story, status=by_rogue)
    assert reverted(desk, rogue)["status"] == ("restored", None)
    assert story_of(desk, story)["status"] == before
    assert desk.events() == []


def test_a_start_that_has_passed_meanwhile_does_not_come_back_into_a_scheduled_story(desk: Desk) -> None:
    start = format_time(Micros(desk.now + HOUR))
    story = desk.story(status="scheduled", coverage_start=start)["id"]
    rogue = rogue_at(desk)
    rogue.patch_story(story, coverage_start=format_time(Micros(desk.now + 9 * HOUR)), title="Lies")
    desk.now += 2 * HOUR
    told = reverted(desk, rogue)
    assert (told["title"], told["coverage_start"][0]) == (("restored", None), None)
    assert story_of(desk, story)["status"] == "scheduled"


def test_entries_come_back_into_a_story_that_it_ended_in_the_same_call(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, "True.")
    rogue = rogue_at(desk)
    rogue.act("unpublish", entry)
    rogue.patch_story(story, status="ended")
    assert reverted(desk, rogue)["status"] == ("restored", None)
    assert public_bodies(desk) == {entry["id"]: "<p>True.</p>"}


def test_the_end_by_silence_is_set_anew_with_the_setting(desk: Desk) -> None:
    story = desk.story(settings={"auto_end_after": 3_600})["id"]
    rogue = rogue_at(desk)
    rogue.patch_story(story, settings={"auto_end_after": 60})
    assert reverted(desk, rogue) == {"settings.auto_end_after": ("restored", None)}
    desk.due(HOUR - 1)
    assert held(desk)["status"] == "live"
    desk.due(1)
    assert held(desk)["status"] == "ended"


def test_what_a_story_goes_on_from_is_told_again_on_both_sides(desk: Desk) -> None:
    monday, tuesday = desk.story("Monday")["id"], desk.story("Tuesday")["id"]
    wednesday = desk.story("Wednesday", continues=tuesday)["id"]
    rogue = rogue_at(desk)
    rogue.patch_story(wednesday, continues=monday)
    assert story_of(desk, monday)["continued_by"] == wednesday
    assert reverted(desk, rogue) == {"continues": ("restored", None)}
    assert [story_of(desk, story)["continued_by"] for story in (monday, tuesday)] == [None, wednesday]


def test_a_story_it_made_is_stopped_from_going_out(desk: Desk) -> None:
    rogue = rogue_at(desk)
    rogue.story(status="draft")
    assert reverted(desk, rogue) == {"": ("nothing", None)}
    rogue = rogue_at(desk)
    later = rogue.story(status="scheduled", coverage_start=format_time(Micros(desk.now + HOUR)))["id"]
    assert reverted(desk, rogue) == {"": ("taken_out", None)}
    assert reverted(desk, rogue) == {"": ("nothing", None)}
    assert story_of(desk, later)["status"] == "draft"


def test_what_others_wrote_into_a_story_it_made_is_what_is_restored(desk: Desk) -> None:
    rogue = rogue_at(desk)
    story = rogue.story()["id"]
    desk.patch_story(story, title="A good title")
    rogue.patch_story(story, title="Lies", section="Lies")
    assert reverted(desk, rogue) == {"": ("withdrawn", None), "title": ("restored", None)}
    assert story_of(desk, story)["title"] == "A good title"


def test_in_a_freeze_the_story_waits_and_is_undone_after_it(desk: Desk) -> None:
    story, rogue = desk.story()["id"], rogue_at(desk)
    rogue.patch_story(story, title="Lies")
    desk.freeze()
    told = reverted(desk, rogue)["title"]
    assert told[0] is None
    assert told[1] is not None
    assert "frozen" in told[1]
    desk.freeze(frozen=False)
    assert reverted(desk, rogue) == {"title": ("restored", None)}


def test_what_was_not_kept_is_told(desk: Desk) -> None:
    story, rogue = desk.story()["id"], rogue_at(desk)
    rogue.patch_story(story, title="Lies")
    with desk.database.transaction() as tx:
        tx.connection.execute(text("DELETE FROM story_versions"))
    assert reverted(desk, rogue) == {"": (None, "What it was before is not kept.")}
    assert held(desk)["title"] == "Lies"


def test_what_is_neither_story_nor_entry_is_told_with_what_can_be_done(desk: Desk) -> None:
    rogue = rogue_at(desk, "admin")
    story = rogue.story()["id"]
    rogue.hire()
    rogue.freeze(story)
    rogue.freeze()
    answer = body(reverting.revert_token(desk.room, desk.call(), token_of(rogue), since=Micros(0)))
    kept = {(item["object"], item["action"]): item["why"] for item in answer["not_reverted"]}
    assert set(kept) == {("person", "create"), ("token", "create"), ("story", "freeze"), ("site", "freeze")}
    assert "revoke it" in kept["token", "create"]
    assert (
        kept["story", "freeze"] == kept["site", "freeze"] == "Whether everything is frozen is for a person to decide."
    )
