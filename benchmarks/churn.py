"""Readers that connect and disconnect at random under steady posts: no event may be missing, and nothing may leak."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

import uvloop

from benchmarks.connections import await_connections
from benchmarks.figures import Figure, Table
from benchmarks.machine import open_descriptors
from benchmarks.readers import Audience, Reader, upgrade_request
from benchmarks.requests import live_path, post_entry
from benchmarks.servers import Running, liveblog
from benchmarks.steady import post_steadily

SEED = 20_261_103
PER_SECOND = 20.0
CHANGE_SECONDS = 0.005
MOST = 300
LOOK_EVERY = 100


class ChurningReader(Reader):
    """A reader that counts events whose number does not follow the one before. `after` is the cursor it begins at.

    Every post makes an entry of its own, so that numbers follow one another even while it catches up.
    """

    def __init__(self, audience: Audience, after: bytes) -> None:
        super().__init__(audience)
        self.cursor = after
        self.gaps = 0
        self._last = _seq(after) if after else None

    def request(self) -> bytes:
        path = self._audience.path + (f"?after={self.cursor.decode()}" if self.cursor else "")
        return upgrade_request(path)

    def take(self, data: bytes, start: int, length: int) -> None:
        super().take(data, start, length)
        message = data[start : start + length]
        if not message.startswith((b'{"type":"entry.', b'{"type":"caught_up"')):
            return
        self.cursor = message.partition(b'"cursor":"')[2].partition(b'"')[0]
        seq = _seq(self.cursor)
        expected = seq if self._last is None else self._last + message.startswith(b'{"type":"entry.')
        self.gaps += seq != expected
        self._last = seq


class _Connections:
    """The connected readers, and the last events of those that disconnected."""

    def __init__(self, server: Running, story: str) -> None:
        self._audience = Audience(server.port, live_path(story))
        self._server = server
        self._there: list[ChurningReader] = []
        self._random = random.Random(SEED)
        self.joins = self.gaps = 0
        self._left_at = b""
        self.looks: list[tuple[float, int]] = []

    @property
    def events(self) -> int:
        return self._audience.events

    async def churn(self, seconds: float) -> None:
        """Connect or disconnect one every few milliseconds; half of the new ones resume a former reader's stream."""
        started = time.monotonic()
        number = 0
        while time.monotonic() - started < seconds:
            if self._random.randrange(MOST) >= len(self._there):
                await self._join()
            else:
                self._leave(self._random.randrange(len(self._there)))
            if number % LOOK_EVERY == 0:
                self.looks.append((time.monotonic() - started, self._server.memory_bytes))
            number += 1
            await asyncio.sleep(CHANGE_SECONDS * 2 * self._random.random())

    def leave(self) -> None:
        while self._there:
            self._leave(0)

    async def _join(self) -> None:
        reader = ChurningReader(self._audience, self._left_at if self._random.random() < 0.5 else b"")
        await reader.connect(self._audience.port)
        self._there.append(reader)
        self.joins += 1

    def _leave(self, place: int) -> None:
        reader = self._there.pop(place)
        reader.caught_up.cancel()  # it may go before it was told
        reader.close()
        self.gaps += reader.gaps
        self._left_at = reader.cursor


def measure_churn(folder: Path, *, long: bool) -> Table:
    """Measure twenty minutes, or twenty seconds, of readers that connect and disconnect."""
    seconds = 1_200.0 if long else 20.0
    with liveblog(folder) as server:
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        connections, before, after, posts = uvloop.run(_measure(server, story, seconds))
    settled = [each for each in connections.looks if each[0] >= seconds / 4]
    return Table(
        "Readers who come and go",
        (
            Figure(
                "events that did not follow on the one before", f"{connections.gaps}", "", "0", connections.gaps == 0
            ),
            Figure("joins", f"{connections.joins:,}", f"{connections.events:,} events received of {posts:,} posts"),
            Figure(
                "open sockets",
                f"{after['socket']}",
                f"before {before['socket']}",
                "no more",
                after["socket"] <= before["socket"],
            ),
            Figure("other open descriptors that were not there before", _told(after - before)),
            Figure(
                "memory, after the first quarter",
                f"{_slope(settled) * 60 / 2**20:+.2f} MB a minute",
                f"{settled[0][1] / 2**20:.0f} MB, at the end {settled[-1][1] / 2**20:.0f} MB",
            ),
        ),
        (
            f"{seconds:.0f} s, {PER_SECOND:.0f} posts a second; every {CHANGE_SECONDS * 1e3:.0f} ms on average one "
            f"comes or goes, at most {MOST} are there. Descriptors before the first and after the last; "
            "the database's connections for reading are opened when several are needed at once, and stay. "
            f"Seed {SEED}. "
            "In the short form the memory still grows with the first entries and readers.",
        ),
    )


async def _measure(server: Running, story: str, seconds: float) -> tuple[_Connections, Counter[str], Counter[str], int]:
    def make(number: int) -> bytes:
        return post_entry(story, number)

    # The threads and connections that eight writes open stay open: they are not to be counted as lost.
    await post_steadily(server.port, make, per_second=PER_SECOND, seconds=2, posted_at=[])
    await await_connections(server, 0)
    before = open_descriptors(server.pid)
    connections = _Connections(server, story)
    posting = asyncio.create_task(
        post_steadily(server.port, make, per_second=PER_SECOND, seconds=seconds, posted_at=[])
    )
    await connections.churn(seconds)
    posts = await posting
    connections.leave()
    await await_connections(server, 0)
    return connections, before, open_descriptors(server.pid), posts


def _seq(cursor: bytes) -> int:
    return int(cursor.split(b".")[1])


def _told(more: Counter[str]) -> str:
    return ", ".join(f"{count} × {name}" for name, count in sorted(more.items()) if name != "socket") or "none"


def _slope(looks: list[tuple[float, int]]) -> float:
    """Fit the slope in bytes a second, by least squares."""
    middle = sum(at for at, _ in looks) / len(looks)
    average = sum(held for _, held in looks) / len(looks)
    spread = sum((at - middle) ** 2 for at, _ in looks)
    return sum((at - middle) * (held - average) for at, held in looks) / spread
