"""Chromium or Firefox, as it is installed, started for Playwright and ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.engines.firefox import launch_firefox
from tests.browser.newsroom_server import FLAGS, find_chromium


@contextmanager
def playwright_browser(engine: str) -> Iterator[Browser]:
    """Run Playwright with `chromium` or `firefox` until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        if engine == "firefox":
            # Firefox may tell of a page's request after the page: Playwright then waits for a navigation that is over.
            patch.setenv("PLAYWRIGHT_SKIP_NAVIGATION_CHECK", "1")
        with sync_playwright() as playwright:
            if engine == "firefox":
                browser = launch_firefox(playwright)
            else:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            yield browser
            browser.close()
