"""A tab of Chromium or Firefox, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Page

from tests.browser.engines.firefox import is_of_a_script
from tests.browser.engines.playwright_browser import playwright_browser
from tests.browser.engines.tabs import FOUND, Tab
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS


class PlaywrightTab(Tab):
    """The tab over one page of Playwright's."""

    def __init__(self, engine: str, page: Page) -> None:
        super().__init__()
        self.engine = engine
        self._page = page
        page.on("pageerror", lambda error: self.complaints.append(str(error)) if is_of_a_script(error) else None)
        page.on("console", self._hear)

    def open(self, address: str) -> None:
        self._page.goto(address, wait_until="domcontentloaded")

    def run(self, function: str, *arguments: Any) -> Any:
        return self._page.evaluate(f"(given) => ({function})(...given)", arguments)

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)

    def press(self, chord: str) -> None:
        self._page.keyboard.press(chord)

    def resize(self, width: int, height: int) -> None:
        self._page.set_viewport_size({"width": width, "height": height})

    def save_screenshot(self, path: Path) -> None:
        self._page.screenshot(path=path)

    def close(self) -> None:
        self._page.context.close()

    def _try_click(self, css: str, words: str) -> bool:
        found = self._page.evaluate_handle(f"(given) => ({FOUND})(...given)", [css, words]).as_element()
        if found is None:
            return False
        try:
            found.click(timeout=PATIENCE_MILLISECONDS)
        except Error:  # it has gone, or is covered for good
            return False
        return True

    def _hear(self, said: ConsoleMessage) -> None:
        if "Content Security" in said.text or "Content-Security" in said.text:
            self.complaints.append(said.text)


@contextmanager
def playwright_tab(engine: str) -> Iterator[PlaywrightTab]:
    """Start Chromium or Firefox with one tab, and end it."""
    with playwright_browser(engine) as browser:
        tab = PlaywrightTab(engine, browser.new_page())
        yield tab
        tab.close()
