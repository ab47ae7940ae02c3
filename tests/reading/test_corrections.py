"""The log of corrections: every line of visible entries once, newest first, and no line of hidden ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.errors import InvalidInput, NotFound
from app.reading.corrections import read_corrections
from app.reading.stories import require_story
from tests.newsroom.driver import LINKS, NewsroomDriver


def page(driver: NewsroomDriver, story: str, *, position: str | None = None, limit: int = 20) -> dict[str, Any]:
    with driver.database.snapshot() as tx:
        read = read_corrections(tx, require_story(tx, story), position=position, limit=limit, links=LINKS)
    body: dict[str, Any] = json.loads(read.body)
    assert (read.next, read.prev) == (body["next"], body["prev"])
    return body


def texts(driver: NewsroomDriver, story: str) -> list[str]:
    return [item["text"] for item in page(driver, story)["items"]]


def position_of(url: str) -> str:
    return url.rpartition("position=")[2]


def test_each_line_says_what_when_how_grave_and_of_which_entry(driver: NewsroomDriver) -> None:
    story = driver.story(slug="flood")
    entry = driver.post(story["id"], headline="The bridge")
    corrected = driver.act("correct", entry, text="It opened in 1931.", severity="clarification")
    assert page(driver, story["id"]) == {
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
        "head": driver.events()[-1]["cursor"],
    }


def test_corrections_and_retractions_of_all_entries_come_the_newest_first(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    one, other = driver.post(story), driver.post(story)
    assert page(driver, story)["items"] == []
    driver.act("correct", one, text="First")
    driver.act("retract", other, reason="Second")
    driver.act("correct", one, text="Third")
    driver.act("reinstate", other)
    assert texts(driver, story) == ["Third", "Second", "First"]
    assert [item["severity"] for item in page(driver, story)["items"]] == ["correction", "retraction", "correction"]
    assert texts(driver, driver.story("Another")["id"]) == []


def test_a_line_goes_with_its_entry_and_comes_back_with_it(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    one, other = driver.post(story), driver.post(story)
    driver.act("correct", one, text="Of one")
    driver.act("correct", other, text="Of the other")
    driver.act("unpublish", one)
    assert texts(driver, story) == ["Of the other"]
    driver.act("publish", one)
    assert texts(driver, story) == ["Of the other", "Of one"]
    driver.act("remove", one)
    assert texts(driver, story) == ["Of the other"]


def test_a_line_shows_the_headline_its_entry_has_now(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, headline="Before")
    driver.act("correct", entry)
    driver.patch(entry, headline="Aside", publish=False)
    assert page(driver, story)["items"][0]["headline"] == "Before"
    driver.act("publish", entry)
    assert page(driver, story)["items"][0]["headline"] == "Aside"


def test_pages_have_each_line_once_in_both_directions(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entries = [driver.post(story) for _ in range(3)]
    for number in range(11):
        driver.now -= 1_000_000 * (number % 2)  # some at the same moment
        driver.act("correct", entries[number % 3], text=f"Line {number}")
    everything = texts(driver, story)
    assert sorted(everything) == sorted(f"Line {number}" for number in range(11))
    for limit in (1, 2, 3, 5, 11, 12):
        pages = [page(driver, story, limit=limit)]
        while pages[-1]["next"] is not None:
            pages.append(page(driver, story, position=position_of(pages[-1]["next"]), limit=limit))
        assert [item["text"] for each in pages for item in each["items"]] == everything
        assert pages[0]["prev"] is None
        for older, newer in zip(pages[1:], pages[:-1], strict=True):
            assert page(driver, story, position=position_of(older["prev"]), limit=limit) == newer


def test_a_page_neither_repeats_nor_hides_a_line_when_others_come_or_go(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    one, other = driver.post(story), driver.post(story)
    for number in range(4):
        driver.act("correct", (one, other)[number % 2], text=f"Line {number}")
    first = page(driver, story, limit=2)
    driver.act("correct", one, text="Line 4")
    driver.act("remove", other)
    second = page(driver, story, position=position_of(first["next"]), limit=2)
    assert [item["text"] for item in second["items"]] == ["Line 0"]
    assert second["prev"] is not None


@pytest.mark.parametrize("position", ["", "nowhere", "bi4xLjIuMw", "b2kuMDY"])
def test_a_position_of_another_list_is_refused(driver: NewsroomDriver, position: str) -> None:
    story = driver.story()["id"]
    with pytest.raises(InvalidInput, match="no position of this list"):
        page(driver, story, position=position)


def test_a_story_that_is_not_public_has_no_log(driver: NewsroomDriver) -> None:
    story = driver.story(status="draft")["id"]
    with pytest.raises(NotFound):
        page(driver, story)
