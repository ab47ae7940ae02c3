"""The hot read: a timeline of about 20 KB and its 304, against a bare Starlette route that returns the same bytes."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.bare_routes import Answer, write_answers
from benchmarks.figures import Figure, Table, median
from benchmarks.http_client import Load, drive
from benchmarks.requests import entry_text, get
from benchmarks.servers import Running, bare_routes, liveblog

BAR = 0.9
CONNECTIONS = 16
ENTRIES = 20
"""A first page."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of read: the headers of its request, and the expected status."""

    name: str
    headers: dict[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class Side:
    """What one server has taken in one round."""

    load: Load
    cpu_seconds: float


def measure_reading(folder: Path, *, long: bool) -> Table:
    """Measure answers a second and the CPU of each, ours beside the bare route's, in interleaved pairs."""
    pairs, requests = (61, 4_000) if long else (25, 1_000)
    with liveblog(folder) as server:
        path = _write_timeline(server)
        plain = ask(server, path, {})
        cases = [
            Case("identity", {}, 200),
            Case("gzip", {"Accept-Encoding": "gzip"}, 200),
            Case("304", {"If-None-Match": plain.headers["etag"]}, 304),
        ]
        answers = folder / "answers.json"
        write_answers(answers, {f"/{case.name}": ask(server, path, case.headers) for case in cases})
        with bare_routes(folder, answers) as bare:
            found = [compare(server, path, bare, case, pairs=pairs, requests=requests) for case in cases]
    figures = [figure for case, sides in zip(cases, found, strict=True) for figure in figures_of(case, sides, bar=BAR)]
    return Table(
        f"GET of a hot timeline of {len(plain.body):,} bytes",
        tuple(figures),
        (
            f"{pairs} interleaved pairs of {requests:,} requests on {CONNECTIONS} kept-alive connections without "
            "pipelining; medians. Both servers run on the same core with the same uvicorn settings and send the same "
            "bytes, headers included; ours does all it does in production: request id, access log, counters, ETag.",
        ),
    )


def _write_timeline(server: Running) -> str:
    story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
    for number in range(ENTRIES):
        text = f"{entry_text(number)}\n\n{entry_text(number + 1)}"
        server.ask("POST", f"/v1/stories/{story}/entries", {"text": text})
    return f"/v1/stories/{story}"


def ask(server: Running, path: str, headers: dict[str, str]) -> Answer:
    """Return our own answer, without the headers that uvicorn adds to every answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "identity", **headers})
        response = connection.getresponse()
        kept = {name.lower(): value for name, value in response.getheaders() if name.lower() != "date"}
        return Answer(response.status, kept, response.read())
    finally:
        connection.close()


def compare(
    server: Running, path: str, bare: Running, case: Case, *, pairs: int, requests: int
) -> list[tuple[Side, Side]]:
    """Drive our read of `path` and the bare route of the case in turns."""

    def side(of: Running, asked: str) -> Side:
        request = get(asked, case.headers)
        return uvloop.run(_drive(of, lambda _: request, requests=requests, status=case.status))

    return [(side(server, path), side(bare, f"/{case.name}")) for _ in range(pairs)]


async def _drive(of: Running, request: Callable[[int], bytes], *, requests: int, status: int) -> Side:
    await drive(of.port, request, connections=CONNECTIONS, requests=requests // 10, expect=status)
    before = of.cpu_seconds
    load = await drive(of.port, request, connections=CONNECTIONS, requests=requests, expect=status)
    return Side(load, (of.cpu_seconds - before) / requests)


def figures_of(case: Case, sides: list[tuple[Side, Side]], *, bar: float | None) -> tuple[Figure, Figure]:
    """Return the CPU of each answer, held to `bar` if there is one, and the answers a second."""
    rate = median(ours.load.per_second for ours, _ in sides)
    bare_rate = median(bare.load.per_second for _, bare in sides)
    cpu, bare_cpu = median(ours.cpu_seconds for ours, _ in sides), median(bare.cpu_seconds for _, bare in sides)
    by_cpu = median(bare.cpu_seconds / ours.cpu_seconds for ours, bare in sides)
    by_rate = median(ours.load.per_second / bare.load.per_second for ours, bare in sides)
    busy = median(ours.load.client_busy for ours, _ in sides)
    return (
        Figure(
            f"{case.name}: CPU for each",
            f"{cpu * 1e6:.1f} µs",
            f"bare {bare_cpu * 1e6:.1f} µs; {by_cpu:.2f} ×",
            *(() if bar is None else (f"≥ {bar} ×", by_cpu >= bar)),
        ),
        Figure(
            f"{case.name}: answers a second",
            f"{rate:,.0f}",
            f"bare {bare_rate:,.0f}; {by_rate:.2f} ×; client busy {busy:.0%}",
        ),
    )
