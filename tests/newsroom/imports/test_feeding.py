"""A week beside the old system: a later run brings what is new, as anybody's entries and edits."""

from __future__ import annotations

import dataclasses

import pytest

from app.domain.clock import Micros
from app.newsroom.entries.move import move_entry
from app.newsroom.imports.checking import fingerprint_of
from app.newsroom.imports.planning import ImportPlan, plan_import
from app.newsroom.imports.records import ImportedEntry
from app.newsroom.imports.removing import unpublish_removed
from app.wire.requests.entries import EntryMove
from tests.newsroom.driver import NewsroomDriver
from tests.newsroom.imports.bringing import bring, find_public, public_entries
from tests.newsroom.imports.records import imported_entries, imported_entry, imported_story

LIVE = imported_story(slug="the-night", status="live")


def test_what_is_new_is_published_and_what_has_changed_is_edited_with_events(driver: NewsroomDriver) -> None:
    bring(driver, LIVE, imported_entries(3))
    assert driver.events() == []
    later = [
        imported_entry(0),
        imported_entry(1, "Update 1.", "Update 1, corrected."),
        imported_entry(2),
        imported_entry(9),
    ]
    (taken,) = bring(driver, LIVE, later)
    assert (taken.added, taken.changed, taken.same, taken.left_alone) == (1, 1, 2, [])
    assert [(event["type"], event.get("changed")) for event in driver.events()] == [
        ("entry.updated", ["body"]),
        ("entry.published", None),
    ]
    assert driver.events()[0]["entry"]["body_html"] == "<p>Update 1, corrected.</p>"
    shown = sorted(public_entries(driver, "the-night"), key=lambda entry: entry["sort_key"])
    assert [entry["published_at"] for entry in shown] == sorted(entry["published_at"] for entry in shown)
    (again,) = bring(driver, LIVE, later)
    assert (again.added, again.changed, again.same) == (0, 0, 4)


def test_a_retraction_there_is_one_here(driver: NewsroomDriver) -> None:
    bring(driver, LIVE, [imported_entry(1)])
    bring(driver, LIVE, [imported_entry(1, status="retracted", retraction_reason="Another town.")])
    (event,) = driver.events()
    assert event["entry"]["status"] == "retracted"
    assert event["changed"] == ["status", "body", "corrections"]
    assert event["entry"]["corrections"][0]["text"] == "Another town."


def test_what_a_person_has_changed_here_is_left_alone(driver: NewsroomDriver) -> None:
    bring(driver, LIVE, imported_entries(4))
    shown = public_entries(driver, "the-night")
    story = find_public(driver, "the-night")
    assert story is not None
    edited, removed, retracted, _ = ({**entry, "story": story.head.story} for entry in shown)
    driver.patch(edited, text="By hand.")
    driver.act("remove", removed)
    driver.act("retract", retracted)
    before = len(driver.events())
    (taken,) = bring(driver, LIVE, [imported_entry(number, "Changed there.") for number in range(4)])
    assert (taken.changed, [reason for _, reason in taken.left_alone]) == (
        1,
        ["it was edited here", "it is removed here", "it was retracted here, or there before: reinstate it here"],
    )
    assert len(driver.events()) == before + 1


def _order(driver: NewsroomDriver) -> list[int]:
    """Return the entries as the timeline has them, the oldest first, each as its place by time."""
    shown = public_entries(driver, "the-night")
    by_time = [entry["id"] for entry in sorted(shown, key=lambda entry: str(entry["published_at"]))]
    return [by_time.index(entry["id"]) for entry in sorted(shown, key=lambda entry: str(entry["sort_key"]))]


