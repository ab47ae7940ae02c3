"""The effect of eight who ask without a pause on the rate at which readers are let in, by what they ask for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.connections import await_connections
from benchmarks.figures import Figure, Table, median
from benchmarks.readers import Audience
from benchmarks.requests import get, live_path
from benchmarks.servers import TOKEN, Running, liveblog
from benchmarks.unpaused_clients import CLIENTS, UnpausedClients

BAR = 2.0
ENTRIES = 60
FIELDS = "id revision status kind key_event importance headline authors source tags time published_at sort_key".split()
READERS = 1_000
ROUNDS = 3
WAVES = 3
WARM_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class _Asking:
    """What eight ask for: the path of each request by its number, and the status of its answer.

    `bar` is for what is read in a thread; what the loop answers itself is in the way of each turn, and has none.
    """

    name: str
    path: Callable[[int], str]
    status: int
    token: bool = False
    bar: float | None = None


def measure_asking(folder: Path, *, long: bool) -> Table:
    """Measure handshakes a second, quiet and while eight ask without a pause, in turns."""
    rounds = ROUNDS if long else 1
    with liveblog(folder) as server:
        story, other = (server.ask("POST", "/v1/stories", {"title": "Election night"})["id"] for _ in range(2))
        for number in range(ENTRIES):
            server.ask("POST", f"/v1/stories/{other}/entries", {"text": f"Entry {number}. " * 30})
        kinds = _kinds(other)
        found = [[uvloop.run(_measure(server, story, each)) for _ in range(rounds)] for each in kinds]
    return Table(
        f"While {CLIENTS} ask without a pause",
        tuple(_figure(kind, each) for kind, each in zip(kinds, found, strict=True)),
        (
            f"Handshakes up to caught_up, by the clock, {WAVES} waves of {READERS:,}, 50 at once. Each of the "
            f"{CLIENTS} sends its next request as soon as its last was answered; they share the client's core with "
            "those who join. What is not in memory is read in threads, which rest.",
        ),
    )


def _kinds(story: str) -> tuple[_Asking, ...]:
    return (
        _Asking(
            "pages nobody has asked for before", lambda n: f"/v1/stories/{story}/entries?{_query(n)}", 200, bar=BAR
        ),
        _Asking("lists nobody has asked for before", lambda n: f"/v1/stories?limit={1 + n % 100}", 200, bar=BAR),
        _Asking(
            "the newsroom's list of entries",
            lambda n: f"/v1/newsroom/stories/{story}/entries?limit={40 + n % 20}",
            200,
            token=True,
            bar=BAR,
        ),
        _Asking("stories that there are not", lambda n: f"/v1/stories/no-such-{n}", 404, bar=BAR),
        _Asking("a page that is in memory", lambda n: f"/v1/stories/{story}/entries?limit=20", 200),
        _Asking("what cannot be understood", lambda n: f"/v1/stories/{story}/entries?limit=x{n}", 422),
        _Asking("addresses that there are not", lambda n: f"/nothing/{n}", 404),
    )


def _query(number: int) -> str:
    """Return a query that was not asked for before: one of thousands of choices of fields."""
    choice = number % (2 ** len(FIELDS) - 1) + 1
    fields = ",".join(field for place, field in enumerate(FIELDS) if choice >> place & 1)
    return f"limit={20 + number % 7}&fields={fields}&order={('newest', 'oldest')[number % 2]}"


def _figure(kind: _Asking, found: list[tuple[float, float, float]]) -> Figure:
    slower = median(quiet / busy for quiet, busy, _ in found)
    quiet, busy, asked = (median(each[place] for each in found) for place in range(3))
    return Figure(
        kind.name,
        f"{busy:,.0f}/s, beside {asked:,.0f} answers a second",
        f"quiet {quiet:,.0f}/s; {slower:.2f} × as slow",
        "" if kind.bar is None else f"≤ {kind.bar:g} ×",
        None if kind.bar is None else slower <= kind.bar,
    )


async def _measure(server: Running, story: str, kind: _Asking) -> tuple[float, float, float]:
    """Return handshakes a second without and with those who ask, and their answers a second meanwhile."""
    headers = {"Authorization": f"Bearer {TOKEN}"} if kind.token else {}
    asking = UnpausedClients(lambda number: get(kind.path(number), headers), expects=kind.status)
    quiet = await _join(server, story)
    await asking.start(server.port)
    await asyncio.sleep(WARM_SECONDS)
    began, before = time.perf_counter(), asking.answered
    busy = await _join(server, story)
    asked = (asking.answered - before) / (time.perf_counter() - began)
    asking.stop()
    assert asked > 0, f"nothing of {kind.name} was answered"
    return quiet, busy, asked


async def _join(server: Running, story: str) -> float:
    rates: list[float] = []
    for _ in range(WAVES):
        audience = Audience(server.port, live_path(story))
        began = time.perf_counter()
        await audience.join(READERS)
        rates.append(READERS / (time.perf_counter() - began))
        audience.leave()
        await await_connections(server, 0)
    return median(rates)
