"""The effect of uploads on readers who follow a story, and many readers who fetch one new picture at once."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvloop

from benchmarks.connections import await_connections
from benchmarks.decoding import STALL_BAR_SECONDS, picture
from benchmarks.figures import Figure, Table, median, percentile
from benchmarks.http_client import HttpConnection, Load, connect, drive
from benchmarks.requests import get, live_path, post_entry
from benchmarks.servers import TOKEN, Running, liveblog
from benchmarks.steady import TimedAudience, deliver_steadily

READERS = 1_000
UPLOADERS = 8
PER_SECOND = 10.0
ROUNDS = 3
BAR = 2.0
LOOK_SECONDS = 0.002
FETCHING_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class _Found:
    """Seconds from each POST to each reader, the longest wait for an answer meanwhile, and uploads a second."""

    deliveries: list[float]
    longest_wait: float
    uploads: float


class _Uploaders:
    """Connections that each upload one picture after the other until they are stopped."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._open: list[HttpConnection] = []
        self.uploaded = 0
        self.busy = 0

    async def start(self, port: int) -> None:
        for _ in range(UPLOADERS):
            connection = await connect(port)
            self._open.append(connection)
            connection.when_answered = partial(self._next, connection)
            connection.send(self._request())

    def stop(self) -> None:
        for each in self._open:
            each.close()

    def _next(self, connection: HttpConnection, status: int) -> None:
        assert status in {201, 503}, status
        self.uploaded += status == 201
        self.busy += status == 503
        connection.send(self._request())

    def _request(self) -> bytes:
        return _post_media(self._content)


def measure_uploading(folder: Path, *, long: bool) -> Table:
    """Measure fan-out and the loop's stalls, quiet and while pictures are uploaded, in turns; then fetching one."""
    seconds = 30.0 if long else 6.0
    content = _jpeg((800, 600))
    with liveblog(folder) as server:
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        rounds = [
            (
                uvloop.run(_measure(server, story, None, seconds)),
                uvloop.run(_measure(server, story, _Uploaders(content), seconds)),
            )
            for _ in range(ROUNDS)
        ]
        fetching = uvloop.run(_fetch(server, story, content, 100_000 if long else 10_000))
    quiet, beside = [calm for calm, _ in rounds], [busy for _, busy in rounds]
    return Table(
        f"Uploads beside {READERS:,} readers",
        (*_figures(quiet, beside), *fetching),
        (
            f"{ROUNDS} rounds, in turns. {UPLOADERS} connections each upload a JPEG of 800 × 600 ({len(content):,} "
            f"bytes) as soon as the last was answered; {PER_SECOND:.0f} entries a second for {seconds:.0f} s. A stall: "
            f"the longest wait for `/healthz`, asked {LOOK_SECONDS * 1e3:.0f} ms after each answer. The server and its "
            "decoder share one core here, which is the worst case.",
        ),
    )


def _figures(quiet: list[_Found], beside: list[_Found]) -> Iterator[Figure]:
    calm, loud = (percentile([one for each in side for one in each.deliveries], 99) for side in (quiet, beside))
    stall, idle = (max(each.longest_wait for each in side) for side in (beside, quiet))
    yield Figure(
        f"POST → each of {READERS:,} readers",
        f"p99 {loud * 1e3:.1f} ms",
        f"quiet {calm * 1e3:.1f} ms; {loud / calm:.2f} ×",
        f"≤ {BAR:.0f} ×",
        loud <= BAR * calm,
    )
    yield Figure(
        "the event loop's longest stall",
        f"{stall * 1e3:.1f} ms",
        f"quiet {idle * 1e3:.1f} ms",
        f"≤ {STALL_BAR_SECONDS * 1e3:.0f} ms",
        stall <= STALL_BAR_SECONDS,
    )
    yield Figure("uploads meanwhile", f"{median(each.uploads for each in beside):.2f}/s")


async def _measure(server: Running, story: str, uploaders: _Uploaders | None, seconds: float) -> _Found:
    audience = TimedAudience(server.port, live_path(story))
    await audience.join(READERS)
    waits: list[float] = []
    looking = asyncio.ensure_future(_look(server.port, waits))
    started = time.perf_counter()
    if uploaders is not None:
        await uploaders.start(server.port)
    try:
        deliveries = await deliver_steadily(
            audience, lambda number: post_entry(story, number), per_second=PER_SECOND, seconds=seconds
        )
    finally:
        looking.cancel()
        passed = time.perf_counter() - started
        if uploaders is not None:
            uploaders.stop()
        audience.leave()
    await await_connections(server, 0)
    return _Found(deliveries, max(waits), 0 if uploaders is None else uploaders.uploaded / passed)


async def _look(port: int, waits: list[float]) -> None:
    connection = await connect(port)
    try:
        await _ask_again_and_again(connection, waits)
    finally:
        connection.when_answered = lambda _: None
        connection.close()


async def _ask_again_and_again(connection: HttpConnection, waits: list[float]) -> None:
    while True:
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        connection.when_answered = partial(_finish, answered)
        asked = time.perf_counter()
        connection.send(get("/healthz", {}))
        assert await answered == 200
        waits.append(time.perf_counter() - asked)
        await asyncio.sleep(LOOK_SECONDS)


def _finish(answered: asyncio.Future[int], status: int) -> None:
    if not answered.done():  # cancelled: the measurement is over
        answered.set_result(status)


async def _fetch(server: Running, story: str, content: bytes, requests: int) -> list[Figure]:
    """Publish a picture, and have it fetched by many connections at once, whole and where it is known already."""
    await drive(server.port, lambda _: _post_media(content), connections=1, requests=1, expect=201)
    media = server.ask("GET", "/v1/newsroom/media?limit=1")["items"][0]
    blocks = [{"type": "image", "media": media["id"]}]
    entry = server.ask("POST", f"/v1/stories/{story}/entries", {"blocks": blocks})["id"]
    shown = server.ask("GET", f"/v1/stories/{story}/entries/{entry}?body=blocks")["blocks"][0]
    small = next(each for each in shown["renditions"] if each["type"] == "image/webp" and each["width"] == 640)
    path = small["url"][small["url"].index("/media/") :]
    tag = f'"{path.removeprefix("/media/").replace("/", ".")}"'
    figures = []
    for name, headers, expect in (("whole", {}, 200), ("known already", {"If-None-Match": tag}, 304)):
        cpu = server.cpu_seconds
        load: Load = await drive(
            server.port,
            lambda _, headers=headers: get(path, headers),  # type: ignore[misc] # bound in this round
            connections=FETCHING_AT_ONCE,
            requests=requests,
            expect=expect,
        )
        each = (server.cpu_seconds - cpu) / requests
        figures.append(
            Figure(
                f"{requests:,} fetches of one new picture, {FETCHING_AT_ONCE} at once: {name}",
                f"{load.per_second:,.0f}/s, p99 {percentile(list(load.latencies), 99) * 1e3:.1f} ms",
                f"{each * 1e6:.0f} µs of CPU for each; {small['size']:,} bytes; client busy {load.client_busy:.0%}",
            )
        )
    return figures


def _post_media(content: bytes) -> bytes:
    head = (
        f"POST /v1/media HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: image/jpeg\r\n"
        f"Accept: */*\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _jpeg(size: tuple[int, int]) -> bytes:
    output = io.BytesIO()
    picture(size).save(output, "JPEG")
    return output.getvalue()
