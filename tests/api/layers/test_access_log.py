"""Lines of the access log: complete, in order, one JSON object each, written soon."""

from __future__ import annotations

import asyncio
import io
import json

import httpx
import pytest
from structlog.testing import capture_logs

from app.api.http.request_metrics import RequestMetrics
from app.api.layers.access_log import FLUSH_LINES, AccessLine, AccessLog
from app.api.layers.body_limits import BodyLimits
from app.api.layers.cors import CrossOrigin
from app.api.layers.middleware import Middleware
from app.domain.clock import Micros, format_time
from tests.api.server import Server

pytestmark = pytest.mark.anyio

LINE: AccessLine = ("id", "GET", "/v1/site", 200, 98, 0.0015)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_790_000_000_123_456

    def __call__(self) -> Micros:
        return Micros(self.now)


async def test_a_line_as_json_has_every_member() -> None:
    stream, clock = io.StringIO(), Clock()
    log = AccessLog(form="json", stream=stream, clock=clock)
    log.add(LINE)
    log.flush()
    assert json.loads(stream.getvalue()) == {
        "event": "request",
        "request_id": "id",
        "method": "GET",
        "path": "/v1/site",
        "status": 200,
        "bytes": 98,
        "us": 1500,
        "logger": "app.api.layers.middleware",
        "level": "info",
        "time": "2026-09-21T14:13:20.123Z",
    }


async def test_a_line_for_a_person_says_the_same() -> None:
    stream = io.StringIO()
    log = AccessLog(form="console", stream=stream, clock=Clock())
    log.add(LINE)
    log.flush()
    assert stream.getvalue() == (
        "2026-09-21T14:13:20.123Z [info     ] request  GET /v1/site 200 bytes=98 us=1500 request_id=id\n"
    )


async def test_times_are_those_of_the_rest_of_the_log() -> None:
    stream, clock = io.StringIO(), Clock()
    log = AccessLog(form="json", stream=stream, clock=clock)
    moments = [clock.now, clock.now + 999, clock.now + 900_000, clock.now + 3_600_000_000, clock.now - 1, 999_999, 0]
    for clock.now in moments:
        log.add(LINE)
    log.flush()
    times = [json.loads(line)["time"] for line in stream.getvalue().splitlines()]
    assert times == [format_time(Micros(moment)) for moment in moments]


async def test_a_path_cannot_break_out_of_its_line() -> None:
    stream = io.StringIO()
    log = AccessLog(form="json", stream=stream, clock=Clock())
    path = '/a"b\\c\u2028\n{"event":"forged"}'
    log.add(("id", "GET", path, 404, 0, 0.0))
    log.flush()
    (line,) = stream.getvalue().split("\n")[:-1]
    assert json.loads(line)["path"] == path


class Timed(io.StringIO):
    """A stream that sets an event when it is written to."""

    def __init__(self) -> None:
        super().__init__()
        self.written = asyncio.Event()

    def flush(self) -> None:
        self.written.set()


async def test_lines_are_written_a_moment_later_or_at_once_when_there_are_many() -> None:
    stream = Timed()
    log = AccessLog(form="json", stream=stream, clock=Clock())
    for _ in range(FLUSH_LINES):
        assert stream.getvalue() == ""
        log.add(LINE)
    assert stream.getvalue().count("\n") == FLUSH_LINES
    stream.written.clear()
    log.add(LINE)
    await asyncio.wait_for(stream.written.wait(), 5)
    assert stream.getvalue().count("\n") == FLUSH_LINES + 1


SPELLINGS = ["/v1/previews/secret", "/previews/secret", "/v1/%70reviews/secret", "/previews%2Fsecret"]


@pytest.mark.parametrize("path", SPELLINGS)
async def test_what_opens_a_preview_is_not_written_down_however_it_is_spelt(server: Server, path: str) -> None:
    with capture_logs() as others:
        await server.client.get(path)
    server.app.flush_logs()
    assert "/previews/…" in server.access_lines.getvalue()
    assert "secret" not in server.access_lines.getvalue() + repr(others)


@pytest.mark.parametrize("path", SPELLINGS)
async def test_nor_is_it_when_something_of_ours_breaks(path: str) -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise ZeroDivisionError

    outermost = Middleware(
        broken,
        body_limits=BodyLimits((), seconds=30),
        cross_origin=CrossOrigin(()),
        metrics=RequestMetrics(),
        access_log=None,
    )
    with capture_logs() as logged:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(outermost), base_url="https://live.example"
        ) as client:
            assert (await client.get(path)).status_code == 500
    assert [line["event"] for line in logged] == ["request_failed"]
    assert "secret" not in repr(logged)
