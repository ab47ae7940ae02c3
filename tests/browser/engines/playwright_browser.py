"""Chromium or Firefox, as it is installed, started for Playwright and ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect, sync_playwright

from tests.browser.engines.chromium import chromium_options
from tests.browser.engines.firefox import launch_firefox
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS

log = logging.getLogger(__name__)

CLOSE_SECONDS = 30.0
"""What a browser takes on a machine that does five things at once, several times over."""


@contextmanager
def playwright_browser(engine: str) -> Iterator[Browser]:
    """Run Playwright with `chromium` or `firefox` until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        if engine == "firefox":
            # Firefox may tell of a page's request after the page: Playwright then waits for a navigation that is over.
            patch.setenv("PLAYWRIGHT_SKIP_NAVIGATION_CHECK", "1")
        close_in_time(patch, BrowserContext)
        close_in_time(patch, Browser)
        with sync_playwright() as playwright:
            if engine == "firefox":
                browser = launch_firefox(playwright)
            else:
                with chromium_options() as options:
                    browser = playwright.chromium.launch(**options)
            expect.set_options(timeout=PATIENCE_MILLISECONDS)
            yield browser
            browser.close()


class KeptBrowser:
    """A browser that is started when it is asked for and kept from then on; a thread can run only one."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._running = ExitStack()
        self._browser: Browser | None = None

    def __enter__(self) -> KeptBrowser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def browser(self) -> Browser:
        """Return the browser; another one if it has crashed, or has a context that was not closed."""
        if self._browser is not None and not self._is_as_new(self._browser):
            self.close()
        if self._browser is None:
            self._browser = self._running.enter_context(playwright_browser(self._engine))
        return self._browser

    def close(self) -> None:
        """End the browser, if it runs."""
        self._browser = None
        try:
            self._running.close()
        except Error:  # of one that has crashed
            log.warning("the browser could not be closed", exc_info=True)

    def _is_as_new(self, browser: Browser) -> bool:
        try:
            browser.new_context().close()  # which only one that runs can do
        except Error:
            return False
        return not browser.contexts


def close_in_time(patch: pytest.MonkeyPatch, kind: type[BrowserContext] | type[Browser]) -> None:
    """Leave what is not closed within `CLOSE_SECONDS` to the end of the browser's process.

    Chromium may never answer `Target.disposeBrowserContext` and goes on with all else. Playwright waits without a limit
    for it, after all that the test asserts.
    """

    def close(self: Any, reason: str | None = None) -> None:
        try:
            self._sync(asyncio.wait_for(self._impl_obj.close(reason=reason), CLOSE_SECONDS))
        except TimeoutError:
            log.warning("a %s was not closed within %s s", kind.__name__, CLOSE_SECONDS)

    patch.setattr(kind, "close", close)
