"""The reader's page in Chromium: opened, attached, and reduced to what it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Frame, Page

from tests.browser.newsroom_server import PATIENCE_MILLISECONDS

Open = Callable[..., Page]
LIVE = '[data-connection="live"]'
DRAWN = """() => {
  const tidy = (node) => node.nodeType === Node.TEXT_NODE ? node.textContent.replace(/\\s+/g, " ").trim()
    : [node.tagName, Object.fromEntries([...node.attributes].map(({ name, value }) => [name, value]).sort()),
       [...node.childNodes].map(tidy).filter((part) => part !== "")];
  return [...document.querySelectorAll(".story, #timeline > article")].map((part) => {
    const drawn = part.cloneNode(true);
    drawn.normalize();
    drawn.classList.remove("is-new");
    const ofScripts = ".embed-choice, .embed-always, .share, .enlarge, .ago, .read-to";
    for (const own of drawn.querySelectorAll(ofScripts)) own.remove();
    return tidy(drawn);
  });
}"""
"""The story's header and its entries as trees that are equal if they say and mean the same."""

SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      shifts.push([value, sources.map(({ node, previousRect: a, currentRect: b }) =>
        `${node?.nodeName}.${node?.className ?? node?.parentNode?.outerHTML.slice(0, 60)}: ${a.y} to ${b.y}`)]);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""
"""Collects what has moved on the screen, as a browser counts it for Cumulative Layout Shift."""

SOON = """
  const later = window.setTimeout;
  window.setTimeout = (run, delay, ...given) => later(run, delay === 5000 ? 50 : delay, ...given);
"""
"""Tries what a page tries again after five seconds sooner."""

PRESS_OLDER = "document.getElementById('older').click()"
"""Asks for older entries without scrolling: a click with the pointer scrolls there first, which may load them, too."""

STAYS_ONCE_ENDED = "Math.random = () => 0.999;"
"""Keeps the connection of a story that ends as long as one may stay: a page leaves at a moment it draws, then polls."""

TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def attached(page: Page) -> Page:
    """Wait until updates arrive on the page, and it does all that it does."""
    page.wait_for_selector(LIVE)
    page.wait_for_selector("[data-reading]")
    return page


def until(page: Page | Frame, script: str, arg: Any = None) -> None:
    """Wait until a function answers true on the page, whose policy lets Playwright's own waiting evaluate nothing."""
    deadline = time.monotonic() + PATIENCE_MILLISECONDS / 1000
    while not page.evaluate(script, arg):
        assert time.monotonic() < deadline, f"never: {script}"
        page.wait_for_timeout(30)  # between two looks
