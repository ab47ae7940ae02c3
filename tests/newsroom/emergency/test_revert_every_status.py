"""Reverting from every status a token brought an entry to, as far as readers and the time allow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict
from app.newsroom.queries.lists import show_story
from tests.newsroom.driver import HOUR, NewsroomDriver, body
from tests.newsroom.emergency.test_revert import entry_of, public_bodies, revert
from tests.newsroom.queries.test_search import found
from tests.reading.test_corrections import texts

TO: dict[str, tuple[str, ...]] = {
    "draft": (),
    "submitted": ("submit",),
    "rejected": ("submit", "reject"),
    "scheduled": ("schedule",),
    "published": ("publish",),
    "unpublished": ("publish", "unpublish"),
    "retracted": ("publish", "retract"),
    "expired": ("publish",),
    "removed": ("remove",),
}
"""The steps that bring a draft to each of these."""


@dataclass(frozen=True)
class Way:
    """A token's steps with an entry that was in `before`, and the status that reverting restores."""

    before: str
    actions: tuple[str, ...]
    left: str
    restored: str = field(default="")
    """`before`, unless said otherwise."""

    def __str__(self) -> str:
        return f"{self.before}, {' '.join(self.actions)}"


WAYS = [
    # From a draft. What readers have had is no draft again.
    Way("draft", ("submit",), "submitted"),
    Way("draft", ("submit", "reject"), "rejected"),
    Way("draft", ("schedule",), "scheduled"),
    Way("draft", ("publish",), "published", "unpublished"),
    Way("draft", ("publish", "unpublish"), "unpublished", "unpublished"),
    Way("draft", ("publish", "retract"), "retracted", "unpublished"),
    Way("draft", ("publish", "unpublish", "schedule", "cancel"), "draft", "unpublished"),
    Way("draft", ("remove",), "removed"),
    Way("draft", ("publish", "remove"), "removed", "unpublished"),
    # From a submission.
    Way("submitted", ("return",), "draft"),
    Way("submitted", ("reject",), "rejected"),
    Way("submitted", ("schedule",), "scheduled"),
    Way("submitted", ("publish",), "published", "unpublished"),
    Way("submitted", ("remove",), "removed"),
    # From what was turned down.
    Way("rejected", ("remove",), "removed"),
    # From what waits for its time, still to come.
    Way("scheduled", ("cancel",), "draft"),
    Way("scheduled", ("cancel", "submit"), "submitted"),
    Way("scheduled", ("cancel", "submit", "reject"), "rejected"),
    Way("scheduled", ("cancel", "publish"), "published", "unpublished"),
    Way("scheduled", ("remove",), "removed"),
    # From what is out.
    Way("published", ("unpublish",), "unpublished"),
    Way("published", ("retract",), "retracted"),
    Way("published", ("correct",), "published"),
    Way("published", ("unpublish", "schedule"), "scheduled"),
    Way("published", ("unpublish", "schedule", "cancel"), "draft"),
    Way("published", ("unpublish", "schedule", "cancel", "submit"), "submitted"),
    Way("published", ("unpublish", "schedule", "cancel", "submit", "reject"), "rejected"),
    Way("published", ("remove",), "removed"),
    Way("published", ("retract", "remove"), "removed"),
    Way("published", ("unpublish", "remove"), "removed"),
    # From what was out.
    Way("unpublished", ("publish",), "published"),
    Way("unpublished", ("publish", "retract"), "retracted"),
    Way("unpublished", ("schedule",), "scheduled"),
    Way("unpublished", ("schedule", "cancel"), "draft"),
    Way("unpublished", ("schedule", "cancel", "submit"), "submitted"),
    Way("unpublished", ("schedule", "cancel", "submit", "reject"), "rejected"),
    Way("unpublished", ("remove",), "removed"),
    Way("retracted", ("reinstate",), "published"),
    Way("retracted", ("unpublish",), "unpublished"),
    Way("retracted", ("unpublish", "publish"), "retracted"),
    Way("retracted", ("unpublish", "schedule"), "scheduled"),
    Way("retracted", ("unpublish", "schedule", "cancel", "submit", "reject"), "rejected"),
    Way("retracted", ("remove",), "removed"),
    Way("expired", ("remove",), "removed"),
]


def led_to(driver: NewsroomDriver, story: str, status: str) -> dict[str, Any]:
    more = {"expires_at": format_time(Micros(driver.now + HOUR))} if status == "expired" else {}
    entry = driver.post(story, "True.", status="draft", headline="The bridge", **more)
    for action in TO[status]:
        particulars = {"publish_at": driver.now + 9 * HOUR} if action == "schedule" else {}
        driver.act(action, entry, **particulars)
    if status == "expired":
        driver.due(2 * HOUR)
    entry = entry_of(driver, entry)
    assert entry["status"] == status
    return entry


def without_its_numbers(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in {"version", "revision", "updated_at"}}


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_it_is_again_what_it_was(driver: NewsroomDriver, way: Way) -> None:
    entry = led_to(driver, driver.story()["id"], way.before)
    rogue = driver.hire("editor")
    rogue.now = driver.now
    after = [rogue.act(action, entry) for action in way.actions][-1]
    assert after["status"] == way.left
    driver.now = rogue.now
    outcome = revert(driver, rogue)[entry["id"]]
    again = entry_of(driver, entry)
    restored = way.restored or way.before
    assert (outcome["done"], outcome["why"], again["status"]) == (
        "restored" if again != after else "nothing",
        None,
        restored,
    )
    assert again["revision"] >= after["revision"]
    if restored == way.before:
        assert without_its_numbers(again) == without_its_numbers(entry)
    events = len(driver.events())
    assert revert(driver, rogue)[entry["id"]]["done"] == "nothing"
    assert (entry_of(driver, entry), len(driver.events())) == (again, events), (
        "a second time there is nothing left to do"
    )
    is_held = entry["id"] in public_bodies(driver)
    assert is_held is (restored in {"published", "retracted"})


