"""Lines of the access log: complete, in order, one JSON object each, written soon."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import platform

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from app.api.http.metrics.request_metrics import RequestMetrics
from app.api.layers.access_log import FLUSH_LINES, AccessLine, AccessLog, AddressForm
from app.api.layers.body_limits import BodyLimits
from app.api.layers.cors import CrossOrigin
from app.api.layers.middleware import Middleware
from app.api.layers.request_records import RequestRecords
from app.domain.clock import Micros, format_time, parse_time
from app.logs import configure_logging, write_line
from app.wire.log_lines import encode_log_line, encode_request_line, name_node
from tests.api.server import Server

pytestmark = pytest.mark.anyio

LINE: AccessLine = ("id", "GET", "/v1/site", 200, 98, 0.0015)
CLIENT = "203.0.113.77"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_790_000_000_123_456

    def __call__(self) -> Micros:
        return Micros(self.now)


async def test_a_line_as_json_has_every_member() -> None:
    stream, clock = io.StringIO(), Clock()
    log = AccessLog(form="json", stream=stream, clock=clock)
    log.add(LINE, client=CLIENT)
    log.flush()
    assert json.loads(stream.getvalue()) == {
        "event": "request",
        "request_id": "id",
        "method": "GET",
        "path": "/v1/site",
        "status": 200,
        "bytes": 98,
        "us": 1500,
        "client": "203.0.113.0",
        "logger": "app.api.layers.middleware",
        "level": "info",
        "node": platform.node(),
        "time": "2026-09-21T14:13:20.123Z",
    }


def _write_every_kind_of_line(stream: io.StringIO) -> list[dict[str, object]]:
    """Write a line by each writer there is; return them, as read back, with their members in order."""
    log = AccessLog(form="json", stream=stream, clock=Clock())
    log.add(LINE, client=CLIENT)
    log.add_event("live connection opened", transport="websocket", story="demo")
    log.flush()
    configure_logging(level="info", form="json", stream=stream)
    structlog.get_logger("ours").info("draining", readers=3)
    logging.getLogger("a.library").warning("no room")
    write_line("The database has the schema this release needs.", form="json", stream=stream)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_every_writer_of_lines_begins_them_with_the_same_members_in_the_same_order(own_logging: None) -> None:
    name_node("north", worker=2)
    lines = _write_every_kind_of_line(io.StringIO())
    assert [line["event"] for line in lines][:3] == ["request", "live connection opened", "draining"]
    assert len(lines) == 5
    for line in lines:
        assert list(line)[:6] == ["time", "level", "event", "logger", "node", "worker"]
        assert (line["node"], line["worker"]) == ("north", 2)
        assert format_time(parse_time(str(line["time"]))) == line["time"], "one form of time"


@pytest.mark.parametrize("path", ["/v1/site", '/a"b\\c\u2028\n', "/\xff%2e"])
async def test_the_quick_writer_of_request_lines_writes_what_the_general_one_does(path: str) -> None:
    line: AccessLine = ("id", "GET", path, 200, 98, 0.0015)
    fields = {"request_id": "id", "method": "GET", "path": path, "status": 200, "bytes": 98, "us": 1500, "client": "::"}
    general = encode_log_line(
        time="now", level="info", event="request", logger="app.api.layers.middleware", fields=fields
    )
    assert encode_request_line("now", line, "::") == general


@pytest.mark.parametrize(
    ("addresses", "client", "written"),
    [
        ("short", "203.0.113.77", "203.0.113.0"),
        ("short", "2001:db8:aaaa:bbbb:cccc::1", "2001:db8:aaaa::"),
        ("short", "::ffff:203.0.113.77", "203.0.113.0"),
        ("short", "fe80::1%eth0", "fe80::"),
        ("short", "a\"proxy's lie", ""),
        ("short", "", ""),
        ("full", "203.0.113.77", "203.0.113.77"),
        ("full", "a\"proxy's lie", ""),
        ("off", "203.0.113.77", ""),
    ],
)
async def test_of_an_address_there_is_what_the_operator_wants_and_by_default_its_network(
    addresses: AddressForm, client: str, written: str
) -> None:
    stream = io.StringIO()
    log = AccessLog(form="json", stream=stream, clock=Clock(), addresses=addresses)
    log.add(LINE, client=client)
    log.flush()
    assert json.loads(stream.getvalue())["client"] == written


async def test_a_requests_line_has_the_network_of_its_client(server: Server) -> None:
    await server.client.get("/v1/site")
    server.app.flush_logs()
    assert json.loads(server.access_lines.getvalue().splitlines()[-1])["client"] == "192.0.2.0"


async def test_a_line_for_a_person_says_the_same() -> None:
    stream = io.StringIO()
    log = AccessLog(form="console", stream=stream, clock=Clock())
    log.add(LINE, client=CLIENT)
    log.flush()
    assert stream.getvalue() == (
        "2026-09-21T14:13:20.123Z [info     ] request  GET /v1/site 200"
        " bytes=98 us=1500 request_id=id client=203.0.113.0\n"
    )


async def test_times_are_those_of_the_rest_of_the_log() -> None:
    stream, clock = io.StringIO(), Clock()
    log = AccessLog(form="json", stream=stream, clock=clock)
    moments = [clock.now, clock.now + 999, clock.now + 900_000, clock.now + 3_600_000_000, clock.now - 1, 999_999, 0]
    for clock.now in moments:
        log.add(LINE, client=CLIENT)
    log.flush()
    times = [json.loads(line)["time"] for line in stream.getvalue().splitlines()]
    assert times == [format_time(Micros(moment)) for moment in moments]


async def test_a_path_cannot_break_out_of_its_line() -> None:
    stream = io.StringIO()
    log = AccessLog(form="json", stream=stream, clock=Clock())
    path = '/a"b\\c\u2028\n{"event":"forged"}'
    log.add(("id", "GET", path, 404, 0, 0.0), client=CLIENT)
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
        log.add(LINE, client=CLIENT)
    assert stream.getvalue().count("\n") == FLUSH_LINES
    stream.written.clear()
    log.add(LINE, client=CLIENT)
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
        records=RequestRecords(RequestMetrics(), None),
    )
    with capture_logs() as logged:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(outermost), base_url="https://live.example"
        ) as client:
            assert (await client.get(path)).status_code == 500
    assert [line["event"] for line in logged] == ["request_failed"]
    assert "secret" not in repr(logged)
