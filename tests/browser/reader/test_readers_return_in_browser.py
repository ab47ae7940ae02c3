"""Readers in Chromium come back to a server that was away: by a socket, and soon."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.server import make_story, serving
from tests.figures import Figures

FOLLOW = """async ({ story, count }) => {
  const { follow } = await import("/static/client.js");
  window.changes = { began: performance.now(), firstAnswerAt: null };
  window.readers = Array.from({ length: count }, () => follow({
    story,
    origin: location.origin,
    onUpdate() {},
    onConnection(connection) { if (connection === "live") changes.firstAnswerAt ??= performance.now(); },
  }));
  for (const reader of readers) reader.start();
}"""
SOCKETS = 'readers.filter((reader) => reader.transport === "websocket").length'
RETURNED = f"""(seconds) => {{
  const sockets = {SOCKETS};
  const ms = changes.firstAnswerAt === null ? 0 : performance.now() - changes.firstAnswerAt;
  const isOver = ms >= 1_000 * seconds || (changes.firstAnswerAt !== null && sockets >= 0.95 * readers.length);
  return isOver && {{ sockets, ms: Math.round(ms) }};
}}"""


@pytest.mark.slow
@pytest.mark.parametrize("way", ["SIGTERM", "SIGKILL"])
def test_readers_in_one_page_are_on_a_socket_soon_after_the_first_answer(
    browser: Browser, sqlite_url: str, tmp_path: Path, figures: Figures, way: str
) -> None:
    count = figures.choose(suite=100, prove=100)
    away_seconds = figures.choose(suite=8, prove=60)
    # The bar is 15 seconds, on a machine of one's own; whoever is late for good is so for minutes.
    seconds = figures.choose(suite=45, prove=15)
    with serving(sqlite_url, tmp_path) as server, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{server.url}/static/icon.svg")
        page.evaluate(FOLLOW, {"story": make_story(server), "count": count})
        page.wait_for_function(f"{SOCKETS} === {count}", timeout=60_000)
        if way == "SIGTERM":
            assert server.stop() == 0
        else:
            server.kill()
        page.evaluate("changes.firstAnswerAt = null")
        time.sleep(away_seconds)  # how long it is away is what is tried
        server.start()
        returned: dict[str, Any] = page.wait_for_function(RETURNED, arg=seconds, timeout=90_000).json_value()
        assert returned["sockets"] >= 0.95 * count, returned
