"""What a story is now, when it is next due, and its pins."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from app.domain.clock import Micros
from app.domain.entry import EntryContent
from app.domain.identifiers import EntryId, StoryId
from app.domain.story import (
    MAX_PINS,
    Story,
    StorySettings,
    StoryStatus,
    intro_content,
    shown_blocks,
    with_pin,
    without_ended_pins,
    without_entry,
)

START = "1970-01-01T00:00:05Z"


def a_story(status: StoryStatus = StoryStatus.LIVE, **fields: Any) -> Story:
    story = Story(StoryId("s"), "slug", status, 1, {}, StorySettings(), Micros(0))
    return dataclasses.replace(story, **fields)


@pytest.mark.parametrize(
    ("status", "due_at"),
    [
        (StoryStatus.DRAFT, 8_000_000),
        (StoryStatus.SCHEDULED, 5_000_000),
        (StoryStatus.UPCOMING, 5_000_000),
        (StoryStatus.LIVE, 7_000_000),
        (StoryStatus.PAUSED, 8_000_000),
        (StoryStatus.WITHDRAWN, None),
    ],
)
def test_a_story_is_due_when_it_begins_ends_or_loses_a_pin_whichever_its_status_has_first(
    status: StoryStatus, due_at: int | None
) -> None:
    pinned = ({"entry": "a", "until": None}, {"entry": "b", "until": 9_000_000}, {"entry": "c", "until": 8_000_000})
    story = a_story(status, fields={"coverage_start": START}, ends_at=Micros(7_000_000), pinned=pinned)
    assert story.due_at == due_at
    assert a_story(status).due_at is None


@pytest.mark.parametrize("status", StoryStatus)
def test_readers_know_of_a_story_from_upcoming_on_and_read_it_until_it_is_withdrawn(status: StoryStatus) -> None:
    hidden = {StoryStatus.DRAFT, StoryStatus.SCHEDULED}
    assert a_story(status).is_public is (status not in hidden)
    assert a_story(status).is_shown is (status not in hidden | {StoryStatus.WITHDRAWN})


@pytest.mark.parametrize(("own", "site"), [(False, False), (True, False), (False, True), (True, True)])
def test_a_story_is_frozen_by_itself_or_with_its_site(own: bool, site: bool) -> None:
    assert a_story(frozen=own, site_frozen=site).is_frozen is (own or site)


def test_the_newest_pin_stands_above_the_others_once_and_the_lowest_goes_when_there_are_too_many() -> None:
    story = a_story()
    for number in [*range(MAX_PINS + 1), 5]:
        story = with_pin(story, EntryId(f"{number}"))
    assert [pin["entry"] for pin in story.pinned] == ["5", *(f"{n}" for n in range(MAX_PINS, 0, -1) if n != 5)]


def test_an_entry_that_goes_takes_its_pin_along_and_leaves_key_points_their_text() -> None:
    points = ({"text": "One", "entry": "a"}, {"text": "Two", "entry": "b"}, {"text": "Three", "entry": None})
    left = without_entry(a_story(pinned=({"entry": "a"}, {"entry": "b"}), key_points=points), EntryId("a"))
    assert left.pinned == ({"entry": "b"},)
    assert left.key_points == ({"text": "One", "entry": None}, *points[1:])


def test_a_pin_ends_at_its_time() -> None:
    pins = tuple({"entry": f"{until}", "until": until} for until in (None, 1, 2, 3))
    assert without_ended_pins(a_story(pinned=pins), now=Micros(2)).pinned == (pins[0], pins[3])


def test_an_intro_is_a_body_and_no_intro_an_empty_one() -> None:
    block = {"id": "b1", "type": "paragraph", "html": "<p>Counted by hand.</p>"}
    intro = {"text": "Counted by hand.", "text_format": "markdown", "blocks": [block]}
    content = intro_content({"intro": intro})
    assert (content.text, content.text_format, content.blocks) == ("Counted by hand.", "markdown", (block,))
    assert intro_content({"intro": None}) == intro_content({}) == EntryContent()


def test_a_story_shows_the_blocks_of_its_picture_of_its_preview_elsewhere_and_of_its_intro() -> None:
    picture, elsewhere, block = {"url": "https://e.org/a"}, {"url": "https://e.org/b"}, {"id": "b1"}
    intro = {"text": "x", "text_format": "plain", "blocks": [block]}
    assert shown_blocks({"image": picture, "seo": {"image": elsewhere}, "intro": intro}) == [picture, elsewhere, block]
    assert shown_blocks({"image": None, "seo": {"image": None}}) == shown_blocks({"seo": None}) == []


@pytest.mark.parametrize(
    ("status", "duty", "shown"),
    [
        (StoryStatus.LIVE, None, None),
        (StoryStatus.LIVE, {"person": "ada"}, "ada"),
        (StoryStatus.LIVE, {"person": "ada", "shown": "bea"}, "ada"),
        (StoryStatus.ENDED, {"person": "ada"}, "ada"),
        (StoryStatus.ENDED, {"person": "ada", "shown": "bea"}, "bea"),
        (StoryStatus.ENDED, {"person": "ada", "shown": None}, None),
    ],
)
def test_readers_are_shown_who_is_on_duty_and_of_a_story_that_is_over_who_was(
    status: StoryStatus, duty: dict[str, str | None] | None, shown: str | None
) -> None:
    assert a_story(status, settings=StorySettings(duty=duty)).shown_on_duty == shown
