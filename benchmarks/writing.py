"""Durable single entries through the API on SQLite: one writer after the other, and eight at once."""

from __future__ import annotations

from pathlib import Path

import uvloop

from benchmarks.figures import Figure, Table, median, percentile
from benchmarks.http_client import Load, drive
from benchmarks.raw_commits import commit_seconds, read_rows
from benchmarks.requests import post_entry
from benchmarks.servers import Running, liveblog

BAR_PER_SECOND = 500
WRITERS = 8
ROUNDS = 3
WARM_UP = 100


def measure_writing(folder: Path, *, long: bool) -> Table:
    """Measure entries a second and the CPU of each, beside the raw commits of the same rows."""
    entries = 3_000 if long else 1_000
    with liveblog(folder) as server:
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        rounds = [_round(server, story, entries) for _ in range(ROUNDS)]
    rows = read_rows(folder / "liveblog.db", entries)
    raw = commit_seconds(folder, rows)
    return Table(
        "Durable single entries through the API, SQLite",
        (
            *_figures("one after the other", [pair[0] for pair in rounds], raw),
            *_figures(f"{WRITERS} writers at once", [pair[1] for pair in rounds], raw),
            Figure(
                "raw commit of the same rows", f"{1 / median(raw):,.0f}/s", f"p99 {percentile(raw, 99) * 1e3:.2f} ms"
            ),
        ),
        (
            f"{ROUNDS} rounds of {entries:,} entries each way, interleaved; medians. Sequential time is the server's, "
            "the client's and the disk's in turn; with writers at once the server's core is the limit.",
        ),
    )


Measured = tuple[Load, float]


def _round(server: Running, story: str, entries: int) -> tuple[Measured, Measured]:
    return _drive(server, story, entries, writers=1), _drive(server, story, entries, writers=WRITERS)


def _drive(server: Running, story: str, entries: int, *, writers: int) -> Measured:
    async def run() -> Measured:
        await drive(server.port, make, connections=writers, requests=WARM_UP, expect=201)
        before = server.cpu_seconds
        load = await drive(server.port, make, connections=writers, requests=entries, expect=201)
        return load, (server.cpu_seconds - before) / entries

    def make(number: int) -> bytes:
        return post_entry(story, number)

    return uvloop.run(run())


def _figures(how: str, measured: list[Measured], raw: list[float]) -> tuple[Figure, Figure]:
    rate = median(load.per_second for load, _ in measured)
    latencies = [each for load, _ in measured for each in load.latencies]
    cpu = median(seconds for _, seconds in measured)
    busy = median(load.client_busy for load, _ in measured)
    return (
        Figure(
            how,
            f"{rate:,.0f}/s",
            f"p50 {percentile(latencies, 50) * 1e3:.2f} ms, p99 {percentile(latencies, 99) * 1e3:.2f} ms",
            f"≥ {BAR_PER_SECOND}/s",
            rate >= BAR_PER_SECOND,
        ),
        Figure(
            f"{how}: the server's CPU for each",
            f"{cpu * 1e6:,.0f} µs = {1 / cpu:,.0f}/s on one core",
            f"client busy {busy:.0%}; raw commit {median(raw) * 1e6:,.0f} µs",
        ),
    )
