"""Actions on the newsroom's page, done as a person of the newsroom does them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.newsroom_server import Newsroom

PHONE: ViewportSize = {"width": 360, "height": 740}


def sign_in(page: Page, newsroom: Newsroom) -> None:
    """Come in with the administrator's token."""
    page.goto(f"{newsroom.url}/newsroom")
    page.fill("#token", newsroom.token)
    page.click("#sign-in button")
    page.wait_for_selector("#list")


@contextmanager
def signed_in(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The page of the administrator, who has chosen a story and opened what is folded away. No script may fail."""
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, newsroom)
    choose(page, story)
    page.click("#story-more summary")
    page.click("#site-more summary")
    yield page
    assert errors == []


def choose(page: Page, story: dict[str, Any]) -> None:
    """Choose a story, and wait until it is shown."""
    page.select_option("#story", story["id"])
    expect(page.locator("#story-page")).to_have_attribute("href", f"/stories/{story['slug']}")


def somebody(newsroom: Newsroom, name: str, role: str = "reporter") -> str:
    """The id of somebody new."""
    answer = newsroom.client.post("/v1/newsroom/people", json={"name": name, "role": role})
    assert answer.is_success, answer.text
    ident: str = answer.json()["id"]
    return ident


def open_as(context: BrowserContext, newsroom: Newsroom, person: str) -> Page:
    """The page of somebody who has opened their invitation."""
    invite = newsroom.client.post("/v1/newsroom/invites", json={"person": person})
    assert invite.is_success, invite.text
    page = context.new_page()
    page.goto(invite.json()["url"])
    page.wait_for_selector("#list")
    return page


def item(page: Page, text: str) -> Locator:
    """The entry of the list that says so."""
    return page.locator(".item", has_text=text)


def press(page: Page, text: str, action: str) -> None:
    """Press a button of an entry, wherever it is folded away."""
    button = item(page, text).locator(f'[data-action="{action}"]')
    expect(button).to_have_count(1)
    if not button.is_visible():
        item(page, text).locator(".seldom > summary").click()
    button.click()
