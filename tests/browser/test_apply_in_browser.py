"""The law of the log in a browser: whatever breaks on the way, a page holds exactly what a fresh reader sees.

Chromium runs the reader's own `follow()` over its own WebSockets, which it offers to have compressed, its event streams
and its fetches, while a random history happens to the story, sockets are closed and the network goes away.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright

from liveblog_client.apply import bound_of
from tests.browser.engines.chromium import chromium_options
from tests.e2e.histories import History
from tests.e2e.operations import OPERATIONS
from tests.e2e.readers import fresh_state, held_state, reading_client
from tests.e2e.server import ADMIN_TOKEN, Server, serving
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES

Json = dict[str, Any]
AT_ONCE = 3
THE_END = "The end"
HISTORY_SECONDS = 60
TRANSPORTS = ["websocket", "websocket", "websocket", "sse", "poll"]

FOLLOW = """async ({ story, habits, end }) => {
  const { follow, browserEnvironment } = await import("/static/client.js");
  const get = async (path) => (await fetch(`/v1/stories/${story}${path}`, { cache: "no-store" })).json();

  async function begun(size) {
    for (;;) {
      const [state, { head, ...timeline }] = [await get(""), await get(`/entries?limit=${size}`)];
      if (head === state.head) return { ...state, timeline };
    }
  }

  async function read({ transport, pageSize }) {
    const reader = { sockets: new Set(), extensions: [], connection: "" };
    const changed = () => reader.done?.();
    class Socket extends WebSocket {
      constructor(url) {
        super(url);
        reader.sockets.add(this);
        this.addEventListener("open", () => reader.extensions.push(this.extensions));
        this.addEventListener("close", () => reader.sockets.delete(this));
      }
    }
    const env = { ...browserEnvironment(), random: () => Math.random() / 10, WebSocket: Socket };
    if (transport !== "websocket") env.WebSocket = undefined;
    if (transport === "poll") env.EventSource = undefined;
    reader.follower = follow({
      story,
      state: pageSize === null ? null : await begun(pageSize),
      origin: location.origin,
      env,
      onUpdate: changed,
      onConnection(connection) {
        reader.connection = connection;
        changed();
      },
    });
    reader.isDone = () => /live|ended/.test(reader.connection) && reader.follower.state?.title === end;
    reader.follower.start();
    return reader;
  }

  window.readers = await Promise.all(habits.map(read));
}"""

CUT = "(number) => { for (const socket of readers[number].sockets) socket.close(); }"
OLDER = "(number) => readers[number].follower.loadOlder().catch(() => false)"
SETTLED = """async () => {
  // While a story has ended, a page asks every half minute, unless the network comes back.
  const hurry = () => readers.some((reader) => !reader.isDone() && reader.connection === "ended");
  const hurrying = setInterval(() => { if (hurry()) window.dispatchEvent(new Event("online")); }, 300);
  await Promise.all(readers.map((reader) => new Promise((resolve) => {
    reader.done = () => { if (reader.isDone()) resolve(); };
    reader.done();
  })));
  clearInterval(hurrying);
}"""
HELD = """async ({ number, whole }) => {
  const { follower, extensions } = readers[number];
  while (whole && await follower.loadOlder());
  follower.stop();
  return { state: follower.state, extensions };
}"""


@dataclass(frozen=True, slots=True)
class Habit:
    """How one reader in a page reads; the words are those of tests/e2e/readers.py."""

    transport: str
    page_size: int | None
    whole: bool

    def in_page(self) -> Json:
        """The same, for the script."""
        return {"transport": self.transport, "pageSize": self.page_size}


async def test_pages_hold_what_a_fresh_reader_sees_whatever_breaks_on_the_way(
    anyio_backend: str, sqlite_url: str, tmp_path: Path, figures: Figures
) -> None:
    histories = figures.choose(quick=3, suite=6, prove=200)
    gate = asyncio.Semaphore(AT_ONCE)
    held: list[Json] = []
    with serving(sqlite_url, tmp_path, HEARTBEAT_SECONDS="1") as server:
        async with async_playwright() as playwright:
            with chromium_options() as options:
                browser = await playwright.chromium.launch(**options)

            async def run(seed: int) -> None:
                async with gate, asyncio.timeout(HISTORY_SECONDS):
                    held.extend(await _live_through(server, browser, seed))

            async with asyncio.TaskGroup() as group:
                for seed in range(histories):
                    group.create_task(run(seed))
            await browser.close()
    assert any(len(reader["extensions"]) > 1 for reader in held), "no WebSocket was lost"
    agreed = {extensions for reader in held for extensions in reader["extensions"]}
    assert agreed == {"permessage-deflate; server_no_context_takeover; client_no_context_takeover"}


async def _live_through(server: Server, browser: Browser, seed: int) -> list[Json]:
    """One history with a page of readers; what each of them held at the end, which was right."""
    chance = random.Random(seed)
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    trouble: list[str] = []
    async with (
        httpx.AsyncClient(
            base_url=server.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=40
        ) as driver,
        reading_client(server.url) as client,
        await browser.new_context() as context,
    ):
        history = History(driver, chance, OPERATIONS)
        await history.begin()
        page = await context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        await page.goto(f"{server.url}/static/icon.svg")
        habits = [_habit(chance, transport) for transport in TRANSPORTS]
        asked = {"story": history.story_id, "habits": [habit.in_page() for habit in habits], "end": THE_END}
        await page.evaluate(FOLLOW, asked)
        for _ in range(chance.randrange(10, 40)):
            await history.step()
            await _disturb(page, chance, readers=len(habits))
        await context.set_offline(False)
        await history.end(THE_END)
        await page.evaluate(SETTLED)
        held = []
        for number, habit in enumerate(habits):
            held.append(await page.evaluate(HELD, {"number": number, "whole": habit.whole}))
            state = held[-1]["state"]
            bound = bound_of(state["timeline"])
            fresh = await fresh_state(client, history.story_id, body="html", bound=bound)
            assert held_state(state) == fresh, f"history {seed}, {habit}: {history.done}"
    assert trouble == []
    return held


async def _disturb(page: Page, chance: random.Random, *, readers: int) -> None:
    """Break something, mend something, or load what is older."""
    roll = chance.random()
    if roll < 0.1:
        await page.context.set_offline(True)
    elif roll < 0.3:
        await page.context.set_offline(False)
    elif roll < 0.5:
        await page.evaluate(CUT, chance.randrange(readers))
    elif roll < 0.6:
        await page.evaluate(OLDER, chance.randrange(readers))


def _habit(chance: random.Random, transport: str) -> Habit:
    return Habit(transport, page_size=chance.choice([None, 20, 5, 2]), whole=chance.random() < 0.5)
