"""Reverting a token: its own entries are hidden, others' are restored, and the rest is reported."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.domain.clock import Micros, format_time
from app.domain.errors import NotAllowed, NotFound
from app.newsroom.emergency.freeze import set_freeze
from app.newsroom.emergency.revert import revert_token
from app.newsroom.entries.move import move_entry
from app.newsroom.queries.lists import show_entry
from app.newsroom.queries.stream_feed import admit_by_token
from app.wire.requests.entries import EntryMove
from app.wire.requests.people import Freeze
from tests.newsroom.driver import HOUR, NewsroomDriver, body
from tests.newsroom.entries.test_display_time import timeline
from tests.reading.test_corrections import texts


def token_of(who: NewsroomDriver) -> str:
    return admit_by_token(who.newsroom, who.token).who.token


def revert(driver: NewsroomDriver, rogue: NewsroomDriver, since: int = 0) -> dict[str, dict[str, Any]]:
    """Revert the token; return the outcome of each entry, by its id."""
    answer = body(revert_token(driver.newsroom, driver.call(), token_of(rogue), since=Micros(since)))
    return {item["entry"]: item for item in answer["items"] if item["entry"] is not None}


def entry_of(driver: NewsroomDriver, entry: dict[str, Any]) -> dict[str, Any]:
    return body(show_entry(driver.newsroom, driver.call(), entry["story"], entry["id"]))


def public_bodies(driver: NewsroomDriver) -> dict[str, str]:
    """Return what readers have who applied every event: each entry's body."""
    held: dict[str, str] = {}
    for event in driver.events():
        if event["type"] == "entry.removed":
            held.pop(event["id"], None)
        elif "entry" in event:
            held[event["entry"]["id"]] = event["entry"]["body_html"]
    return held


def test_what_it_created_is_taken_from_readers_in_every_story(driver: NewsroomDriver) -> None:
    one, two = driver.story()["id"], driver.story("Another")["id"]
    rogue = driver.hire("editor")
    kept = driver.post(one, "Ours.")
    made = [rogue.post(one, "Bad."), rogue.post(two, "Worse."), rogue.post(one, "Draft.", status="draft")]
    scheduled = rogue.post(one, "Later.", status="scheduled", publish_at="2027-01-01T00:00:00Z")
    outcomes = revert(driver, rogue)
    assert [outcomes[entry["id"]]["done"] for entry in made] == ["taken_out", "taken_out", "nothing"]
    assert outcomes[scheduled["id"]]["done"] == "taken_out"
    assert entry_of(driver, scheduled)["status"] == "draft"
    assert set(public_bodies(driver)) == {kept["id"]}
    assert {item["done"] for item in revert(driver, rogue).values()} == {"nothing"}


