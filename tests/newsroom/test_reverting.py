"""What a token did is undone: its own entries go, others' say again what they said, and the rest is told."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import Micros
from app.domain.errors import NotAllowed, NotFound
from app.newsroom import desk as reads
from app.newsroom import emergency, reverting, watching
from app.wire.people import Freeze
from tests.newsroom.desk import HOUR, Desk, body


def token_of(who: Desk) -> str:
    return watching.admit_by_token(who.room, who.token).who.token


def revert(desk: Desk, rogue: Desk, since: int = 0) -> dict[str, dict[str, Any]]:
    """What became of each entry, by its id."""
    answer = body(reverting.revert_token(desk.room, desk.call(), token_of(rogue), since=Micros(since)))
    return {item["entry"]: item for item in answer["items"]}


def entry_of(desk: Desk, entry: dict[str, Any]) -> dict[str, Any]:
    return body(reads.show_entry(desk.room, desk.call(), entry["story"], entry["id"]))


def public_bodies(desk: Desk) -> dict[str, str]:
    """What readers who heard every event hold: each entry's body."""
    held: dict[str, str] = {}
    for event in desk.events():
        if event["type"] == "entry.removed":
            held.pop(event["id"], None)
        elif "entry" in event:
            held[event["entry"]["id"]] = event["entry"]["body_html"]
    return held


def test_what_it_created_is_taken_from_readers_in_every_story(desk: Desk) -> None:
    one, two = desk.story()["id"], desk.story("Another")["id"]
    rogue = desk.hire("editor")
    kept = desk.post(one, "Ours.")
    made = [rogue.post(one, "Bad."), rogue.post(two, "Worse."), rogue.post(one, "Draft.", status="draft")]
    scheduled = rogue.post(one, "Later.", status="scheduled", publish_at="2027-01-01T00:00:00Z")
    told = revert(desk, rogue)
    assert [told[entry["id"]]["done"] for entry in made] == ["taken_out", "taken_out", "nothing"]
    assert told[scheduled["id"]]["done"] == "taken_out"
    assert entry_of(desk, scheduled)["status"] == "draft"
    assert set(public_bodies(desk)) == {kept["id"]}
    assert {item["done"] for item in revert(desk, rogue).values()} == {"nothing"}


