"""The fan-out of one worker and of two to as many readers: their CPU side by side, and that of each delivery."""

from __future__ import annotations

import re
import resource
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import uvloop

from benchmarks.connections import await_connections
from benchmarks.figures import Figure, Table, median
from benchmarks.http_client import connect
from benchmarks.posting import WARM_UP, Poster, post_all
from benchmarks.readers import Audience
from benchmarks.requests import live_path
from benchmarks.servers import READY_SECONDS, Running, liveblog

PARALLEL_BAR = 0.6
SAME_BAR = 1.1
KEPT_FREE = 300
"""Descriptors not used for readers: the client's own few files."""

_CPU = re.compile(r'^process_cpu_seconds_total{worker="(worker-\d+)"} (\S+)$', re.MULTILINE)
_READERS = re.compile(r'^liveblog_live_connections{worker="(worker-\d+)",transport="websocket"} (\d+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Fanned:
    """What publications cost the workers: seconds of CPU of each for one, and seconds until the last reader had it."""

    cpu: dict[str, float]
    readers: dict[str, int]
    last: float

    @property
    def busiest(self) -> float:
        """Return the CPU time of the worker that used most: the others work beside it, on cores of their own."""
        return max(self.cpu.values())

    @property
    def per_delivery(self) -> float:
        """Return the CPU time of one delivery, over all workers."""
        return sum(self.cpu.values()) / sum(self.readers.values())


def measure_workers(folder: Path, *, long: bool) -> Table:
    """Measure one worker and two, each beside the writer of SQLite, with as many readers."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    readers, posts = min(10_000, allowed - KEPT_FREE), 100 if long else 30
    found = {}
    for workers in (1, 2):
        (within := folder / f"{workers}").mkdir()
        with liveblog(within, "--workers", str(workers)) as server:
            found[workers] = uvloop.run(_measure(server, readers=readers, posts=posts))
    one, two = found[1], found[2]
    figures = (
        Figure("one worker: its CPU for a publication", f"{one.busiest * 1e3:.1f} ms", _spread(one)),
        Figure(
            "two workers: CPU for a publication of the busier one",
            f"{two.busiest * 1e3:.1f} ms",
            f"{_spread(two)}; {two.busiest / one.busiest:.2f} ×",
            f"≤ {PARALLEL_BAR} ×",
            two.busiest <= PARALLEL_BAR * one.busiest,
        ),
        Figure(
            "two workers: CPU for each delivery",
            f"{two.per_delivery * 1e6:.1f} µs",
            f"one worker {one.per_delivery * 1e6:.1f} µs; {two.per_delivery / one.per_delivery:.2f} ×",
            f"≤ {SAME_BAR} ×",
            two.per_delivery <= SAME_BAR * one.per_delivery,
        ),
        Figure("POST → last reader", f"p50 {two.last * 1e3:.0f} ms", f"one worker {one.last * 1e3:.0f} ms"),
    )
    notes = (
        f"{posts} publications to {readers:,} readers on WebSockets, one at a time. CPU is that of each worker's "
        "process, by its own count, without the writer's. On two cores the client needs one, so that the servers "
        "share the other: the time of two workers with a core each is the CPU time of the busier one.",
    )
    return Table("Fan-out of one worker and of two", figures, notes)


def _spread(found: _Fanned) -> str:
    return ", ".join(f"{name}: {count:,} readers" for name, count in sorted(found.readers.items()))


async def _measure(server: Running, *, readers: int, posts: int) -> _Fanned:
    story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
    audience = Audience(server.port, live_path(story))
    await audience.join(readers)
    await await_connections(server, readers)
    poster = Poster(await connect(server.port))
    text = _metrics(server)
    before = _cpu(text)
    times = await post_all(poster, story, audience, posts)
    after = _cpu(_metrics(server))
    cpu = {name: (after[name] - before[name]) / (WARM_UP + posts) for name in after}
    audience.leave()
    poster.connection.close()
    return _Fanned(cpu, {name: int(count) for name, count in _READERS.findall(text)}, median(times.last))


def _cpu(metrics: str) -> dict[str, float]:
    return {name: float(seconds) for name, seconds in _CPU.findall(metrics)}


def _metrics(server: Running) -> str:
    with urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=READY_SECONDS) as answer:
        text: str = answer.read().decode()
    return text
