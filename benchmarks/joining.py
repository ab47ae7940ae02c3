"""The cost of accepting readers, and the time until many readers that each lack fifty entries have caught up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.connections import await_connections
from benchmarks.figures import Figure, Table, median
from benchmarks.publishing import Publisher
from benchmarks.readers import Audience
from benchmarks.requests import live_path, post_entry
from benchmarks.servers import Running, liveblog

HANDSHAKES_BAR = 12_000
CAUGHT_UP_SECONDS = 3.0
READS_BAR = 5
MISSED = 50
AT_ONCE = 500
WAVES = 5
READ_COUNTERS = ("live_reads_changes_total", "live_reads_snapshot_total", "live_reads_find_total")


@dataclass(frozen=True, slots=True)
class _Resumed:
    """Seconds until all were caught up, the server's CPU, database reads, and the client's own share of its core."""

    seconds: float
    cpu_seconds: float
    reads: float
    client_busy: float


def measure_joining(folder: Path, *, long: bool) -> Table:
    """Measure handshakes a second on one core, and many readers that resume: from memory, and after a restart."""
    readers = 10_000 if long else 1_000
    with liveblog(folder) as server:
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        handshakes = uvloop.run(_join(server, story, readers))
        cursor = server.ask("GET", f"/v1/stories/{story}")["head"]
        uvloop.run(_post(server, story))
        from_memory = uvloop.run(_resume(server, story, cursor, readers))
    with liveblog(folder) as server:
        after_restart = uvloop.run(_resume(server, story, cursor, readers))
    return Table(
        f"Letting {readers:,} readers in",
        (
            _handshakes_figure(handshakes),
            *_figures("from memory", from_memory, readers),
            *_figures("after a restart", after_restart, readers),
        ),
        (
            f"Handshakes: {WAVES} waves of {readers:,}, 50 at once, CPU of the server. Resuming: {AT_ONCE} at once, "
            f"each lacks {MISSED} entries, and is counted when it has got exactly those and was told that it is "
            "up to date.",
        ),
    )


def _handshakes_figure(cpu_seconds: list[float]) -> Figure:
    rate = 1 / median(cpu_seconds)
    return Figure(
        "handshakes, up to caught_up",
        f"{rate:,.0f}/s on one core",
        f"{median(cpu_seconds) * 1e6:.0f} µs; waves: {', '.join(f'{each * 1e6:.0f}' for each in cpu_seconds)} µs",
        f"≥ {HANDSHAKES_BAR:,}/s",
        rate >= HANDSHAKES_BAR,
    )


async def _join(server: Running, story: str, readers: int) -> list[float]:
    """Measure the CPU seconds of a handshake, wave by wave; the first is not counted."""
    found = []
    for _ in range(WAVES + 1):
        audience = Audience(server.port, live_path(story))
        cpu = server.cpu_seconds
        await audience.join(readers)
        found.append((server.cpu_seconds - cpu) / readers)
        audience.leave()
        await await_connections(server, 0)
    return found[1:]


async def _post(server: Running, story: str) -> None:
    publisher = await Publisher.open(server, lambda number: post_entry(story, number))
    nobody = Audience(server.port, live_path(story))
    for _ in range(MISSED):
        await publisher.publish(nobody)
    publisher.close()


async def _resume(server: Running, story: str, cursor: str, readers: int) -> _Resumed:
    audience = Audience(server.port, f"{live_path(story)}?after={cursor}")
    reads = sum([server.count(each) for each in READ_COUNTERS])
    cpu, own, started = server.cpu_seconds, time.process_time(), time.perf_counter()
    await audience.join(readers, at_once=AT_ONCE)
    seconds, own, cpu = time.perf_counter() - started, time.process_time() - own, server.cpu_seconds - cpu
    assert audience.events == MISSED * readers, f"{audience.events:,} events for {readers:,} readers"
    reads = sum([server.count(each) for each in READ_COUNTERS]) - reads
    audience.leave()
    return _Resumed(seconds, cpu, reads, own / seconds)


def _figures(how: str, found: _Resumed, readers: int) -> tuple[Figure, Figure]:
    return (
        Figure(
            f"{how}: all caught up with {MISSED} entries each",
            f"{found.seconds:.2f} s",
            f"the server's CPU {found.cpu_seconds:.2f} s, {found.cpu_seconds / readers * 1e6:.0f} µs for each; "
            f"client busy {found.client_busy:.0%}",
            f"≤ {CAUGHT_UP_SECONDS:.0f} s",
            found.seconds <= CAUGHT_UP_SECONDS,
        ),
        Figure(
            f"{how}: database reads for the story", f"{found.reads:.0f}", "", f"≤ {READS_BAR}", found.reads <= READS_BAR
        ),
    )
