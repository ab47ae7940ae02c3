"""Sites on the newsroom's page: made, changed and deleted by an admin, and chosen for a story and for a person."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.newsroom_page import somebody
from tests.browser.newsroom_server import Newsroom
from tests.waiting import await_true

pytestmark = pytest.mark.slow

SITES = "/v1/newsroom/sites"


def _open_sites(driver: Page) -> None:
    driver.click("[data-story=sites]")
    expect(driver.locator("#show h2")).to_have_text("Sites")


def test_an_admin_makes_a_site_and_gives_it_a_story(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    driver.click("#story-edit")
    expect(driver.locator("#ask [name=title]")).to_have_value(story["title"])
    expect(driver.locator("#ask [name=site]")).to_have_count(0)  # with one site there is nothing to choose
    driver.keyboard.press("Escape")
    _open_sites(driver)
    driver.get_by_role("button", name="New site").click()
    for name, value in (("slug", "evening"), ("name", "The Evening Post"), ("url", "https://evening.example")):
        driver.fill(f"#ask [name={name}]", value)
    driver.fill("#ask [name=hosts]", "https://evening.example")
    driver.click("#ask .primary")
    expect(driver.locator("#wrong-hosts")).to_contain_text("must be a host")
    driver.fill("#ask [name=hosts]", "Live.Evening.Example.\nevening.example")
    driver.click("#ask .primary")
    made = driver.locator("#show [data-site=evening]")
    expect(made).to_contain_text("evening · live.evening.example · evening.example")
    expect(driver.locator("#show [data-site=default] button")).to_have_count(0)
    made.get_by_role("button", name="Change").click()
    driver.select_option("#ask [name=framing]", "named")
    driver.fill("#ask [name=frame_ancestors]", "self")
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    site = newsroom.client.get(f"{SITES}/evening").json()
    assert (site["frame_ancestors"], site["version"]) == (["'self'"], 2)
    driver.locator("#show .close").click()
    driver.click("#story-edit")
    driver.select_option("#ask [name=site]", label="The Evening Post")
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    moved = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}").json()
    assert moved["site"] == "evening"
    _open_sites(driver)
    driver.locator("#show [data-site=evening]").get_by_role("button", name="Delete").click()
    driver.click("#ask .primary")
    expect(driver.locator("#ask .general")).to_contain_text("Stories belong to it")
    newsroom.edit_story(story, site="default")
    driver.click("#ask .primary")
    expect(driver.locator("#show [data-site=evening]")).to_have_count(0)
    assert newsroom.client.get(f"{SITES}/evening").status_code == 404


def test_a_list_that_is_closed_while_it_is_read_anew_stays_closed(driver: Page, newsroom: Newsroom) -> None:
    draft = {"slug": "noon", "name": "The Noon Post", "url": "https://noon.example"}
    assert newsroom.client.post(SITES, json=draft).is_success
    _open_sites(driver)
    driver.locator("#show [data-site=noon]").get_by_role("button", name="Delete").click()
    held: list[Route] = []
    driver.route(f"**{SITES}", lambda route: held.append(route))  # a bound method cannot be registered
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    driver.click("#show .close")
    await_true(lambda: driver.evaluate("1") and held, or_say=lambda: "it was not read again")
    with driver.expect_response(f"**{SITES}"):
        held[0].continue_()
    driver.evaluate("new Promise((resolve) => setTimeout(resolve, 300))")  # whoever waited for the answer has gone on
    expect(driver.locator("dialog[open]")).to_have_count(0)


def test_a_person_is_given_a_role_in_one_site_alone(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    draft = {"slug": "morning", "name": "The Morning Post", "url": "https://morning.example"}
    assert newsroom.client.post(SITES, json=draft).is_success
    person = somebody(newsroom, "Mo")
    driver.click("[data-story=people]")
    group = driver.locator(f'#show [data-person="{person}"]')
    group.locator("summary").click()
    group.get_by_role("button", name="Change").click()
    driver.fill("#ask [name=sites]", "morning: editor")
    driver.click("#ask .primary")
    expect(group.locator("summary")).to_have_text("Mo, morning: editor")
    people = newsroom.client.get("/v1/newsroom/people").json()["items"]
    assert next(each["sites"] for each in people if each["id"] == person) == {"morning": "editor"}
    group.get_by_role("button", name="Change").click()
    driver.fill("#ask [name=sites]", "")
    driver.click("#ask .primary")
    expect(group.locator("summary")).to_have_text("Mo, editor")
    assert newsroom.client.delete(f"{SITES}/morning").is_success