def test_every_way_out_of_every_status_is_among_those() -> None:
    statuses = set(TO)
    assert {way.before for way in WAYS} == statuses - {"removed"}
    assert {way.before for way in WAYS if way.left == "removed"} == statuses - {"removed"}
    assert {way.before for way in WAYS if way.left == "rejected"} >= {"draft", "submitted", "scheduled", "published"}


def test_what_it_removed_is_public_again_under_the_same_id_time_and_place_and_is_found(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entries = [driver.post(story, f"Figure {number}.") for number in range(20)]
    driver.act("correct", entries[3], text="Not four.")
    rogue.now = driver.now
    for entry in entries:
        rogue.act("remove", entry)
    assert (public_bodies(driver), found(driver, "figure"), texts(driver, story)) == ({}, [], [])
    driver.now = rogue.now
    assert {item["done"] for item in revert(driver, rogue).values()} == {"restored"}
    assert len(public_bodies(driver)) == 20
    assert {entry["id"] for entry in entries} == set(found(driver, "figure"))
    assert texts(driver, story) == ["Not four."]
    for event, entry in zip(driver.events()[-20:], sorted(entries, key=lambda entry: str(entry["id"])), strict=True):
        assert (event["type"], event["entry"]["id"]) == ("entry.published", entry["id"])
        for name in ("published_at", "sort_key"):
            assert event["entry"][name] == entry[name]
    assert driver.events()[-1]["entry_count"] == 20


def test_what_would_have_ended_meanwhile_has_ended(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entry = driver.post(story, expires_at=format_time(Micros(driver.now + HOUR)))
    rogue.now = driver.now
    rogue.act("remove", entry)
    driver.now = rogue.now + 2 * HOUR
    sent = len(driver.events())
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    assert entry_of(driver, entry)["status"] == "expired"
    assert len(driver.events()) == sent
    assert revert(driver, rogue)[entry["id"]]["done"] == "nothing"


def test_what_would_have_been_published_meanwhile_waits_as_a_draft(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entry = led_to(driver, story, "scheduled")
    rogue.now = driver.now
    rogue.act("remove", entry)
    driver.now = rogue.now + 10 * HOUR
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    assert (entry_of(driver, entry)["status"], entry_of(driver, entry)["publish_at"]) == ("draft", None)


@pytest.mark.parametrize("closed", ["ended", "archived"])
def test_in_a_story_that_is_over_what_was_there_is_restored(driver: NewsroomDriver, closed: str) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entry = driver.post(story, "True.")
    for status in ("ended", "archived")[: 1 + (closed == "archived")]:
        driver.patch_story(story, status=status)
    rogue.now = driver.now
    rogue.act("remove", entry)
    driver.now = rogue.now
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    assert public_bodies(driver) == {entry["id"]: "<p>True.</p>"}
    assert body(show_story(driver.newsroom, driver.call(), story))["status"] == closed


def test_in_a_freeze_what_was_removed_waits(driver: NewsroomDriver) -> None:
    story, rogue = driver.story()["id"], driver.hire("editor")
    entry = driver.post(story, "True.")
    rogue.now = driver.now
    rogue.act("remove", entry)
    driver.now = rogue.now
    driver.freeze(story)
    assert "frozen" in revert(driver, rogue)[entry["id"]]["why"]
    assert (public_bodies(driver), entry_of(driver, entry)["status"]) == ({}, "removed")
    driver.freeze(story, frozen=False)
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    assert public_bodies(driver) == {entry["id"]: "<p>True.</p>"}


def test_in_a_story_that_nobody_has_seen_it_is_a_draft_again(driver: NewsroomDriver) -> None:
    story, rogue = driver.story(status="draft")["id"], driver.hire("editor")
    entry = driver.post(story, status="draft")
    rogue.now = driver.now
    rogue.act("publish", entry)
    driver.now = rogue.now
    assert revert(driver, rogue)[entry["id"]]["done"] == "restored"
    assert (entry_of(driver, entry)["status"], driver.events()) == ("draft", [])


def test_its_own_that_it_removed_stays_so(driver: NewsroomDriver) -> None:
    rogue = driver.hire("editor")
    entry = rogue.post(driver.story()["id"], "Lies.")
    rogue.act("remove", entry)
    driver.now = rogue.now
    assert revert(driver, rogue)[entry["id"]]["done"] == "nothing"
    assert (public_bodies(driver), entry_of(driver, entry)["status"]) == ({}, "removed")


def test_what_an_admins_stolen_token_brought_back_is_reported(driver: NewsroomDriver) -> None:
    story, bad = driver.story()["id"], driver.hire("editor")
    entry = driver.post(story, "A libel.")
    bad.now = driver.now
    bad.act("remove", entry)
    thief = driver.hire("admin")
    thief.now = bad.now
    revert(thief, bad)
    driver.now = thief.now
    outcome = revert(driver, thief)[entry["id"]]
    assert outcome["why"] == "It was removed: remove it again if it is to go."
    driver.act("remove", entry)
    assert public_bodies(driver) == {}


@pytest.mark.parametrize("status", ["removed", "rejected"])
def test_for_everybody_else_no_way_leads_back(driver: NewsroomDriver, status: str) -> None:
    entry = led_to(driver, driver.story()["id"], status)
    for action in ("publish", "submit", "schedule", "cancel", "unpublish", "retract", "reinstate", "return"):
        with pytest.raises(Conflict, match="wrong_status"):
            driver.act(action, entry)
