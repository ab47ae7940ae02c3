"""Who is on duty for a story, said in the newsroom's bar; a story frozen by its editor; what a story is about."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.newsroom_page import choose, open_as, somebody
from tests.browser.newsroom_roles import answer, entry
from tests.browser.newsroom_server import Newsroom

pytestmark = pytest.mark.slow


def test_who_is_on_duty_is_said_to_all_and_changes_hands(
    driver: Page, context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    somebody(newsroom, "Bo Berg")
    duty = driver.get_by_role("group", name="On duty")
    expect(duty).to_have_text("On duty: nobodyHand over")  # the operator is no person who could take over
    shown = duty.get_by_role("button").element_handle()
    newsroom.publish(story, "The story is read again.")
    expect(entry(driver, "The story is read again.")).to_have_count(1)
    assert shown.evaluate("each => each.isConnected")  # nothing has changed under a pointer
    page = open_as(context, newsroom, somebody(newsroom, "Ada Lind"))
    choose(page, story)
    own = page.get_by_role("group", name="On duty")
    own.get_by_role("button", name="Take over").click()
    said = re.compile(r"^On duty: Ada Lind since \d\d:\d\d")
    expect(own).to_have_text(said)
    expect(duty).to_have_text(said)
    duty.get_by_role("button", name="Hand over").click()
    driver.select_option("#ask [name=person]", label="Bo Berg")
    answer(driver, "Hand over")
    expect(own).to_contain_text("On duty: Bo Berg")
    expect(own.get_by_role("button")).to_have_text(["Take over"])


def test_an_editor_freezes_their_story_and_thaws_it(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    page = open_as(context, newsroom, somebody(newsroom, "Ed Moss", "editor"))
    choose(page, story)
    page.click("#story-more summary")
    page.click("[data-story=freeze]")
    answer(page, "Freeze this story")
    expect(page.locator("#closed")).to_have_text(re.compile("until it is thawed"))
    page.click("[data-story=freeze]")
    answer(page, "Thaw this story")
    expect(page.locator("#closed")).to_be_hidden()
    newsroom.client.post("/v1/newsroom/freeze", json={"story": story["id"], "frozen": True})
    expect(page.locator("#closed")).to_be_visible()
    expect(page.locator("[data-story=freeze]")).to_have_count(0)
    newsroom.client.post("/v1/newsroom/freeze", json={"story": story["id"], "frozen": False})


def test_the_publisher_and_the_event_of_a_story_are_set_changed_and_taken_away(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    def state() -> dict[str, Any]:
        read: dict[str, Any] = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}").json()
        return {name: read[name] for name in ("publisher", "about")}

    def change(**fields: str) -> None:
        driver.click("[data-story=details]")
        for name, value in fields.items():
            driver.fill(f"#ask [name={name}]", value)
        answer(driver, "Save")

    change(event_place="Lisbon")
    expect(driver.locator("#ask .general")).to_have_text("Give it a name, too.")
    driver.keyboard.press("Escape")
    change(publisher="The Harbour Post", event="Election night", event_place="Lisbon", event_start="2026-11-03T20:00")
    expect(driver.locator("#ask")).to_be_hidden()
    about = {"name": "Election night", "place": "Lisbon", "start": "2026-11-03T20:00:00.000Z"}
    assert state() == {"publisher": {"name": "The Harbour Post", "url": None, "logo": None}, "about": about}
    change(event_place="Porto", publisher="")
    expect(driver.locator("#ask")).to_be_hidden()
    assert state() == {"publisher": None, "about": about | {"place": "Porto"}}
