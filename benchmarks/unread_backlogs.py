"""The memory of readers that never read while thousands of entries await them, and what is left once they are gone."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.connections import await_connections
from benchmarks.figures import Figure, Table
from benchmarks.machine import socket_memory_bytes
from benchmarks.other_readers import EventStreamReader
from benchmarks.readers import Audience
from benchmarks.requests import entry_text
from benchmarks.servers import Running, liveblog
from benchmarks.slow_readers import StalledReader

READERS = 1_000
ENTRIES_DUE = 3_000
PROCESS_BAR = 64 * 2**20
BATCH = 100
PUBLISH_EVERY = 10
"""Readers that join between two publications, so that hardly any two of them lack the same."""
LOOK_SECONDS = 0.1
QUIET_SECONDS = 1.0
"""A server whose memory has not grown for this long has written what it can."""
LEFT_SECONDS = 20.0
"""From the last reader's leave to the look at what is left: answers are cached, and free memory kept, for less."""


class StalledEventStream(StalledReader, EventStreamReader):
    """An event stream whose socket is never read."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The process's memory above the baseline: the most while they were there, and once they had left."""

    most: int
    left: int
    kernel: int


def measure_unread_backlogs(folder: Path, *, long: bool) -> Table:
    """Measure 1,000 readers that ask for a story of 3,000 entries and never read, on each transport."""
    ways: tuple[tuple[str, tuple[str, ...]], ...] = (("", ()), ("portable ", ("--portable",)))
    kinds: tuple[tuple[str, str, type[StalledReader]], ...] = (
        ("WebSocket", "live", StalledReader),
        ("event stream", "events", StalledEventStream),
    )
    figures: list[Figure] = []
    for way, options in ways:
        for name, route, kind in kinds:
            own = folder / f"{way}{name}".replace(" ", "-")
            own.mkdir()
            with liveblog(own, *options) as server:
                figures += _figures(f"{way}{name}", uvloop.run(_measure(server, route, kind)))
    return Table(
        f"{READERS:,} readers who never read, with {ENTRIES_DUE:,} entries of about 1 KB due to each",
        tuple(figures),
        (
            f"`?after=0` on a server that was warmed by one such answer; an entry is published after every "
            f"{PUBLISH_EVERY}th reader, so that they do not all lack the same. Resident memory of the process above "
            f"what it was before, looked at every {LOOK_SECONDS} s until it has not grown for {QUIET_SECONDS:.0f} s; "
            f"and again {LEFT_SECONDS:.0f} s after all have left. The kernel's socket memory, both ends, is told "
            "beside it.",
        ),
    )


def _figures(name: str, found: _Found) -> tuple[Figure, Figure]:
    each = found.most / READERS / 1024
    return (
        Figure(
            f"{name}: the process's memory grew by",
            _megabytes(found.most),
            f"{each:.0f} KB for each; the kernel's {_megabytes(found.kernel)}",
            f"≤ {_megabytes(PROCESS_BAR)}",
            found.most <= PROCESS_BAR,
        ),
        Figure(f"{name}: left of it when they are gone", _megabytes(found.left)),
    )


def _megabytes(count: int) -> str:
    return f"{count / 2**20:.1f} MB"


async def _measure(server: Running, route: str, kind: type[StalledReader]) -> _Found:
    story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
    for first in range(0, ENTRIES_DUE, BATCH):
        _post(server, story, range(first, first + BATCH))
    path = f"/v1/stories/{story}/{route}?after=0"
    warm = Audience(server.port, path, kind=EventStreamReader if route == "events" else None)
    await warm.join(1)
    warm.leave()
    await await_connections(server, 0)
    before, kernel_before = server.memory_bytes, socket_memory_bytes()
    stalled = Audience(server.port, path, kind=kind)
    most = 0
    for number in range(0, READERS, PUBLISH_EVERY):
        await stalled.join(PUBLISH_EVERY)
        await asyncio.to_thread(_post, server, story, range(number, number + 1))
        most = max(most, server.memory_bytes)
    await await_connections(server, READERS)
    most = max(most, await _settled(server))
    kernel = socket_memory_bytes() - kernel_before
    stalled.leave()
    await await_connections(server, 0)
    await asyncio.sleep(LEFT_SECONDS)
    return _Found(most - before, server.memory_bytes - before, kernel)


def _post(server: Running, story: str, numbers: range) -> None:
    items = [{"text": entry_text(number)} for number in numbers]
    server.ask("POST", f"/v1/stories/{story}/entries:batch", {"items": items})


async def _settled(server: Running) -> int:
    """Return the most memory the process had until it stopped growing."""
    most, grown_at = server.memory_bytes, time.monotonic()
    while time.monotonic() - grown_at < QUIET_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        now = server.memory_bytes
        if now > most:
            most, grown_at = now, time.monotonic()
    return most