def test_others_entries_say_again_what_they_said(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entry = driver.post(story, "True.", headline="A headline")
    rogue.now = driver.now
    rogue.patch(entry, text="False.")
    rogue.patch(entry, text="Falser.", headline="Another")
    assert public_bodies(driver)[entry["id"]] == "<p>Falser.</p>"
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    again = entry_of(driver, entry)
    assert (again["body_html"], again["headline"], again["status"]) == ("<p>True.</p>", "A headline", "published")
    last = driver.events()[-1]
    assert (last["type"], last["entry"]["body_html"], last["material"]) == ("entry.updated", "<p>True.</p>", True)


def test_only_what_it_did_since_then_is_reverted(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    early, entry = rogue.post(story, "Good."), driver.post(story, "First.")
    rogue.now = driver.now
    rogue.patch(entry, text="Second.")
    rogue.now += HOUR
    since = rogue.now
    rogue.patch(entry, text="Third.")
    driver.now = rogue.now
    outcomes = revert(driver, rogue, since)
    assert set(outcomes) == {entry["id"]}
    assert public_bodies(driver) == {early["id"]: "<p>Good.</p>", entry["id"]: "<p>Second.</p>"}


def test_what_another_has_changed_after_it_stays_and_is_reported(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entry = driver.post(story, "True.")
    rogue.now = driver.now
    rogue.patch(entry, text="False.")
    driver.now = rogue.now
    driver.patch(entry, text="Put right by hand.")
    outcome = revert(driver, rogue)[entry["id"]]
    assert (outcome["reverted"], outcome["why"]) == (False, "Somebody has changed it since.")
    assert public_bodies(driver)[entry["id"]] == "<p>Put right by hand.</p>"


def test_a_working_revision_it_made_is_dropped_and_one_it_changed_is_restored(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    without, having = driver.post(story, "One."), driver.post(story, "Two.")
    driver.patch(having, text="Being edited.", publish=False)
    rogue.now = driver.now
    rogue.patch(without, text="Slipped in.", publish=False)
    rogue.act("schedule", without)
    rogue.patch(having, text="Slipped in too.")
    sent = len(driver.events())
    revert(driver, rogue)
    assert entry_of(driver, without)["working"] is None
    assert entry_of(driver, having)["working"]["fields"]["text"] == "Being edited."
    assert len(driver.events()) == sent, "readers had seen nothing of it"


def test_in_a_freeze_what_it_created_is_hidden_and_the_rest_waits(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entry = driver.post(story, "True.")
    rogue.now = driver.now
    rogue.patch(entry, text="False.")
    made = rogue.post(story, "Bad.")
    set_freeze(driver.newsroom, driver.call(), Freeze(frozen=True))
    outcomes = revert(driver, rogue)
    assert (outcomes[made["id"]]["done"], outcomes[entry["id"]]["reverted"]) == ("taken_out", False)
    set_freeze(driver.newsroom, driver.call(), Freeze(frozen=False))
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    assert public_bodies(driver) == {entry["id"]: "<p>True.</p>"}


def test_a_moved_entry_and_those_that_made_way_stand_where_they_stood(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entries = [driver.post(story) for _ in range(5)]
    before = timeline(driver, story)
    rogue.now = driver.now
    events, moves = len(driver.events()), 109
    # Round and round in one gap, until the places of neighbours must change as well.
    for number in range(moves):
        rogue.now += 1_000_000
        entry, target = entries[1 + number % 3], entries[1 + (number - 1) % 3]
        move = EntryMove(**{"before" if number % 2 else "after": target["id"]})
        move_entry(rogue.newsroom, rogue.call(), story, entry["id"], move)
    assert len(driver.events()) > events + moves, "some made way"
    assert timeline(driver, story) != before
    driver.now = rogue.now
    since = len(driver.events())
    outcomes = revert(driver, rogue)
    assert {item["done"] for item in outcomes.values()} == {"restored"}
    assert timeline(driver, story) == before
    assert {tuple(event["changed"]) for event in driver.events()[since:]} == {("sort_key",)}
    assert {event["material"] for event in driver.events()[since:]} == {False}
    assert [entry_of(driver, entry)["sort_key"] for entry in entries] == [entry["sort_key"] for entry in entries]
    assert {item["done"] for item in revert(driver, rogue).values()} == {"nothing"}


def test_what_it_dated_back_stands_again_where_it_stood(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    first, second = driver.post(story), driver.post(story)
    rogue.now = driver.now
    rogue.patch(second, display_time="2020-01-01T00:00:00Z")
    assert timeline(driver, story) == [first["id"], second["id"]]
    driver.now = rogue.now
    assert revert(driver, rogue)[second["id"]]["done"] == "restored"
    assert timeline(driver, story) == [second["id"], first["id"]]
    assert driver.events()[-1]["entry"]["sort_key"] == second["sort_key"]
    assert driver.events()[-1]["changed"] == ["time"]


def test_the_lines_it_put_into_the_log_of_corrections_are_gone_and_those_of_others_stay(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    corrected, retracted, clean = driver.post(story), driver.post(story), driver.post(story)
    driver.act("correct", corrected, text="Eight, not nine.")
    rogue.now = driver.now
    rogue.act("correct", corrected, text="It is all a fraud.")
    rogue.act("correct", clean, text="So is this.")
    rogue.act("retract", retracted, reason="Fraud.")
    driver.now = rogue.now
    outcomes = revert(driver, rogue)
    assert {item["done"] for item in outcomes.values()} == {"restored"}
    assert [line["text"] for line in entry_of(driver, corrected)["corrections"]] == ["Eight, not nine."]
    assert texts(driver, story) == ["Eight, not nine."], "readers' own list of them too"
    assert entry_of(driver, clean)["corrections"] == entry_of(driver, retracted)["corrections"] == []
    assert {tuple(event["changed"]) for event in driver.events()[-3:]} == {
        ("corrections",),
        ("status", "body", "corrections"),
    }


def test_what_it_left_to_the_clock_is_reverted_too(driver: NewsroomDriver) -> None:
    story, rogue = driver.story(settings={"hold_seconds": 60})["id"], driver.hire("editor")
    entry, ending = driver.post(story, "True."), driver.post(story, "True too.")
    driver.due(HOUR)
    rogue.now = driver.now
    rogue.patch(entry, text="False.")
    rogue.patch(ending, expires_at=format_time(Micros(driver.now + 2 * HOUR)))
    rogue.due(HOUR)
    rogue.due(2 * HOUR)
    assert public_bodies(driver) == {entry["id"]: "<p>False.</p>"}
    driver.now = rogue.now
    assert {item["done"] for item in revert(driver, rogue).values()} == {"restored"}
    assert public_bodies(driver) == {entry["id"]: "<p>True.</p>", ending["id"]: "<p>True too.</p>"}
    assert entry_of(driver, ending)["expires_at"] is None
    assert {item["done"] for item in revert(driver, rogue).values()} == {"nothing"}


def test_what_ended_in_its_own_time_meanwhile_stays_ended(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entry = driver.post(story, "True.", expires_at=format_time(Micros(driver.now + HOUR)))
    rogue.now = driver.now
    rogue.patch(entry, text="False.")
    rogue.due(2 * HOUR)
    driver.now = rogue.now
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    again = entry_of(driver, entry)
    assert (again["status"], again["text"]) == ("expired", "True.")
    assert public_bodies(driver) == {}


@pytest.mark.parametrize("passed", [False, True])
def test_a_time_that_it_changed_is_the_old_one_again_unless_that_has_passed(
    driver: NewsroomDriver, *, passed: bool
) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    out_at = format_time(Micros(driver.now + HOUR))
    entry = driver.post(story, status="scheduled", publish_at=out_at)
    rogue.now = driver.now
    rogue.patch(entry, publish_at=format_time(Micros(driver.now + 9 * HOUR)), text="False.")
    driver.now = rogue.now + 2 * HOUR * passed
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    again = entry_of(driver, entry)
    assert (again["status"], again["publish_at"], again["text"]) == (
        "draft" if passed else "scheduled",
        None if passed else out_at,
        "Polls have closed.",
    )
    assert revert(driver, rogue)[entry["id"]]["done"] == "nothing"


def test_another_systems_next_version_is_taken_again(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    wire, rogue = driver.bot("editor"), driver.bot("editor")
    wire.put(story, "wire-1", text="Flood warning.", external_version=1)
    rogue.put(story, "wire-1", text="Flood warning.", external_version=2**40)
    assert wire.put(story, "wire-1", text="Flood.", external_version=2)["text"] == "Flood warning."
    (item,) = revert(driver, rogue).values()
    assert item["done"] == "restored"
    assert wire.put(story, "wire-1", text="Flood.", external_version=2)["text"] == "Flood."


def test_what_is_from_before_places_and_times_were_kept_is_restored_without_them(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entry = driver.post(story, "True.")
    with driver.database.transaction() as tx:
        tx.connection.execute(text("UPDATE entry_versions SET particulars = NULL"))
    rogue.now = driver.now
    rogue.patch(entry, text="False.")
    driver.now = rogue.now
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    assert public_bodies(driver) == {entry["id"]: "<p>True.</p>"}
    assert entry_of(driver, entry)["sort_key"] == entry["sort_key"]


def test_reverting_is_the_admins_and_leaves_its_rows(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    rogue.post(story)
    with pytest.raises(NotAllowed):
        revert(driver.hire("editor"), rogue)
    with pytest.raises(NotFound, match="token_not_found"):
        revert_token(driver.newsroom, driver.call(), "nothing", since=Micros(0))
    revert(driver, rogue)
    assert driver.audited()[-2:] == ["revert", "revert"]
