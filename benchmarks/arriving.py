"""Latency from a POST to its answer, and to the first and the last reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvloop

from benchmarks.figures import Figure, Table, median, percentile
from benchmarks.http_client import connect
from benchmarks.posting import PAUSE_SECONDS, Poster, PostTimes, post_all
from benchmarks.raw_commits import commit_seconds, read_rows
from benchmarks.readers import Audience
from benchmarks.requests import live_path, post_entry
from benchmarks.servers import Running, liveblog, set_writer_apart
from benchmarks.unpaused_clients import CLIENTS, UnpausedClients

ACK_ABOVE_COMMIT_SECONDS = 0.003
FIRST_READER_SECONDS = 0.006
MANY = 10_000


def measure_arriving(folder: Path, *, long: bool) -> Table:
    """Measure the time from a POST to its 201, to the first and to the last reader, with one reader and with many."""
    many, posts = (MANY, 300) if long else (1_000, 150)
    with liveblog(folder) as server:
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        quiet, busy = uvloop.run(_measure(server, story, many=many, posts=posts))
    rows = read_rows(folder / "liveblog.db", posts)
    raw = median(commit_seconds(folder, rows, pause_seconds=PAUSE_SECONDS))
    return Table(
        "From POST to 201, and to readers",
        (
            Figure("raw commit of the same rows", f"p50 {raw * 1e3:.2f} ms"),
            *_figures("one reader", quiet, raw),
            *_figures(f"{many:,} readers", busy, raw),
        ),
        (
            f"{posts} posts each, one at a time with {PAUSE_SECONDS * 1e3:.0f} ms between; readers are WebSockets. "
            "One client process stands for all readers, and the last one's time holds what that "
            "client needs to read the others' frames.",
        ),
    )


def measure_arriving_apart(folder: Path, *, long: bool) -> Table:
    """Measure POST → 201 with 10,000 readers: one process, and a worker beside the process that writes, in turns."""
    posts, rounds = (100, 3) if long else (50, 1)
    alone, apart = _QuietAndBusy(), _QuietAndBusy()
    for number in range(rounds):
        for times, arguments in ((alone, ()), (apart, ("--workers", "1"))):
            (within := folder / f"{number}-{len(arguments)}").mkdir()
            with liveblog(within, *arguments) as server:
                if arguments:
                    set_writer_apart(server)
                uvloop.run(_measure_quiet_and_busy(server, times, posts=posts))
    quiet, busy = (
        percentile(two.acknowledged, 50) / percentile(one.acknowledged, 50)
        for one, two in ((alone.quiet, apart.quiet), (alone.busy, apart.busy))
    )
    beside = f"beside {CLIENTS} who post without a pause"
    return Table(
        f"From POST to 201 with {MANY:,} readers, through a worker",
        (
            Figure("one process: POST → 201", _p50_p99(alone.quiet.acknowledged)),
            Figure(
                "a worker, and a process that writes: POST → 201",
                _p50_p99(apart.quiet.acknowledged),
                f"{quiet:.2f} ×",
                "≤ 1 ×",
                quiet <= 1,
            ),
            Figure(f"one process, {beside}: POST → 201", _p50_p99(alone.busy.acknowledged)),
            Figure(f"a worker, {beside}: POST → 201", _p50_p99(apart.busy.acknowledged), f"{busy:.2f} ×"),
            Figure("one process: POST → last reader", _p50_p99(alone.quiet.last)),
            Figure("a worker, and a process that writes: POST → last reader", _p50_p99(apart.quiet.last)),
        ),
        (
            f"{rounds} rounds of {posts} posts each, in turns, one at a time. The worker has the servers' core, the "
            f"process that writes shares the client's, whose turn comes first. The {CLIENTS} post to a story without "
            "readers.",
        ),
    )


@dataclass(slots=True)
class _QuietAndBusy:
    """Posts with nothing else at work, and beside clients who post without a pause."""

    quiet: PostTimes = field(default_factory=PostTimes)
    busy: PostTimes = field(default_factory=PostTimes)


async def _measure_quiet_and_busy(server: Running, times: _QuietAndBusy, *, posts: int) -> None:
    """Add so many posts of each to `times`."""
    story, other = (server.ask("POST", "/v1/stories", {"title": "Election night"})["id"] for _ in range(2))
    audience = Audience(server.port, live_path(story))
    await audience.join(MANY)
    poster = Poster(await connect(server.port))
    times.quiet.extend(await post_all(poster, story, audience, posts))
    writers = UnpausedClients(partial(post_entry, other))
    await writers.start(server.port)
    times.busy.extend(await post_all(poster, story, audience, posts))
    writers.stop()
    audience.leave()
    poster.connection.close()


async def _measure(server: Running, story: str, *, many: int, posts: int) -> tuple[PostTimes, PostTimes]:
    audience = Audience(server.port, live_path(story))
    await audience.join(1)
    poster = Poster(await connect(server.port))
    quiet = await post_all(poster, story, audience, posts)
    await audience.join(many - 1)
    busy = await post_all(poster, story, audience, posts)
    audience.leave()
    poster.connection.close()
    return quiet, busy


def _figures(who: str, times: PostTimes, raw: float) -> tuple[Figure, ...]:
    acknowledged, first = percentile(times.acknowledged, 50), percentile(times.first, 50)
    bar = raw + ACK_ABOVE_COMMIT_SECONDS
    return (
        Figure(
            f"{who}: POST → 201",
            _p50_p99(times.acknowledged),
            f"{(acknowledged - raw) * 1e3:+.2f} ms on the raw commit",
            f"p50 ≤ {bar * 1e3:.2f} ms",
            acknowledged <= bar,
        ),
        Figure(
            f"{who}: POST → first reader",
            _p50_p99(times.first),
            "",
            f"p50 ≤ {FIRST_READER_SECONDS * 1e3:.0f} ms",
            first <= FIRST_READER_SECONDS,
        ),
        Figure(f"{who}: POST → last reader", _p50_p99(times.last)),
    )


def _p50_p99(seconds: list[float]) -> str:
    return f"p50 {percentile(seconds, 50) * 1e3:.2f} ms, p99 {percentile(seconds, 99) * 1e3:.2f} ms"