def test_an_entry_stands_where_it_was_moved_there_until_somebody_moves_it_here(driver: NewsroomDriver) -> None:
    first, *others = imported_entries(4)

    def behind(entry: ImportedEntry) -> ImportedEntry:
        return dataclasses.replace(first, place_at=Micros(entry.created_at + 1))

    bring(driver, LIVE, [behind(others[1]), *others])
    assert _order(driver) == [1, 2, 0, 3]
    (taken,) = bring(driver, LIVE, [first, *others])  # moved back there
    assert (taken.changed, taken.same, _order(driver)) == (1, 3, [0, 1, 2, 3])
    bring(driver, LIVE, [behind(others[2]), *others])
    assert _order(driver) == [1, 2, 3, 0]
    events = driver.events()
    assert [(event["changed"], event["material"]) for event in events] == [(["sort_key"], False)] * 2
    ids = [event["entry"]["id"] for event in events]
    oldest = min(public_entries(driver, "the-night"), key=lambda entry: str(entry["sort_key"]))["id"]
    move_entry(driver.newsroom, driver.call(), "the-night", ids[0], EntryMove(before=oldest))
    assert _order(driver) == [1, 0, 2, 3]
    (taken,) = bring(driver, LIVE, [behind(others[1]), *others])
    assert (taken.left_alone, _order(driver)) == ([], [1, 0, 2, 3])


def test_a_story_that_has_ended_or_is_frozen_takes_nothing_new(driver: NewsroomDriver) -> None:
    ended = dataclasses.replace(LIVE, status="ended")
    bring(driver, ended, imported_entries(1))
    (taken,) = bring(driver, ended, imported_entries(2))
    assert (taken.added, taken.same, [external for external, _ in taken.left_alone]) == (0, 1, ["old-1"])
    driver.freeze("the-night")
    (taken,) = bring(driver, ended, [imported_entry(0, "Changed.")])
    assert (taken.changed, [external for external, _ in taken.left_alone]) == (0, ["old-0"])
    assert driver.events() == []


def _take_back(driver: NewsroomDriver, *external_ids: str) -> str:
    story = find_public(driver, "the-night")
    assert story is not None
    taken = unpublish_removed(driver.newsroom, driver.call(), story.head.story, external_ids)
    assert taken.changed == len(external_ids)
    return story.head.story


def _planned(driver: NewsroomDriver, *entries: ImportedEntry) -> ImportPlan:
    fingerprints = {entry.external_id: fingerprint_of(entry) for entry in entries}
    ids = {"source": LIVE.source, "external_id": LIVE.external_id}
    return plan_import(driver.newsroom, driver.call(), **ids, fingerprints=fingerprints, removed=())


@pytest.mark.parametrize("status", ["live", "ended"])
def test_what_was_removed_there_and_is_there_again_is_published_again_at_its_old_place(
    driver: NewsroomDriver, status: str
) -> None:
    entries = [*imported_entries(2), imported_entry(2, status="retracted", retraction_reason="Another town.")]
    bring(driver, LIVE, entries)
    before = public_entries(driver, "the-night")
    story = _take_back(driver, "old-0", "old-1", "old-2")
    assert public_entries(driver, "the-night") == []
    driver.patch_story(story, status=status)
    back = [entries[0], imported_entry(1, "Edited there."), entries[2]]
    assert (_planned(driver, *back).changed, _planned(driver, *back).same) == (3, 0)
    (taken,) = bring(driver, LIVE, back)
    assert (taken.changed, taken.same, taken.left_alone) == (3, 0, [])
    after = sorted(public_entries(driver, "the-night"), key=lambda entry: str(entry["sort_key"]))
    for name in ("id", "status", "published_at", "sort_key"):
        assert [entry[name] for entry in after] == [entry[name] for entry in before], name
    (taken,) = bring(driver, LIVE, back)
    assert (taken.same, _planned(driver, *back).same) == (3, 3)


def test_what_a_person_has_unpublished_or_edited_here_is_not_published_again(driver: NewsroomDriver) -> None:
    entries = list(imported_entries(3))
    bring(driver, LIVE, entries)
    by_hand, edited, again = ({**entry, "story": "the-night"} for entry in public_entries(driver, "the-night"))
    driver.act("unpublish", by_hand)
    _take_back(driver, "old-1", "old-2")
    driver.patch(edited, text="By hand.")
    driver.act("publish", again)
    driver.act("unpublish", again)
    (taken,) = bring(driver, LIVE, entries)
    assert (taken.changed, taken.same, taken.left_alone) == (0, 3, [])
    assert public_entries(driver, "the-night") == []
