"""The effect of eight writers on readers: the rate of handshakes, and the latency of connected readers."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvloop

from benchmarks.connections import await_connections
from benchmarks.figures import Figure, Table, median, percentile
from benchmarks.machine import cpu_seconds
from benchmarks.readers import Audience
from benchmarks.requests import live_path, post_entry
from benchmarks.servers import Running, liveblog, set_writer_apart
from benchmarks.steady import TimedAudience, deliver_steadily
from benchmarks.unpaused_clients import CLIENTS, UnpausedClients

READERS = 1_000
PER_SECOND = 10.0
RECEIPTS = 50
"""How many a story keeps, and some less."""
BAR = 2.0
APART_BAR = 1.3
"""With a process that writes beside the one that serves readers."""
ROUNDS = 3
WARM_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Found:
    """Handshakes a second, seconds from each POST to each reader, and the writers' posts a second meanwhile.

    `since_commit` are the servers' own figures: for each of the last posts, seconds from its commit until 99 of 100
    readers had been written to.
    """

    handshakes: float
    deliveries: list[float]
    posts: float
    since_commit: list[float]


def measure_busy(folder: Path, *, long: bool) -> Table:
    """Measure handshakes and fan-out, quiet and while eight writers post, in turns."""
    seconds = 10.0 if long else 2.0
    with liveblog(folder) as server:
        quiet, busy = _measure_rounds(server, seconds)
    how = "they take all that the server's core has left"
    return Table(f"While {CLIENTS} writers post", _figures(quiet, busy, bar=BAR), (_note(how, seconds),))


def measure_busy_apart(folder: Path, *, long: bool) -> Table:
    """Measure the same with a worker alone on its core: the process that writes shares the other with the client."""
    seconds = 10.0 if long else 2.0
    with liveblog(folder, "--workers", "1") as server:
        worker = set_writer_apart(server)
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        share = uvloop.run(_measure_share(server.port, worker, UnpausedClients(partial(post_entry, story)), seconds))
        quiet, busy = _measure_rounds(server, seconds)
    slower = 1 / (1 - share.of_core)
    left = Figure(
        "the worker's core, for what it forwards",
        f"{share.of_core:.0%}, {share.per_post * 1e6:.0f} µs a post",
        f"{share.posts:,.0f} posts a second, nothing else; leaves readers {slower:.2f} × as slow",
        f"≤ {APART_BAR:g} ×",
        slower <= APART_BAR,
    )
    how = "they take all that the core of the writer and of the client has left"
    return Table(
        f"While {CLIENTS} writers post through a worker",
        (left, *_figures(quiet, busy, bar=APART_BAR)),
        (
            _note(how, seconds),
            "The client has a core to itself in quiet rounds, and shares it with the writer in the others, where its "
            "turn comes first: it stands for the machines of readers, and is the clock. What the clock says of "
            "handshakes is the client's as well, what the worker's CPU says is the server's alone. A POST waits for "
            "its turn among nine; what happens from its commit on is told by the server (`…/delivery`).",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """The part of its core that a worker spends on forwarding, its seconds for each post, and the posts a second."""

    of_core: float
    per_post: float
    posts: float


async def _measure_share(port: int, worker: int, writers: UnpausedClients, seconds: float) -> _Share:
    await writers.start(port)
    await asyncio.sleep(WARM_SECONDS)
    posted, began, before = writers.answered, time.perf_counter(), cpu_seconds(worker)
    await asyncio.sleep(seconds)
    posted, took, used = writers.answered - posted, time.perf_counter() - began, cpu_seconds(worker) - before
    writers.stop()
    return _Share(used / took, used / posted, posted / took)


def _measure_rounds(server: Running, seconds: float) -> tuple[list[_Found], list[_Found]]:
    """Measure without and with writers, in turns."""
    story, other = (server.ask("POST", "/v1/stories", {"title": "Election night"})["id"] for _ in range(2))
    rounds = [
        (
            uvloop.run(_measure(server, story, None, seconds)),
            uvloop.run(_measure(server, story, UnpausedClients(lambda number: post_entry(other, number)), seconds)),
        )
        for _ in range(ROUNDS)
    ]
    return [each for each, _ in rounds], [each for _, each in rounds]


def _note(how: str, seconds: float) -> str:
    return (
        f"{ROUNDS} rounds, in turns. The writers post to a story without readers, each as soon as the last was "
        f"answered: {how}. Fan-out: {PER_SECOND:.0f} posts a second for {seconds:.0f} s. Handshakes by the clock, 50 "
        "at once."
    )


def _figures(quiet: list[_Found], busy: list[_Found], *, bar: float) -> tuple[Figure, ...]:
    slower = median(calm.handshakes / loud.handshakes for calm, loud in zip(quiet, busy, strict=True))
    calm, loud = (percentile([one for each in side for one in each.deliveries], 99) for side in (quiet, busy))
    calm_commit, loud_commit = (
        percentile([one for each in side for one in each.since_commit], 99) for side in (quiet, busy)
    )
    return (
        Figure(
            "handshakes, up to caught_up",
            f"{median(each.handshakes for each in busy):,.0f}/s",
            f"quiet {median(each.handshakes for each in quiet):,.0f}/s; {slower:.2f} × as slow",
            f"≤ {bar:g} ×",
            slower <= bar,
        ),
        Figure(
            f"POST → each of {READERS:,} readers",
            f"p99 {loud * 1e3:.1f} ms",
            f"quiet {calm * 1e3:.1f} ms; {loud / calm:.2f} ×",
            f"≤ {bar:g} ×",
            loud <= bar * calm,
        ),
        Figure(
            f"commit → written to {READERS:,} readers",
            f"p99 {loud_commit * 1e3:.1f} ms",
            f"quiet {calm_commit * 1e3:.1f} ms; {loud_commit / calm_commit:.2f} ×",
            f"≤ {bar:g} ×",
            loud_commit <= bar * calm_commit,
        ),
        Figure("the writers' posts meanwhile", f"{median(each.posts for each in busy):,.0f}/s"),
    )


async def _measure(server: Running, story: str, writers: UnpausedClients | None, seconds: float) -> _Found:
    started = time.perf_counter()
    if writers is not None:
        await writers.start(server.port)
    warm = Audience(server.port, live_path(story))
    await warm.join(100)
    warm.leave()
    audience = TimedAudience(server.port, live_path(story))
    begun = time.perf_counter()
    await audience.join(READERS)
    handshakes = READERS / (time.perf_counter() - begun)
    deliveries = await deliver_steadily(
        audience, lambda number: post_entry(story, number), per_second=PER_SECOND, seconds=seconds
    )
    posts = 0 if writers is None else writers.answered / (time.perf_counter() - started)
    if writers is not None:
        writers.stop()
    since_commit = await asyncio.to_thread(_read_receipts, server, story, int(PER_SECOND * seconds))
    audience.leave()
    await await_connections(server, 0)
    return _Found(handshakes, deliveries, posts, since_commit)


def _read_receipts(server: Running, story: str, count: int) -> list[float]:
    """Return how long after its commit each of the newest entries had been written to 99 of 100 readers, in seconds."""
    entries = f"/v1/newsroom/stories/{story}/entries"
    newest = server.ask("GET", f"{entries}?limit={min(count, RECEIPTS)}")["items"]
    receipts = [server.ask("GET", f"{entries}/{each['id']}/delivery") for each in newest]
    assert all(each["handed_over"] == READERS for each in receipts), receipts
    return [each["p99_ms"] / 1e3 for each in receipts]
