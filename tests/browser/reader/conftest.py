"""Opens readers' pages, each in a context of its own, and fails for whatever a page complains of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.engines.firefox import is_of_a_script
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, PICTURE
from tests.browser.reader.pages import Open


@pytest.fixture
def trouble() -> list[str]:
    """What a page complained of: scripts that failed, and what its own policy kept it from doing."""
    return []


@pytest.fixture
def open_page(browser: Browser, trouble: list[str]) -> Iterator[Open]:
    """Opens an address, before which `before_page_scripts` is run in every document."""
    contexts: list[BrowserContext] = []

    def open_at(address: str, *, before_page_scripts: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 900, "height": 700}} | options)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.route("https://*/**", lambda route: route.fulfill(content_type="image/svg+xml", body=PICTURE))
        if before_page_scripts:
            context.add_init_script(before_page_scripts)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)) if is_of_a_script(error) else None)
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.on("console", lambda said: trouble.append(said.text) if "Content Security" in said.text else None)
        page.goto(address, wait_until="domcontentloaded")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert trouble == []
