"""The newsroom's list of a story's entries: all, or those that are asked for."""

from __future__ import annotations

from typing import Any

from app.newsroom.queries.lists import show_entries
from tests.newsroom.driver import NewsroomDriver, body


def listed(who: NewsroomDriver, story: str, **wanted: Any) -> list[str]:
    asked = {"statuses": None, "position": None, "limit": 20} | wanted
    return [entry["text"] for entry in body(show_entries(who.newsroom, who.call(), story, **asked))["items"]]


def test_key_events_alone_ones_own_alone_and_those_with_an_edit_alone(driver: NewsroomDriver) -> None:
    story, ada, bot = driver.story()["id"], driver.hire(), driver.bot(role="editor")
    driver.post(story, "Key.", key_event=True)
    plain = driver.post(story, "Plain.")
    ada.now = driver.now
    ada.post(story, "By Ada.", key_event=True, status="draft")
    bot.now = ada.now
    bot.post(story, "By a bot.")
    assert listed(driver, story) == ["By a bot.", "By Ada.", "Plain.", "Key."]
    assert listed(driver, story, key_event=True) == ["By Ada.", "Key."]
    assert listed(ada, story, mine=True) == ["By Ada."]
    assert listed(bot, story, mine=True) == ["By a bot."]
    assert listed(driver, story, mine=True) == ["Plain.", "Key."]
    assert listed(driver, story, mine=True, key_event=True) == ["Key."]
    assert listed(driver, story, edited=True) == []
    driver.patch(plain, text="Plainer.", publish=False)
    assert listed(driver, story, edited=True) == ["Plain."]
    assert listed(driver, story, edited=True, mine=True, key_event=True) == []


def test_a_page_of_a_choice_goes_on_where_it_ended(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    for number in range(5):
        driver.post(story, f"Key {number}.", key_event=True)
        driver.post(story, f"Plain {number}.")
    first = body(
        show_entries(driver.newsroom, driver.call(), story, statuses=None, position=None, limit=3, key_event=True)
    )
    assert [entry["text"] for entry in first["items"]] == ["Key 4.", "Key 3.", "Key 2."]
    assert listed(driver, story, key_event=True, position=first["next"]) == ["Key 1.", "Key 0."]
