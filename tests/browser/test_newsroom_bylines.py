"""Bylines on the newsroom's page: who posted stands beside them, and where only one's own is allowed, that is said."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.newsroom_page import choose, item, open_as, press, somebody
from tests.browser.newsroom_roles import text_field
from tests.browser.newsroom_server import Newsroom

pytestmark = pytest.mark.slow


def _write(page: Page, text: str, authors: str) -> None:
    text_field(page).fill(text)
    details = page.locator("details", has=page.locator("[name=authors]"))
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    page.fill("[name=authors]", authors)
    page.click("#publish")


def test_who_posted_stands_beside_the_byline_in_the_list_the_versions_and_the_search(
    context: BrowserContext, driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    reporter = open_as(context, newsroom, somebody(newsroom, "Ada Lind"))
    choose(reporter, story)
    expect(reporter.locator("#byline-rule")).to_be_hidden()
    _write(reporter, "Polls have closed in Porto.", "The Prime Minister")
    line = "The Prime Minister · posted by Ada Lind"
    expect(item(reporter, "Porto").locator(".byline")).to_have_text(line)
    expect(item(driver, "Porto").locator(".byline")).to_have_text(line)
    newsroom.publish(story, "Counted in Faro.", authors=[])
    expect(item(driver, "Faro").locator(".byline")).to_have_text("No byline · posted by the operator")
    entry = newsroom.client.get(f"/v1/stories/{story['id']}/entries").json()["items"][1]
    newsroom.edit({"story": story["id"], **entry}, text="Polls have closed in all of Porto.", authors=[])
    press(driver, "all of Porto", "versions")
    edited, made = driver.locator("#show .version").nth(0), driver.locator("#show .version").nth(1)
    for version, who, byline in ((edited, "the operator", "none"), (made, "Ada Lind", "The Prime Minister")):
        expect(version).to_contain_text(f"by {who}")
        expect(version).to_contain_text(f"Byline: {byline}")
    driver.click("#show .close")
    driver.fill("#search [name=words]", "Porto")
    driver.click("#search button")
    expect(driver.locator("#show .found .byline").first).to_have_text("No byline · posted by Ada Lind")


def test_where_bylines_are_ones_own_the_page_says_so_before_and_the_server_why(
    context: BrowserContext, driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    reporter = open_as(context, newsroom, somebody(newsroom, "Bo Berg"))
    choose(reporter, story)
    driver.click("#story-edit")
    driver.check("#ask [name=own_bylines]")
    driver.click("#ask [value=yes]")
    expect(driver.locator("#ask")).to_be_hidden()
    rule = reporter.locator("#byline-rule")
    expect(rule).to_have_text("Byline here: your own only, Bo Berg. An editor can set another.")
    expect(reporter.locator("[name=authors]")).to_have_attribute("aria-describedby", "byline-rule")
    expect(driver.locator("#byline-rule")).to_be_hidden()
    _write(reporter, "Polls have closed in Porto.", "The Prime Minister")
    refused = reporter.locator("#waiting .problem")
    expect(refused).to_contain_text("Reporters write under their own name here")
    expect(refused).to_contain_text("name Bo Berg")
    reporter.click('#waiting [data-choice="again"]')
    expect(reporter.locator("[name=authors]")).to_have_value("The Prime Minister")
    reporter.fill("[name=authors]", "Bo Berg, reporter, Porto")
    reporter.click("#publish")
    expect(item(driver, "Porto").locator(".byline")).to_have_text("Bo Berg · posted by Bo Berg")
    _write(driver, "Counted in Faro.", "The Prime Minister")
    expect(item(driver, "Faro").locator(".byline")).to_have_text("The Prime Minister · posted by the operator")
