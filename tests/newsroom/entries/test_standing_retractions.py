"""A retraction stands until somebody reinstates the entry, whatever happens to the entry meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict
from app.newsroom.emergency import revert as reverting
from app.newsroom.queries import lists as reads
from app.newsroom.queries import previews
from tests.newsroom.driver import HOUR, Desk, body
from tests.newsroom.emergency.test_revert import entry_of, public_bodies, token_of

WAYS: dict[str, list[str]] = {
    "published again": ["unpublish", "publish"],
    "corrected, taken out and published again": ["correct", "unpublish", "publish"],
    "twice published again": ["unpublish", "publish", "unpublish", "publish"],
    "scheduled, cancelled and published": ["unpublish", "schedule", "cancel", "publish"],
    "scheduled, cancelled, reviewed and published": ["unpublish", "schedule", "cancel", "submit", "publish"],
    "scheduled, cancelled, returned and published": ["unpublish", "schedule", "cancel", "submit", "return", "publish"],
}


def retracted(desk: Desk, **fields: Any) -> dict[str, Any]:
    entry = desk.post(desk.story(**fields)["id"], "The dam broke.")
    desk.due(2 * HOUR)
    return desk.act("retract", entry, reason="It did not.")


def is_struck(html: str) -> bool:
    return "<s>The dam broke.</s>" in html and "It did not." in html


@pytest.mark.parametrize("way", WAYS)
def test_a_retracted_entry_is_still_retracted_when_it_is(desk: Desk, way: str) -> None:
    entry = retracted(desk)
    for action in WAYS[way]:
        entry = desk.act(action, entry)
    assert (entry["status"], entry["retraction_stands"]) == ("retracted", True)
    assert is_struck(entry["body_html"])
    last = desk.events()[-1]
    assert (last["type"], last["entry"]["status"]) == ("entry.published", "retracted")
    assert is_struck(public_bodies(desk)[entry["id"]])
    back = desk.act("reinstate", entry)
    assert (back["status"], back["retraction_stands"]) == ("published", False)
    assert public_bodies(desk)[entry["id"]] == "<p>The dam broke.</p>"


def test_it_comes_out_struck_through_at_its_time_and_after_a_hold(desk: Desk) -> None:
    for settings, action in (({}, "schedule"), ({"hold_seconds": 60}, "publish")):
        entry = retracted(desk, settings=settings)
        desk.act("unpublish", entry)
        assert desk.act(action, entry)["status"] == "scheduled"
        assert entry["id"] not in public_bodies(desk)
        desk.due(HOUR)
        assert entry_of(desk, entry)["status"] == "retracted"
        assert is_struck(public_bodies(desk)[entry["id"]])


def test_what_was_reinstated_before_it_left_comes_back_whole(desk: Desk) -> None:
    entry = retracted(desk)
    for action in ("reinstate", "unpublish", "publish"):
        entry = desk.act(action, entry)
    assert (entry["status"], entry["retraction_stands"]) == ("published", False)
    assert public_bodies(desk)[entry["id"]] == "<p>The dam broke.</p>"


def test_out_of_sight_there_is_nothing_to_reinstate_but_colleagues_are_shown_that_it_stands(desk: Desk) -> None:
    entry = desk.act("unpublish", retracted(desk))
    assert (entry["status"], entry["retraction_stands"]) == ("unpublished", True)
    assert is_struck(entry["body_html"])
    with pytest.raises(Conflict, match="wrong_status"):
        desk.act("reinstate", entry)
    link = body(previews.make_preview(desk.room, desk.call(), entry["story"], entry["id"]))["url"]
    shown = body(previews.show_preview(desk.room, link.rpartition("/")[2]))
    assert shown["status"] == "retracted"
    assert is_struck(shown["body_html"])


def test_new_words_do_not_end_it(desk: Desk) -> None:
    entry = retracted(desk)
    desk.patch(entry, text="The dam broke.", headline="Dam")
    desk.patch(entry, publish=False, headline="The dam")
    entry = desk.act("publish", entry)
    assert (entry["status"], entry["headline"]) == ("retracted", "The dam")
    desk.act("unpublish", entry)
    desk.patch(entry, headline="That dam")
    entry = desk.act("publish", entry)
    assert (entry["status"], entry["headline"]) == ("retracted", "That dam")
    assert is_struck(public_bodies(desk)[entry["id"]])


@pytest.mark.parametrize("way", [[], ["unpublish"]])
def test_another_systems_next_version_does_not_end_it(desk: Desk, way: list[str]) -> None:
    story, wire = desk.story()["id"], desk.bot("editor")
    entry = wire.put(story, "wire-1", text="The dam broke.", external_version=1)
    wire.act("retract", entry, reason="It did not.")
    for action in way:
        wire.act(action, entry)
    entry = wire.put(story, "wire-1", text="The dam broke.", headline="Dam", external_version=2)
    entry = wire.act("publish", entry) if way else entry
    assert (entry["status"], entry["headline"], entry["retraction_stands"]) == ("retracted", "Dam", True)
    assert is_struck(public_bodies(wire)[entry["id"]])


def test_what_is_left_of_it_after_a_revert_is_what_stood_before(desk: Desk) -> None:
    standing, clean = retracted(desk), desk.post(desk.story()["id"], "True.")
    desk.act("unpublish", standing)
    rogue = desk.hire("editor")
    rogue.now = desk.now
    rogue.act("publish", standing)
    rogue.act("reinstate", standing)
    rogue.act("retract", clean)
    rogue.act("unpublish", clean)
    desk.now = rogue.now
    reverting.revert_token(desk.room, desk.call(), token_of(rogue), since=Micros(0))
    assert [
        (entry_of(desk, each)["status"], entry_of(desk, each)["retraction_stands"]) for each in (standing, clean)
    ] == [
        ("unpublished", True),
        ("published", False),
    ]
    assert is_struck(desk.act("publish", standing)["body_html"])
    assert public_bodies(desk)[clean["id"]] == "<p>True.</p>"


def test_one_that_ends_while_it_stands_leaves_with_its_line(desk: Desk) -> None:
    entry = retracted(desk)
    desk.patch(entry, expires_at=format_time(Micros(desk.now + HOUR)))
    desk.due(2 * HOUR)
    shown = body(reads.show_entry(desk.room, desk.call(), entry["story"], entry["id"]))
    assert (shown["status"], shown["retraction_stands"]) == ("expired", True)
    assert public_bodies(desk) == {}
