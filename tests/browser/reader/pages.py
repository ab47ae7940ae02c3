"""The reader's page in Chromium: opened, attached, and reduced to what it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

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
    for (const button of drawn.querySelectorAll(".play")) button.remove();
    return tidy(drawn);
  });
}"""
"""The story's header and its entries as trees that are equal if they say and mean the same."""

SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      shifts.push([value, sources.map(({ node, previousRect: a, currentRect: b }) =>
        `${node?.nodeName}.${node?.className}: ${a.y} to ${b.y}`)]);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""
"""Collects what has moved on the screen, as a browser counts it for Cumulative Layout Shift."""

TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def attached(page: Page) -> Page:
    """Wait until updates arrive on the page."""
    page.wait_for_selector(LIVE)
    return page


def until(page: Page, script: str, arg: Any = None) -> None:
    """Wait until a function answers true on the page, whose policy lets Playwright's own waiting evaluate nothing."""
    deadline = time.monotonic() + PATIENCE_MILLISECONDS / 1000
    while not page.evaluate(script, arg):
        assert time.monotonic() < deadline, f"never: {script}"
        page.wait_for_timeout(30)  # between two looks