def test_others_entries_say_again_what_they_said(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    entry = desk.post(story, "True.", headline="A headline")
    rogue.now = desk.now
    rogue.patch(entry, text="False.")
    rogue.patch(entry, text="Falser.", headline="Another")
    assert public_bodies(desk)[entry["id"]] == "<p>Falser.</p>"
    assert revert(desk, rogue)[entry["id"]]["done"] == "restored"
    again = entry_of(desk, entry)
    assert (again["body_html"], again["headline"], again["status"]) == ("<p>True.</p>", "A headline", "published")
    last = desk.events()[-1]
    assert (last["type"], last["entry"]["body_html"], last["material"]) == ("entry.updated", "<p>True.</p>", True)


def test_only_what_it_did_since_then_is_undone(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    early, entry = rogue.post(story, "Good."), desk.post(story, "First.")
    rogue.now = desk.now
    rogue.patch(entry, text="Second.")
    rogue.now += HOUR
    since = rogue.now
    rogue.patch(entry, text="Third.")
    desk.now = rogue.now
    told = revert(desk, rogue, since)
    assert set(told) == {entry["id"]}
    assert public_bodies(desk) == {early["id"]: "<p>Good.</p>", entry["id"]: "<p>Second.</p>"}


def test_what_somebody_has_changed_after_it_stays_and_is_told(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    entry = desk.post(story, "True.")
    rogue.now = desk.now
    rogue.patch(entry, text="False.")
    desk.now = rogue.now
    desk.patch(entry, text="Put right by hand.")
    told = revert(desk, rogue)[entry["id"]]
    assert (told["reverted"], told["why"]) == (False, "Somebody has changed it since.")
    assert public_bodies(desk)[entry["id"]] == "<p>Put right by hand.</p>"


@pytest.mark.parametrize(
    ("before", "action", "restored"),
    [
        ("published", "unpublish", "published"),
        ("published", "retract", "published"),
        ("retracted", "reinstate", "retracted"),
        ("retracted", "unpublish", None),
        ("published", "remove", None),
        ("draft", "publish", "unpublished"),
        ("draft", "submit", "draft"),
        ("draft", "schedule", "draft"),
        ("submitted", "return", "submitted"),
        ("submitted", "reject", None),
        ("submitted", "publish", "unpublished"),
        ("unpublished", "publish", "unpublished"),
        ("scheduled", "cancel", None),
    ],
)
def test_a_change_of_status_is_undone_where_a_way_leads_back(
    desk: Desk, before: str, action: str, restored: str | None
) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    first = {"retracted": "published", "unpublished": "published"}.get(before, before)
    more = {"publish_at": "2027-01-01T00:00:00Z"} if first == "scheduled" else {}
    entry = desk.post(story, status=first, **more)
    if before != first:
        desk.act({"retracted": "retract", "unpublished": "unpublish"}[before], entry)
    rogue.now = desk.now
    left = rogue.act(action, entry)["status"]
    desk.now = rogue.now
    told = revert(desk, rogue)[entry["id"]]
    assert told["reverted"] is (restored is not None), told
    assert entry_of(desk, entry)["status"] == (restored or left)
    is_held = entry["id"] in public_bodies(desk)
    assert is_held is (entry_of(desk, entry)["status"] in {"published", "retracted"})


def test_a_working_revision_it_left_behind_goes_and_one_it_changed_comes_back(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    without, having = desk.post(story, "One."), desk.post(story, "Two.")
    desk.patch(having, text="Being edited.", publish=False)
    rogue.now = desk.now
    rogue.patch(without, text="Slipped in.", publish=False)
    rogue.act("schedule", without)
    rogue.patch(having, text="Slipped in too.")
    told = len(desk.events())
    revert(desk, rogue)
    assert entry_of(desk, without)["working"] is None
    assert entry_of(desk, having)["working"]["fields"]["text"] == "Being edited."
    assert len(desk.events()) == told, "readers had seen nothing of it"


def test_in_a_freeze_what_it_created_goes_and_the_rest_waits(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    entry = desk.post(story, "True.")
    rogue.now = desk.now
    rogue.patch(entry, text="False.")
    made = rogue.post(story, "Bad.")
    emergency.set_freeze(desk.room, desk.call(), Freeze(frozen=True))
    told = revert(desk, rogue)
    assert (told[made["id"]]["done"], told[entry["id"]]["reverted"]) == ("taken_out", False)
    emergency.set_freeze(desk.room, desk.call(), Freeze(frozen=False))
    assert revert(desk, rogue)[entry["id"]]["done"] == "restored"
    assert public_bodies(desk) == {entry["id"]: "<p>True.</p>"}


def test_what_was_done_to_anything_but_entries_is_told(desk: Desk) -> None:
    rogue = desk.hire("editor")
    story = rogue.story("Mine")["id"]
    rogue.patch_story(story, title="Mine, again")
    answer = body(reverting.revert_token(desk.room, desk.call(), token_of(rogue), since=Micros(0)))
    assert [(item["object"], item["action"]) for item in answer["not_reverted"]] == [
        ("story", "create"),
        ("story", "edit"),
    ]


def test_reverting_is_the_admins_and_leaves_its_rows(desk: Desk) -> None:
    story, rogue = desk.story()["id"], desk.hire("editor")
    rogue.post(story)
    with pytest.raises(NotAllowed):
        revert(desk.hire("editor"), rogue)
    with pytest.raises(NotFound, match="token_not_found"):
        reverting.revert_token(desk.room, desk.call(), "nothing", since=Micros(0))
    revert(desk, rogue)
    assert desk.audited()[-2:] == ["revert", "revert"]
