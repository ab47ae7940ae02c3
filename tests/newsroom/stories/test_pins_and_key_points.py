"""Pins and key points: references to public entries, each change one event, gone with what they name."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, InvalidInput
from app.storage.database.transactions import Database
from tests.newsroom.driver import HOUR, Desk


def _told(desk: Desk, since: int) -> list[tuple[str, Any]]:
    return [(event["type"], event.get("changed")) for event in desk.events()[since:]]


def test_what_is_pinned_and_what_to_know_is_told_in_one_event_each(desk: Desk) -> None:
    story = desk.story()["id"]
    one, two = desk.post(story), desk.post(story)
    since = len(desk.events())
    pinned = desk.pin(story, two, one)
    assert [pin["entry"] for pin in pinned["pinned"]] == [two["id"], one["id"]]
    desk.key_points(story, ("Polls have closed.", one["id"]), ("Counting goes on.", None))
    assert _told(desk, since) == [("story.updated", ["pinned"]), ("story.updated", ["key_points"])]
    fields = desk.events()[-1]["fields"]
    assert fields["pinned"] == [{"entry": two["id"], "until": None}, {"entry": one["id"], "until": None}]
    assert fields["key_points"][0] == {"text": "Polls have closed.", "entry": one["id"]}
    desk.pin(story, two, one)
    assert len(desk.events()) == since + 2


def test_only_public_entries_of_the_story_are_named(desk: Desk) -> None:
    story = desk.story()["id"]
    draft = desk.post(story, status="draft")
    elsewhere = desk.post(desk.story()["id"])
    unknown = {"id": str(uuid.uuid4())}
    gone = desk.act("unpublish", desk.post(story))
    for entry in (draft, elsewhere, unknown, gone):
        with pytest.raises(Conflict, match="entry_not_public"):
            desk.pin(story, entry)
        with pytest.raises(Conflict, match="entry_not_public"):
            desk.key_points(story, ("A point.", entry["id"]))


@pytest.mark.parametrize("action", ["unpublish", "remove", "expire"])
def test_an_entry_that_leaves_takes_its_pin_and_leaves_a_key_point_its_words(desk: Desk, action: str) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, expires_at=format_time(Micros(desk.now + HOUR)))
    kept = desk.post(story)
    desk.pin(story, entry, kept)
    desk.key_points(story, ("Polls have closed.", entry["id"]))
    since = len(desk.events())
    if action == "expire":
        desk.due(2 * HOUR)
    else:
        desk.act(action, entry)
    assert _told(desk, since) == [("entry.removed", None), ("story.updated", ["pinned", "key_points"])]
    fields = desk.events()[-1]["fields"]
    assert [pin["entry"] for pin in fields["pinned"]] == [kept["id"]]
    assert fields["key_points"] == [{"text": "Polls have closed.", "entry": None}]
    assert len(desk.told[-1].events) == 2  # both in one commit, announced together


def test_a_pin_with_an_end_comes_down_by_itself(desk: Desk) -> None:
    story = desk.story()["id"]
    one, two = desk.post(story), desk.post(story)
    desk.pin(story, one, until=format_time(Micros(desk.now + HOUR)))
    since = len(desk.events())
    desk.due(HOUR // 2)
    assert _told(desk, since) == []
    desk.due(HOUR)
    assert _told(desk, since) == [("story.updated", ["pinned"])]
    desk.pin(story, two)
    assert desk.due(9 * HOUR) is None
    with pytest.raises(InvalidInput) as refused:
        desk.pin(story, two, until=format_time(Micros(desk.now)))
    assert refused.value.errors[0].pointer == "/items/0/until"


@pytest.mark.parametrize("of_site", [True, False])
def test_a_pin_whose_time_ends_in_a_freeze_comes_down_after_it(desk: Desk, *, of_site: bool) -> None:
    story = desk.story()["id"]
    desk.pin(story, desk.post(story), until=format_time(Micros(desk.now + HOUR)))
    since, frozen = len(desk.events()), None if of_site else story
    desk.freeze(frozen)
    desk.due(2 * HOUR)
    assert _told(desk, since) == []
    desk.freeze(frozen, frozen=False)
    for _ in range(2):
        desk.due()
        assert _told(desk, since) == [("story.updated", ["pinned"])]


def test_nothing_unpublished_stands_in_the_readers_row(desk: Desk, database: Database) -> None:
    story = desk.story(status="draft")["id"]
    with pytest.raises(Conflict, match="entry_not_public"):
        desk.pin(story, desk.post(story))
    desk.key_points(story, ("For later.", None))
    assert desk.events() == []
    desk.patch_story(story, status="live")
    assert desk.events()[0]["fields"]["key_points"] == [{"text": "For later.", "entry": None}]
