"""The saving of `liveblog serve`'s own transports over the portable routes that any ASGI server can run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.comparing import Side
from benchmarks.figures import Figure, Table, median
from benchmarks.requests import live_path, post_entry
from benchmarks.servers import Running, liveblog

PUBLICATIONS = 20
READERS = 1_000
WAYS: tuple[tuple[str, tuple[str, ...]], ...] = (("as served", ()), ("portable", ("--portable",)))


@dataclass(frozen=True, slots=True)
class _Found:
    handshake_cpu: float
    bytes_each: float
    delivery_cpu: float
    last_reader: float


def measure_portable(folder: Path, *, long: bool) -> Table:
    """Measure the CPU of a handshake and a delivery, and the memory of a reader, both ways."""
    publications = 3 * PUBLICATIONS if long else PUBLICATIONS
    found = []
    for number, (_, options) in enumerate(WAYS):
        own = folder / str(number)
        own.mkdir()
        with liveblog(own, *options) as server:
            story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
            found.append(uvloop.run(_measure(server, story, publications)))
    return Table(
        f"As served and portable, {READERS:,} readers on WebSockets",
        tuple(figure for (name, _), each in zip(WAYS, found, strict=True) for figure in _figures(name, each)),
        (f"{publications} publications; medians. What a POST costs without readers is taken off.",),
    )


def _figures(way: str, found: _Found) -> tuple[Figure, ...]:
    return (
        Figure(f"{way}: CPU for each delivery", f"{found.delivery_cpu * 1e6:.1f} µs"),
        Figure(f"{way}: POST → last reader", f"p50 {found.last_reader * 1e3:.0f} ms"),
        Figure(f"{way}: memory for each idle reader", f"{found.bytes_each / 1024:.1f} KB"),
        Figure(f"{way}: CPU for each handshake, up to caught_up", f"{found.handshake_cpu * 1e6:.0f} µs"),
    )


async def _measure(server: Running, story: str, publications: int) -> _Found:
    side = await Side.open(server, live_path(story), lambda number: post_entry(story, number))
    await side.let_in(10)
    memory, cpu = server.memory_bytes, server.cpu_seconds
    await side.audience.join(READERS)
    handshake_cpu = (server.cpu_seconds - cpu) / READERS
    bytes_each = (server.memory_bytes - memory) / READERS
    measured = [await side.publisher.publish(side.audience) for _ in range(publications)]
    delivery_cpu = side.delivery_cpu(measured)
    side.close()
    return _Found(handshake_cpu, bytes_each, delivery_cpu, median(each.last_seconds for each in measured))
