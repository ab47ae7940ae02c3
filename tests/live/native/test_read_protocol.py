"""Reads that are answered as soon as they are parsed: alone, among others on a connection, and when they cannot be."""

from __future__ import annotations

import asyncio
import gc
import socket
import weakref
from typing import Any

import pytest
from structlog.testing import capture_logs
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.live.hub.hub import Hub
from app.live.native.read_protocol import ANSWERS_AT_ONCE
from app.live.story.connection_states import ConnectionState
from app.live.story.limits import LiveLimits
from tests.live.hubs import SOON
from tests.live.native.http_connections import serving_http
from tests.live.native.raw_peers import KEY
from tests.waiting import until

pytestmark = pytest.mark.anyio

LARGE = 16 * 1024 * 1024
"""More than the kernel keeps for a connection on loopback."""


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Both loops, for each has its own way with a transport that closes."""
    return "asyncio", {"use_uvloop": request.param}


class Reads:
    """An application that has the answers to /ready and /large at hand, and gives others when `may_answer` is set."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.scopes: list[Any] = []
        self.tasks: list[str] = []

    def answer_at_once(self, scope: Any) -> tuple[bytes, bytes] | None:
        self.scopes.append(scope)
        if scope["path"] == "/raises":
            raise ZeroDivisionError
        if scope["path"] not in {"/ready", "/large"}:
            return None
        body = b"x" * LARGE if scope["path"] == "/large" else b"at once " + scope["query_string"]
        return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n" % len(body), body

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.tasks.append(scope["path"])
        await self.may_answer.wait()
        body = b"by a task " + scope["query_string"]
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def ask(path: str, *headers: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: x", *headers, "", ""]).encode()


async def answers(port: int, request: bytes, count: int) -> list[bytes]:
    """Send bytes; return so many answers' bodies, and what came behind them if the connection has ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = []
    async with asyncio.timeout(SOON):
        writer.write(request)
        for _ in range(count):
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert head.count(b"date: today\r\n") == 1
            length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length: "))
            found.append(await reader.readexactly(int(length.partition(b" ")[2])))
    writer.close()
    return found


async def test_what_we_use_of_uvicorn_is_there() -> None:
    names = {"response_started", "response_complete", "disconnected", "keep_alive", "more_body", "on_response"}
    application = Reads()
    async with serving_http(application) as (_, port, state):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        application.may_answer.clear()
        writer.write(ask("/task"))
        await until(lambda: application.tasks)
        (connection,) = state.connections
        assert isinstance(connection.cycle, RequestResponseCycle)  # type: ignore[union-attr]  # one of HTTP
        assert names <= vars(connection.cycle).keys()  # type: ignore[union-attr]  # as above
        writer.close()


async def test_what_is_ready_needs_no_task_and_the_connection_goes_on() -> None:
    application = Reads()
    async with serving_http(application) as (hub, port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(SOON):
            for number in range(3):
                writer.write(ask(f"/ready?{number}"))
                head = await reader.readuntil(b"\r\n\r\n")
                assert head == b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ndate: today\r\n\r\n"
                assert await reader.readexactly(9) == b"at once %d" % number
        assert application.tasks == []
        assert state.total_requests == 3
        assert hub.metrics.connections_by_state[ConnectionState.IDLE] == 1
        writer.close()


async def test_requests_that_came_together_are_answered_in_their_order() -> None:
    application = Reads()
    paths = ["/ready?1", "/ready?2", "/raises?3", "/task?4", "/ready?5", "/ready?6"]
    async with serving_http(application) as (_, port, _):
        with capture_logs() as logged:
            found = await answers(port, b"".join(map(ask, paths)), len(paths))
        assert [each[-1:] for each in found] == [b"1", b"2", b"3", b"4", b"5", b"6"]
        assert found[:3] == [b"at once 1", b"at once 2", b"by a task 3"]
        assert "/task" in application.tasks
        assert [each["event"] for each in logged] == ["answer_at_once_failed"]


async def test_a_thousand_requests_at_once_are_answered_one_after_the_other() -> None:
    application = Reads()
    async with serving_http(application) as (_, port, _):
        found = await answers(port, b"".join(ask(f"/ready?{number}") for number in range(1000)), 1000)
    assert found[:ANSWERS_AT_ONCE] == [b"at once %d" % number for number in range(ANSWERS_AT_ONCE)]
    assert [each.rpartition(b" ")[2] for each in found] == [b"%d" % number for number in range(1000)]
    assert application.tasks  # others had their turn in between


async def test_a_failure_is_logged_and_the_application_asked_its_usual_way() -> None:
    application, counted = Reads(), []
    async with serving_http(application, count_failure=lambda: counted.append(1)) as (_, port, _):
        with capture_logs() as logged:
            assert await answers(port, ask("/raises?1"), 1) == [b"by a task 1"]
        assert [each["event"] for each in logged] == ["answer_at_once_failed"]
        assert counted == [1]
        assert await answers(port, ask("/ready?2"), 1) == [b"at once 2"]


@pytest.mark.parametrize(
    "request_bytes",
    [
        ask("/ready?1", "Connection: close"),
        ask("/ready?1", version="1.0"),
        ask("/ready?1", method="HEAD"),
        ask("/ready?1", method="POST"),
        ask("/ready?1", "Content-Length: 5") + b"abc",
    ],
    ids=["close", "HTTP/1.0", "HEAD", "POST", "half a body"],
)
async def test_what_ends_its_connection_or_is_no_plain_read_is_the_application_s(request_bytes: bytes) -> None:
    application = Reads()
    async with serving_http(application) as (_, port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_bytes)
        async with asyncio.timeout(SOON):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200 OK")
        assert application.tasks == ["/ready"]
        writer.close()


async def test_a_whole_body_that_nobody_reads_does_not_part_the_requests() -> None:
    application = Reads()
    async with serving_http(application) as (_, port, _):
        request = ask("/ready?1", "Content-Length: 3") + b"abc" + ask("/ready?2")
        assert await answers(port, request, 2) == [b"at once 1", b"at once 2"]


async def _until_timed_out(hub: Hub, state: ConnectionState) -> None:
    await until(lambda: hub.metrics.connections_timed_out[state] > 0)


async def test_half_a_head_behind_a_read_has_its_time_limit() -> None:
    for first in ("/ready?1", "/task?1"):
        application = Reads()
        async with serving_http(application, LiveLimits(header_seconds=0.3)) as (hub, port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ask(first) + ask("/ready?2")[:-2])
            await _until_timed_out(hub, ConnectionState.HEAD)
            assert hub.metrics.connections_timed_out[ConnectionState.HEAD] == 1
            async with asyncio.timeout(SOON):
                sent = await reader.read()
            assert sent.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"HTTP/1.1 408 " in sent
            writer.close()


async def test_a_client_that_reads_nothing_is_cut_and_costs_one_answer() -> None:
    application = Reads()
    async with serving_http(application, LiveLimits(stall_seconds=0.3)) as (hub, port, state):
        loop = asyncio.get_running_loop()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", port))
            await loop.sock_sendall(client, ask("/large") * 4)
            await until(lambda: hub.metrics.connections_by_state[ConnectionState.UNREAD] == 1)
            await until(lambda: not state.connections)
        assert hub.metrics.connections_timed_out[ConnectionState.UNREAD] == 1
        assert len(application.scopes) == 1


async def test_each_head_that_comes_in_pieces_has_its_own_time() -> None:
    """A client whose packets end one request and begin the next is never idle, and never too slow."""
    application, now = Reads(), 0.0
    async with serving_http(application, LiveLimits(header_seconds=10), monotonic=lambda: now) as (hub, port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        request = ask("/ready?1")
        writer.write(request[:10])
        await until(lambda: hub.metrics.connections_by_state[ConnectionState.HEAD] == 1)
        async with asyncio.timeout(SOON):
            for _ in range(5):
                now += 8  # within the limit of each head, not of two
                while hub.connections.tick(now):
                    pass
                writer.write(request[10:] + request[:10])
                assert (await reader.readuntil(b"at once 1")).startswith(b"HTTP/1.1 200 OK\r\n")
        assert sum(hub.metrics.connections_timed_out.values()) == 0
        now += 11
        while hub.connections.tick(now):
            pass
        assert hub.metrics.connections_timed_out[ConnectionState.HEAD] == 1
        writer.close()


async def test_a_socket_that_is_asked_for_behind_a_read_ends_the_connection_as_ever() -> None:
    application = Reads()
    upgrade = ("Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + KEY)
    async with serving_http(application) as (_, port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ask("/ready?1") + ask("/v1/stories/one/live", *upgrade))
        async with asyncio.timeout(SOON):
            assert await reader.read() == b""
        await until(lambda: not state.connections and not state.tasks)
        assert application.scopes == []
        writer.close()


async def test_a_body_that_cannot_be_read_is_refused_once() -> None:
    application = Reads()
    async with serving_http(application) as (_, port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ask("/ready?1", "Transfer-Encoding: chunked") + b"zz\r\n")
        async with asyncio.timeout(SOON):
            answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.count(b"HTTP/1.1 ") == 1
        await until(lambda: not state.connections and not state.tasks)
        writer.close()


async def test_requests_for_protocols_that_are_none_of_ours_are_answered_however_many_came() -> None:
    application = Reads()
    count = 3_000
    async with serving_http(application) as (_, port, _):
        request = ask("/ready?1", "Connection: upgrade", "Upgrade: x")
        assert len(await answers(port, request * count, count)) == count


@pytest.mark.parametrize(("path", "answer"), [("/ready?1", b"at once 1"), ("/task?1", b"by a task 1")])
async def test_a_connection_that_ends_leaves_nothing_to_the_garbage_collector(path: str, answer: bytes) -> None:
    application = Reads()
    gc.collect()
    gc.disable()
    try:
        async with serving_http(application) as (_, port, state):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            async with asyncio.timeout(SOON):
                writer.write(ask(path))
                await reader.readuntil(answer)
            (connection,) = state.connections
            cycle = weakref.ref(connection.cycle)  # type: ignore[union-attr]  # one of HTTP
            del connection
            writer.close()
            await until(lambda: not state.connections)
            application.scopes.clear()
            await until(lambda: cycle() is None)
    finally:
        gc.enable()


async def test_behind_a_trusted_proxy_the_application_is_shown_the_client_and_its_host() -> None:
    headers = ("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Host: brand.example", "X-Forwarded-Proto: https")
    for proxies, client, host, scheme in (
        (("127.0.0.0/8",), "203.0.113.9", b"brand.example", "https"),
        (("10.0.0.0/8",), "127.0.0.1", None, "http"),
    ):
        application = Reads()
        async with serving_http(application, proxies=proxies) as (_, port, _):
            assert await answers(port, ask("/ready?1", *headers), 1) == [b"at once 1"]
            (scope,) = application.scopes
            assert (scope["client"][0], scope.get("forwarded_host"), scope["scheme"]) == (client, host, scheme)
            assert application.tasks == []


async def test_an_application_without_such_answers_is_asked_its_usual_way() -> None:
    application = Reads()
    for proxies in ((), ("127.0.0.0/8",)):
        async with serving_http(application.__call__, proxies=proxies) as (_, port, _):
            assert await answers(port, ask("/ready?1"), 1) == [b"by a task 1"]
