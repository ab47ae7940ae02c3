"""What one delivery to one reader costs, and what a reader who only listens keeps in memory.

By the way `liveblog serve` serves readers, and by the portable routes that any ASGI server could run.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.figures import Figure, Table, median
from benchmarks.http_client import HttpConnection, connect
from benchmarks.readers import Audience
from benchmarks.requests import post_entry
from benchmarks.servers import Running, liveblog

PUBLICATIONS = 20
PAUSE_SECONDS = 0.025
WAYS: tuple[tuple[str, tuple[str, ...]], ...] = (("as served", ()), ("portable", ("--portable",)))


@dataclass(frozen=True, slots=True)
class _Found:
    handshake_cpu: float
    bytes_each: float
    post_cpu: float
    delivery_cpu: list[float]
    last_reader: list[float]


def measure_fan_out(folder: Path, *, long: bool) -> Table:
    """CPU for each handshake and delivery, memory for each reader."""
    readers = 10_000 if long else 1_000
    found = []
    for number, (_, options) in enumerate(WAYS):
        own = folder / str(number)
        own.mkdir()
        with liveblog(own, *options) as server:
            story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
            found.append(uvloop.run(_measure(server, story, readers)))
    return Table(
        f"Fan-out to {readers:,} readers on WebSockets",
        tuple(figure for (name, _), each in zip(WAYS, found, strict=True) for figure in _figures(name, each)),
        (
            f"{PUBLICATIONS} publications with {PAUSE_SECONDS * 1e3:.0f} ms between; medians. What a POST costs "
            f"without readers ({', '.join(f'{each.post_cpu * 1e6:,.0f} µs' for each in found)}) is taken off.",
        ),
    )


def _figures(way: str, found: _Found) -> tuple[Figure, ...]:
    return (
        Figure(f"{way}: CPU for each delivery", f"{median(found.delivery_cpu) * 1e6:.1f} µs"),
        Figure(f"{way}: POST → last reader", f"p50 {median(found.last_reader) * 1e3:.0f} ms"),
        Figure(f"{way}: memory for each idle reader", f"{found.bytes_each / 1024:.1f} KB"),
        Figure(
            f"{way}: CPU for each handshake, up to caught_up",
            f"{found.handshake_cpu * 1e6:.0f} µs",
            f"{1 / found.handshake_cpu:,.0f}/s on one core",
        ),
    )


async def _measure(server: Running, story: str, readers: int) -> _Found:
    poster = await connect(server.port)
    nobody = Audience()
    for number in range(PUBLICATIONS):
        await _publish(server, poster, story, nobody, number)
    post_cpu = median([(await _publish(server, poster, story, nobody, number))[0] for number in range(PUBLICATIONS)])
    audience = Audience()
    await audience.join(server.port, story, 10)
    memory, cpu = server.memory_bytes, server.cpu_seconds
    await audience.join(server.port, story, readers)
    handshake_cpu = (server.cpu_seconds - cpu) / readers
    bytes_each = (server.memory_bytes - memory) / readers
    measured = [await _publish(server, poster, story, audience, number) for number in range(PUBLICATIONS)]
    audience.leave()
    poster.close()
    return _Found(
        handshake_cpu=handshake_cpu,
        bytes_each=bytes_each,
        post_cpu=post_cpu,
        delivery_cpu=[(cpu - post_cpu) / audience.joined for cpu, _ in measured],
        last_reader=[seconds for _, seconds in measured],
    )


async def _publish(
    server: Running, poster: HttpConnection, story: str, audience: Audience, number: int
) -> tuple[float, float]:
    """Post one entry: the CPU until every reader has it and the POST is answered, and the time to the last reader."""
    answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    poster.when_answered = answered.set_result
    everyone = audience.expect()
    cpu, started = server.cpu_seconds, time.perf_counter()
    poster.send(post_entry(story, number))
    status = await answered
    assert status == 201, status
    await everyone
    last = audience.last_at - started
    await asyncio.sleep(PAUSE_SECONDS)
    return server.cpu_seconds - cpu, last
