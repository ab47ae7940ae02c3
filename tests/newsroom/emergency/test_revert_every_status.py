"""Whatever a token led an entry to, undoing leads it back to what it was, as far as readers and the time allow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict
from app.newsroom.queries import lists as reads
from tests.newsroom.driver import HOUR, Desk, body
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
"""What makes a draft each of these."""


@dataclass(frozen=True)
class Way:
    """What a token did to an entry that was in `before`, and where undoing leads."""

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


def led_to(desk: Desk, story: str, status: str) -> dict[str, Any]:
    more = {"expires_at": format_time(Micros(desk.now + HOUR))} if status == "expired" else {}
    entry = desk.post(story, "True.", status="draft", headline="The bridge", **more)
    for action in TO[status]:
        particulars = {"publish_at": desk.now + 9 * HOUR} if action == "schedule" else {}
        desk.act(action, entry, **particulars)
    if status == "expired":
        desk.due(2 * HOUR)
    entry = entry_of(desk, entry)
    assert entry["status"] == status
    return entry


def without_its_numbers(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in {"version", "revision", "updated_at"}}


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_it_is_again_what_it_was(desk: Desk, way: Way) -> None:
    entry = led_to(desk, desk.story()["id"], way.before)
    rogue = desk.hire("editor")
    rogue.now = desk.now
    after = [rogue.act(action, entry) for action in way.actions][-1]
    assert after["status"] == way.left
    desk.now = rogue.now
    told = revert(desk, rogue)[entry["id"]]
    again = entry_of(desk, entry)
    restored = way.restored or way.before
    assert (told["done"], told["why"], again["status"]) == ("restored" if again != after else "nothing", None, restored)
    assert again["revision"] >= after["revision"]
    if restored == way.before:
        assert without_its_numbers(again) == without_its_numbers(entry)
    events = len(desk.events())
    assert revert(desk, rogue)[entry["id"]]["done"] == "nothing"
    assert (entry_of(desk, entry), len(desk.events())) == (again, events), "a second time there is nothing left to do"
    is_held = entry["id"] in public_bodies(desk)
    assert is_held is (restored in {"published", "retracted"})


def test_every_way_out_of_every_status_is_among_those() -> None:
    statuses = set(TO)
    assert {way.before for way in WAYS} == statuses - {"removed"}
    assert {way.before for way in WAYS if way.left == "removed"} == statuses - {"removed"}
    assert {way.before for way in WAYS if way.left == "rejected"} >= {"draft", "submitted", "scheduled", "published"}


def test_what_it_removed_is_out_again_under_the_same_id_time_and_place_and_is_found(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    entries = [desk.post(story, f"Figure {number}.") for number in range(20)]
    desk.act("correct", entries[3], text="Not four.")
    rogue.now = desk.now
    for entry in entries:
        rogue.act("remove", entry)
    assert (public_bodies(desk), found(desk, "figure"), texts(desk, story)) == ({}, [], [])
    desk.now = rogue.now
    assert {item["done"] for item in revert(desk, rogue).values()} == {"restored"}
    assert len(public_bodies(desk)) == 20
    assert {entry["id"] for entry in entries} == set(found(desk, "figure"))
    assert texts(desk, story) == ["Not four."]
    for event, entry in zip(desk.events()[-20:], sorted(entries, key=lambda entry: str(entry["id"])), strict=True):
        assert (event["type"], event["entry"]["id"]) == ("entry.published", entry["id"])
        for name in ("published_at", "sort_key"):
            assert event["entry"][name] == entry[name]
    assert desk.events()[-1]["entry_count"] == 20


def test_what_would_have_ended_meanwhile_has_ended(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    entry = desk.post(story, expires_at=format_time(Micros(desk.now + HOUR)))
    rogue.now = desk.now
    rogue.act("remove", entry)
    desk.now = rogue.now + 2 * HOUR
    told = len(desk.events())
    assert revert(desk, rogue)[entry["id"]]["done"] == "restored"
    assert entry_of(desk, entry)["status"] == "expired"
    assert len(desk.events()) == told
    assert revert(desk, rogue)[entry["id"]]["done"] == "nothing"


def test_what_would_have_come_out_meanwhile_waits_as_a_draft(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    entry = led_to(desk, story, "scheduled")
    rogue.now = desk.now
    rogue.act("remove", entry)
    desk.now = rogue.now + 10 * HOUR
    assert revert(desk, rogue)[entry["id"]]["done"] == "restored"
    assert (entry_of(desk, entry)["status"], entry_of(desk, entry)["publish_at"]) == ("draft", None)


@pytest.mark.parametrize("closed", ["ended", "archived"])
def test_into_a_story_that_is_over_comes_back_what_was_there(desk: Desk, closed: str) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    entry = desk.post(story, "True.")
    for status in ("ended", "archived")[: 1 + (closed == "archived")]:
        desk.patch_story(story, status=status)
    rogue.now = desk.now
    rogue.act("remove", entry)
    desk.now = rogue.now
    assert revert(desk, rogue)[entry["id"]]["done"] == "restored"
    assert public_bodies(desk) == {entry["id"]: "<p>True.</p>"}
    assert body(reads.show_story(desk.room, desk.call(), story))["status"] == closed


def test_in_a_freeze_what_was_removed_waits(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    entry = desk.post(story, "True.")
    rogue.now = desk.now
    rogue.act("remove", entry)
    desk.now = rogue.now
    desk.freeze(story)
    assert "frozen" in revert(desk, rogue)[entry["id"]]["why"]
    assert (public_bodies(desk), entry_of(desk, entry)["status"]) == ({}, "removed")
    desk.freeze(story, frozen=False)
    assert revert(desk, rogue)[entry["id"]]["done"] == "restored"
    assert public_bodies(desk) == {entry["id"]: "<p>True.</p>"}


def test_in_a_story_that_nobody_has_seen_it_is_a_draft_again(desk: Desk) -> None:
    story, rogue = desk.story(status="draft")["id"], desk.hire("editor")
    entry = desk.post(story, status="draft")
    rogue.now = desk.now
    rogue.act("publish", entry)
    desk.now = rogue.now
    assert revert(desk, rogue)[entry["id"]]["done"] == "restored"
    assert (entry_of(desk, entry)["status"], desk.events()) == ("draft", [])


def test_its_own_that_it_removed_stays_so(desk: Desk) -> None:
    rogue = desk.hire("editor")
    entry = rogue.post(desk.story()["id"], "Lies.")
    rogue.act("remove", entry)
    desk.now = rogue.now
    assert revert(desk, rogue)[entry["id"]]["done"] == "nothing"
    assert (public_bodies(desk), entry_of(desk, entry)["status"]) == ({}, "removed")


def test_what_an_admins_stolen_token_brought_back_is_told(desk: Desk) -> None:
    story, bad = desk.story()["id"], desk.hire("editor")
    entry = desk.post(story, "A libel.")
    bad.now = desk.now
    bad.act("remove", entry)
    thief = desk.hire("admin")
    thief.now = bad.now
    revert(thief, bad)
    desk.now = thief.now
    told = revert(desk, thief)[entry["id"]]
    assert told["why"] == "It was removed: remove it again if it is to go."
    desk.act("remove", entry)
    assert public_bodies(desk) == {}


@pytest.mark.parametrize("status", ["removed", "rejected"])
def test_for_everybody_else_no_way_leads_back(desk: Desk, status: str) -> None:
    entry = led_to(desk, desk.story()["id"], status)
    for action in ("publish", "submit", "schedule", "cancel", "unpublish", "retract", "reinstate", "return"):
        with pytest.raises(Conflict, match="wrong_status"):
            desk.act(action, entry)
