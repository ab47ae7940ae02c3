"""One tab of one browser, the same for every engine: what is done is real input, what is asked is the page's state."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from tests.browser.newsroom_server import PATIENCE_MILLISECONDS

PATIENCE_SECONDS = PATIENCE_MILLISECONDS / 1000
FOUND = """(css, words) => [...document.querySelectorAll(css)]
  .find((node) => node.checkVisibility() && node.textContent.includes(words)) ?? null"""
"""The first element in sight that a selector matches and that has the words in it."""

FORGOTTEN = """async () => {
  localStorage.clear();
  sessionStorage.clear();
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
  for (const name of await caches.keys()) await caches.delete(name);
  for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
}"""
TEXTS = "(css) => [...document.querySelectorAll(css)].map((each) => each.textContent.trim())"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


class Tab(ABC):
    """A tab. Functions are JavaScript, `(a, b) => …`; their arguments and answers travel as JSON."""

    engine: str

    def __init__(self) -> None:
        self.complaints: list[str] = []
        """Scripts that failed, and what a page's own policy kept it from doing."""

    @abstractmethod
    def open(self, address: str) -> None:
        """Open an address, and wait until its HTML has been read."""

    @abstractmethod
    def run(self, function: str, *arguments: Any) -> Any:
        """Call a function on the page, and return its answer, once that is there."""

    @abstractmethod
    def type(self, text: str) -> None:
        """Type a text, key by key, where the focus is."""

    @abstractmethod
    def press(self, chord: str) -> None:
        """Press a key, or several together: `Control+Enter`."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Make the page that large, or as small as the engine's window gets."""

    @abstractmethod
    def save_screenshot(self, path: Path) -> None:
        """Save a picture of what is in sight."""

    @abstractmethod
    def close(self) -> None:
        """End the browser."""

    @abstractmethod
    def _try_click(self, css: str, words: str) -> bool:
        """Move the pointer to the element and press; return false where it is not there, or something covers it."""

    def click(self, css: str, words: str = "") -> None:
        """Click on the first element in sight that has the words in it, as soon as it can be clicked on."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._try_click(css, words):
            assert time.monotonic() < deadline, f"{self.engine} never could click on {css} {words}"
            time.sleep(0.03)  # between two looks

    def fill(self, css: str, text: str) -> None:
        """Type a text into a field instead of what is in it."""
        self.click(css)
        self.press("Control+a")
        self.type(text)

    def until(self, function: str, *arguments: Any) -> None:
        """Wait until a function answers true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answer(function, *arguments):
            assert time.monotonic() < deadline, f"{self.engine} never: {function} {arguments}, {self.complaints}"
            time.sleep(0.03)  # between two looks

    def _answer(self, function: str, *arguments: Any) -> Any:
        """Run a function that may be asked while the page is left: then the answer is None."""
        return self.run(function, *arguments)

    def until_seen(self, css: str, words: str = "") -> None:
        """Wait until an element with the words in it is in sight."""
        self.until(f"(...given) => ({FOUND})(...given) !== null", css, words)

    def until_gone(self, css: str, words: str = "") -> None:
        """Wait until no element with the words in it is in sight."""
        self.until(f"(...given) => ({FOUND})(...given) === null", css, words)

    def texts(self, css: str) -> list[str]:
        """List the texts of all that a selector matches."""
        found: list[str] = self.run(TEXTS, css)
        return found

    def settle(self) -> None:
        """Wait until two frames have been drawn."""
        assert self.run(TWO_FRAMES)

    def forget(self, site: str) -> None:
        """Empty what the browser keeps of a site, and leave the page."""
        self.open(f"{site}/static/reader.css")
        self.run(FORGOTTEN)
        self.open("about:blank")
