"""The log of corrections: every line of what is visible, once, the newest first, and nothing of what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.errors import InvalidInput, NotFound
from app.reading.corrections import read_corrections
from app.reading.stories import require_story
from tests.newsroom.driver import LINKS, Desk


def page(desk: Desk, story: str, *, position: str | None = None, limit: int = 20) -> dict[str, Any]:
    with desk.database.snapshot() as tx:
        read = read_corrections(tx, require_story(tx, story), position=position, limit=limit, links=LINKS)
    body: dict[str, Any] = json.loads(read.body)
    assert (read.next, read.prev) == (body["next"], body["prev"])
    return body


def texts(desk: Desk, story: str) -> list[str]:
    return [item["text"] for item in page(desk, story)["items"]]


def position_of(url: str) -> str:
    return url.rpartition("position=")[2]


def test_each_line_says_what_when_how_grave_and_of_which_entry(desk: Desk) -> None:
    story = desk.story(slug="flood")
    entry = desk.post(story["id"], headline="The bridge")
    corrected = desk.act("correct", entry, text="It opened in 1931.", severity="clarification")
    assert page(desk, story["id"]) == {
        "items": [
            {
                "entry": entry["id"],
                "headline": "The bridge",
                "text": "It opened in 1931.",
                "at": corrected["corrections"][0]["at"],
                "severity": "clarification",
                "url": f"https://live.example/stories/flood?entry={entry['id']}#entry-{entry['id']}",
            }
        ],
        "next": None,
        "prev": None,
        "head": desk.events()[-1]["cursor"],
    }


def test_corrections_and_retractions_of_all_entries_come_the_newest_first(desk: Desk) -> None:
    story = desk.story()["id"]
    one, other = desk.post(story), desk.post(story)
    assert page(desk, story)["items"] == []
    desk.act("correct", one, text="First")
    desk.act("retract", other, reason="Second")
    desk.act("correct", one, text="Third")
    desk.act("reinstate", other)
    assert texts(desk, story) == ["Third", "Second", "First"]
    assert [item["severity"] for item in page(desk, story)["items"]] == ["correction", "retraction", "correction"]
    assert texts(desk, desk.story("Another")["id"]) == []


def test_a_line_goes_with_its_entry_and_comes_back_with_it(desk: Desk) -> None:
    story = desk.story()["id"]
    one, other = desk.post(story), desk.post(story)
    desk.act("correct", one, text="Of one")
    desk.act("correct", other, text="Of the other")
    desk.act("unpublish", one)
    assert texts(desk, story) == ["Of the other"]
    desk.act("publish", one)
    assert texts(desk, story) == ["Of the other", "Of one"]
    desk.act("remove", one)
    assert texts(desk, story) == ["Of the other"]


def test_a_line_shows_the_headline_its_entry_has_now(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, headline="Before")
    desk.act("correct", entry)
    desk.patch(entry, headline="Aside", publish=False)
    assert page(desk, story)["items"][0]["headline"] == "Before"
    desk.act("publish", entry)
    assert page(desk, story)["items"][0]["headline"] == "Aside"


def test_pages_have_each_line_once_in_both_directions(desk: Desk) -> None:
    story = desk.story()["id"]
    entries = [desk.post(story) for _ in range(3)]
    for number in range(11):
        desk.now -= 1_000_000 * (number % 2)  # some at the same moment
        desk.act("correct", entries[number % 3], text=f"Line {number}")
    everything = texts(desk, story)
    assert sorted(everything) == sorted(f"Line {number}" for number in range(11))
    for limit in (1, 2, 3, 5, 11, 12):
        pages = [page(desk, story, limit=limit)]
        while pages[-1]["next"] is not None:
            pages.append(page(desk, story, position=position_of(pages[-1]["next"]), limit=limit))
        assert [item["text"] for each in pages for item in each["items"]] == everything
        assert pages[0]["prev"] is None
        for older, newer in zip(pages[1:], pages[:-1], strict=True):
            assert page(desk, story, position=position_of(older["prev"]), limit=limit) == newer


def test_a_page_neither_repeats_nor_hides_a_line_when_others_come_or_go(desk: Desk) -> None:
    story = desk.story()["id"]
    one, other = desk.post(story), desk.post(story)
    for number in range(4):
        desk.act("correct", (one, other)[number % 2], text=f"Line {number}")
    first = page(desk, story, limit=2)
    desk.act("correct", one, text="Line 4")
    desk.act("remove", other)
    second = page(desk, story, position=position_of(first["next"]), limit=2)
    assert [item["text"] for item in second["items"]] == ["Line 0"]
    assert second["prev"] is not None


@pytest.mark.parametrize("position", ["", "nowhere", "bi4xLjIuMw", "b2kuMDY"])
def test_a_position_of_another_list_is_refused(desk: Desk, position: str) -> None:
    story = desk.story()["id"]
    with pytest.raises(InvalidInput, match="no position of this list"):
        page(desk, story, position=position)


def test_a_story_that_is_not_public_has_no_log(desk: Desk) -> None:
    story = desk.story(status="draft")["id"]
    with pytest.raises(NotFound):
        page(desk, story)
