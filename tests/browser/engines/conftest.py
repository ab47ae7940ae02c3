"""One tab of each engine per module; no script of a page may fail in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.engines.playwright_tab import playwright_tab
from tests.browser.engines.tabs import Tab
from tests.browser.engines.webkit import webkit_tab
from tests.browser.newsroom_server import Newsroom

ENGINES = ("chromium", "firefox", "webkit")


@pytest.fixture(scope="module", params=ENGINES)
def browser_tab(request: pytest.FixtureRequest) -> Iterator[Tab]:
    """The one tab of a browser."""
    with webkit_tab() if request.param == "webkit" else playwright_tab(request.param) as tab:
        yield tab


@pytest.fixture
def tab(browser_tab: Tab, newsroom: Newsroom) -> Iterator[Tab]:
    """That tab at a desk, without anything of the test before; at the end nothing may have gone wrong in it."""
    browser_tab.resize(1100, 800)
    yield browser_tab
    browser_tab.forget(newsroom.url)
    complaints, browser_tab.complaints = browser_tab.complaints, []
    assert complaints == []
