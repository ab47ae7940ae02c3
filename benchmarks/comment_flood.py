"""The effect of a flood of readers' comments on editors: how long each POST of theirs takes, quiet and meanwhile.

The flood has a process of its own, so that nobody's stopwatch waits for the client that sends it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import uvloop

from benchmarks.figures import Figure, Table, median, percentile
from benchmarks.http_client import HttpConnection, connect
from benchmarks.requests import post_entry
from benchmarks.servers import Running, liveblog

FLOOD_PER_SECOND = 1_000
FLOOD_CONNECTIONS = 64
EDITORS_PER_SECOND = 25
BAR = 2.0
ROUNDS = 5
SETTINGS = {"COMMENTS": "moderated", "TRUSTED_PROXIES": "127.0.0.1"}
"""As an operator has it behind a proxy; the limits are the defaults."""


@dataclass(frozen=True, slots=True)
class _Flooded:
    """What became of a flood: its answers by status, and how often no connection was free."""

    answers: Counter[int]
    missed: int


@dataclass(slots=True)
class _Flood:
    """Comments from ever new addresses at an even rate, on whichever connection is free; `missed` found none."""

    story: str
    round: int
    answers: Counter[int] = field(default_factory=Counter)
    missed: int = 0
    _free: deque[HttpConnection] = field(default_factory=deque)
    _open: list[HttpConnection] = field(default_factory=list)
    _sent: int = 0

    async def run(self, port: int, seconds: float) -> None:
        for _ in range(FLOOD_CONNECTIONS):
            connection = await connect(port)
            connection.when_answered = partial(self._answered, connection)
            self._open.append(connection)
            self._free.append(connection)
        begun = time.perf_counter()
        while time.perf_counter() < begun + seconds:
            due = int((time.perf_counter() - begun) * FLOOD_PER_SECOND)
            for _ in range(due - self._sent - self.missed):
                self._send()
            await asyncio.sleep(0.002)
        for connection in self._open:
            connection.close()

    def _send(self) -> None:
        if not self._free:
            self.missed += 1
            return
        self._sent += 1
        self._free.popleft().send(post_comment(self.story, self.round * 1_000_000 + self._sent))

    def _answered(self, connection: HttpConnection, status: int) -> None:
        self.answers[status] += 1
        self._free.append(connection)


def post_comment(story: str, number: int) -> bytes:
    """Return a reader's POST of one comment, through a proxy that adds the address it comes from."""
    address = f"198.{18 + number // 62_500 % 2}.{number // 250 % 250}.{number % 250}"
    text = f"Which of the districts are still missing, and why? ({number})"
    body = json.dumps({"name": "Ann", "text": text}).encode()
    head = (
        f"POST /v1/stories/{story}/comments HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {address}\r\n"
        f"Content-Type: application/json\r\nAccept: */*\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def measure_comment_flood(folder: Path, *, long: bool) -> Table:
    """Measure editors' POSTs, quiet and while a thousand comments a second arrive, in turns."""
    seconds = 20.0 if long else 6.0
    quiet: list[list[float]] = []
    loud: list[list[float]] = []
    floods: list[_Flooded] = []
    with (
        liveblog(folder, settings=SETTINGS) as server,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other,
    ):
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        uvloop.run(_edit(server, story, seconds=1.0))
        other.submit(_flood, server.port, story, ROUNDS, seconds=0.0).result()  # it has started then
        for each in range(ROUNDS):
            quiet.append(uvloop.run(_edit(server, story, seconds=seconds)))
            flood = other.submit(_flood, server.port, story, each, seconds=seconds)
            loud.append(uvloop.run(_edit(server, story, seconds=seconds)))
            floods.append(flood.result())
    taken = sum(flood.answers[202] for flood in floods)
    refused = sum(flood.answers[429] for flood in floods)
    others = sum((flood.answers for flood in floods), Counter()) - Counter({202: taken, 429: refused})
    ratios = [percentile(busy, 99) / percentile(calm, 99) for calm, busy in zip(quiet, loud, strict=True)]
    calm, busy = list(chain(*quiet)), list(chain(*loud))
    return Table(
        f"Editors' POSTs while {FLOOD_PER_SECOND:,} comments a second arrive",
        (
            Figure(
                "POST of an entry",
                f"p99 {median(ratios):.2f} × quiet",
                f"each round {', '.join(f'{ratio:.2f}' for ratio in ratios)}; of all "
                f"{percentile(busy, 99) * 1e3:.2f} / {percentile(calm, 99) * 1e3:.2f} ms; "
                f"p50 {median(busy) * 1e3:.2f} / {median(calm) * 1e3:.2f} ms",
                f"≤ {BAR:.0f} ×",
                median(ratios) <= BAR,
            ),
            Figure("comments taken, refused (429), answered else", f"{taken:,}, {refused:,}, {dict(others)}"),
            Figure("comments that found no free connection", f"{sum(flood.missed for flood in floods):,}"),
        ),
        (
            f"{ROUNDS} rounds of {seconds:.0f} s each way, in turns; {EDITORS_PER_SECOND} entries a second on one "
            f"connection, comments from ever new addresses on {FLOOD_CONNECTIONS} of another process on the "
            "client's core, with the limits as they are set; the median of the rounds' ratios.",
        ),
    )


def _flood(port: int, story: str, number: int, *, seconds: float) -> _Flooded:
    """Send a flood for some seconds, in the process this is called in."""
    flood = _Flood(story, number)
    uvloop.run(flood.run(port, seconds))
    return _Flooded(flood.answers, flood.missed)


async def _edit(server: Running, story: str, *, seconds: float) -> list[float]:
    """Post entries at an even rate, and return how long each took."""
    connection = await connect(server.port)
    latencies = []
    begun = time.perf_counter()
    for number in range(int(seconds * EDITORS_PER_SECOND)):
        await asyncio.sleep(max(0.0, begun + number / EDITORS_PER_SECOND - time.perf_counter()))
        latencies.append(await _post(connection, post_entry(story, number)))
    connection.close()
    return latencies


async def _post(connection: HttpConnection, request: bytes) -> float:
    answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    keep: Callable[[int], None] = answered.set_result
    connection.when_answered = keep
    sent = time.perf_counter()
    connection.send(request)
    status = await answered
    assert status == 201, status
    return time.perf_counter() - sent
