"""The API's page, as somebody uses it who tries the API out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.newsroom_server import Newsroom

pytestmark = pytest.mark.slow  # swagger-ui draws every operation there is

LARGE: ViewportSize = {"width": 1440, "height": 900}


def authorize(page: Page, token: str) -> None:
    """Give the page a token, in the dialogue that it has for that."""
    page.get_by_role("button", name="Authorize").first.click()
    scheme = page.locator(".auth-container").filter(has=page.get_by_role("heading", name=re.compile(r"^token\b")))
    scheme.get_by_role("textbox").fill(token)
    scheme.get_by_role("button", name="Apply credentials").click()
    expect(scheme.get_by_role("button", name="Remove authorization")).to_be_visible()
    scheme.get_by_role("button", name="Close").click()


def execute(page: Page, operation_id: str) -> Locator:
    """Try an operation out as it stands; return where the status of the answer is shown."""
    block = page.locator(f".opblock[id$='-{operation_id}']")
    button = block.get_by_role("button", name="Execute")
    if button.count() == 0:
        block.locator(".opblock-summary-control").click()
    button.click()
    return block.locator(".live-responses-table .response-col_status").last


def test_who_authorizes_on_the_api_page_is_let_in(context: BrowserContext, newsroom: Newsroom) -> None:
    page = context.new_page()
    page.set_viewport_size(LARGE)
    newsroom.client.get("/openapi.json").raise_for_status()  # made when it is asked for first, and kept for the page
    page.goto(f"{newsroom.url}/docs")
    page.wait_for_selector(".opblock")
    expect(execute(page, "read_me")).to_contain_text("401")
    authorize(page, newsroom.token)
    expect(execute(page, "read_me")).to_contain_text("200")
    expect(execute(page, "create_story")).to_contain_text("201")
