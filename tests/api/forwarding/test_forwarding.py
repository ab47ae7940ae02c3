"""What a process that reads sends on, what the writer takes it for, and what is said while the writer is away."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.api.forwarding.forwarded_requests import (
    FORWARDER,
    ForwardedRequests,
    encode_known_at,
    forwarded_headers,
    known_at,
    returned_headers,
)
from app.api.forwarding.forwarding import Forwarding, WaitApplied
from app.api.forwarding.known_writes import KNOWN_SECONDS, KnownWrites
from app.api.forwarding.writer_connection import WAITING_LIMIT_BYTES
from app.api.forwarding.writer_link import AHEAD_BYTES, COMING_LIMIT, CONNECTIONS_LIMIT, WriterLink
from tests.waiting import until

pytestmark = pytest.mark.anyio


def _scope(method: str = "POST", path: str = "/v1/stories", **more: Any) -> Scope:
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"news.example")],
        "client": ("203.0.113.9", 4711),
        "scheme": "https",
        "request_id": "of-this-request",
    }
    return scope | more


class _Client:
    """The client's side of one request."""

    def __init__(self, *pieces: bytes) -> None:
        self.sent: list[Message] = []
        self.taken = 0
        self._pieces = pieces

    async def receive(self) -> Message:
        self.taken += 1
        if self.taken > len(self._pieces):
            return {"type": "http.disconnect"}
        return {
            "type": "http.request",
            "body": self._pieces[self.taken - 1],
            "more_body": self.taken < len(self._pieces),
        }

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        status: int = self.sent[0]["status"]
        return status

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


async def _nobody(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError(f"{scope['path']} is the writer's")


async def _known_already(number: int, seconds: float) -> None:
    raise AssertionError(f"nothing is to be known up to {number}")


Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


@asynccontextmanager
async def writer_that(
    answers: Answer, folder: Path, *, wait_applied: WaitApplied = _known_already, **link_options: Any
) -> AsyncIterator[Forwarding]:
    """A layer that forwards to a writer which answers each connection as given."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answers(reader, writer)
        finally:
            writer.close()

    options = {"is_heard": lambda: True} | link_options
    link = WriterLink(folder / "w.sock", **options)
    async with await asyncio.start_unix_server(serve, str(folder / "w.sock")):
        yield Forwarding(_nobody, link, wait_applied=wait_applied)
        await link.close()


async def _answered(forwarding: Forwarding, client: _Client, **scope: Any) -> _Client:
    async with asyncio.timeout(20):
        await forwarding(_scope(**scope), client.receive, client.send)
    return client


async def test_the_address_is_sent_as_it_was_written_and_the_body_in_the_pieces_it_came_in(tmp_path: Path) -> None:
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        heads.append(await reader.readuntil(b"0\r\n\r\n"))
        writer.write(b"HTTP/1.1 201 Created\r\nX-A: 1\r\nDate: now\r\nContent-Length: 2\r\n\r\nok")

    async with writer_that(answer, tmp_path) as forwarding:
        headers = [(b"host", b"news.example"), (b"transfer-encoding", b"chunked"), (b"x-a", b"1"), (b"x-a", b"2")]
        target = {"path": "/v1/stories/a b/x", "raw_path": b"/v1//stories/a%20b/%2e%2E/x", "query_string": b"q=%2F+1&q"}
        client = await _answered(forwarding, _Client(b"one", b"", b"two"), headers=headers, **target)
    head, body = heads
    assert head.startswith(b"POST /v1//stories/a%20b/%2e%2E/x?q=%2F+1&q HTTP/1.1\r\n")
    assert head.lower().count(b"x-a: ") == 2
    assert head.lower().count(b"transfer-encoding: chunked") == 1
    assert body == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
    assert (client.status, client.body) == (201, b"ok")
    assert client.sent[0]["headers"] == [(b"x-a", b"1"), (b"content-length", b"2")]


async def test_an_answer_before_the_end_of_a_body_ends_the_sending_and_reaches_the_client(tmp_path: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nno!")

    async with writer_that(refuse, tmp_path) as forwarding:
        client = _Client(*[bytes(256 * 1024)] * 400)
        headers = [(b"content-length", b"%d" % (400 * 256 * 1024))]
        await _answered(forwarding, client, headers=headers)
    assert (client.status, client.body) == (413, b"no!")
    assert client.taken < 400, "the rest is not taken from the client"


@pytest.mark.parametrize("is_sent", [False, True])
async def test_while_the_writer_is_away_a_write_is_503_and_whether_it_was_done_is_said(
    tmp_path: Path, is_sent: bool
) -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with writer_that(die, tmp_path) as forwarding:
        if not is_sent:
            forwarding = Forwarding(
                _nobody, WriterLink(tmp_path / "none.sock", is_heard=lambda: False), wait_applied=_known_already
            )
        client = await _answered(forwarding, _Client())
    assert client.status == 503
    headers = dict(client.sent[0]["headers"])
    problem = json.loads(client.body)
    assert (headers[b"retry-after"], problem["code"]) == (b"2", "writer_away")
    assert problem["request_id"] == "of-this-request"
    assert ("not known" in problem["detail"]) == is_sent


async def test_a_writer_that_says_nothing_and_is_not_heard_either_is_not_waited_for(tmp_path: Path) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with writer_that(say_nothing, tmp_path, is_heard=lambda: False, silence_seconds=0.0) as forwarding:
        assert (await _answered(forwarding, _Client())).status == 503


async def test_a_short_answer_that_ends_too_early_is_503_and_whether_it_was_done_is_not_known(tmp_path: Path) -> None:
    async def die_within(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()

    async with writer_that(die_within, tmp_path) as forwarding:
        client = await _answered(forwarding, _Client())
    assert (client.status, json.loads(client.body)["code"]) == (503, "writer_away")
    assert "not known" in json.loads(client.body)["detail"]


@pytest.mark.parametrize("framing", [b"Content-Length: %d" % (WAITING_LIMIT_BYTES + 1), b"Transfer-Encoding: chunked"])
async def test_a_long_answer_comes_as_it_is_written_and_cuts_the_clients_where_it_ends_too_early(
    tmp_path: Path, framing: bytes
) -> None:
    is_read = asyncio.Event()

    async def die_within(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        half = b"half" if framing.startswith(b"Content") else b"4\r\nhalf\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\n%b\r\n\r\n%b" % (framing, half))
        await is_read.wait()

    class _Reading(_Client):
        async def send(self, message: Message) -> None:
            await super().send(message)
            if self.body == b"half":
                is_read.set()

    async with writer_that(die_within, tmp_path) as forwarding:
        client = _Reading()
        with pytest.raises(ConnectionError):
            await _answered(forwarding, client)
    assert (client.status, client.body) == (200, b"half")


async def test_a_client_that_leaves_within_its_body_ends_the_writers_request_and_is_no_failure(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async with writer_that(wait, tmp_path) as forwarding:

        class _Leaving(_Client):
            async def receive(self) -> Message:
                message = await super().receive()
                return {**message, "more_body": True}

        client = _Leaving(bytes(AHEAD_BYTES))
        await _answered(forwarding, client, headers=[(b"content-length", b"%d" % (2 * AHEAD_BYTES))])
        await asyncio.wait_for(ended.wait(), 20)
    assert client.sent == []


class _Slow(_Client):
    """A client whose body stays away behind its first piece."""

    def __init__(self, piece: bytes) -> None:
        super().__init__(piece)
        self.waits = asyncio.Event()

    async def receive(self) -> Message:
        if self.taken:
            self.waits.set()
            await asyncio.Event().wait()
        return {**await super().receive(), "more_body": True}


@pytest.mark.parametrize(
    ("path", "size", "count"),
    [
        ("/v1/newsroom/sessions", 1, CONNECTIONS_LIMIT),
        ("/v1/stories", AHEAD_BYTES, COMING_LIMIT),
        ("/v1/media", 1, COMING_LIMIT),
    ],
)
async def test_bodies_that_stay_away_keep_nobody_else_from_the_writer(
    tmp_path: Path, path: str, size: int, count: int
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"content-length" in head:
            await reader.read()
        writer.write(b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")

    async with writer_that(answer, tmp_path) as forwarding:
        slow = [_Slow(bytes(size)) for _ in range(count + 1)]
        scope = _scope(path=path, headers=[(b"content-length", b"%d" % (2 * AHEAD_BYTES))])
        asking = [asyncio.create_task(forwarding(scope, each.receive, each.send)) for each in slow]
        await until(lambda: sum(each.waits.is_set() or bool(each.sent) for each in slow) == len(slow))
        assert (await _answered(forwarding, _Client())).status == 201
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        refused = [each.status for each in slow if each.sent]
        assert refused == ([] if count == CONNECTIONS_LIMIT else [503])
        headers = [(b"transfer-encoding", b"chunked")]
        client = await _answered(forwarding, _Client(bytes(AHEAD_BYTES), b"end"), path=path, headers=headers)
        assert client.status == 201, "their places are free again"


async def test_the_writer_takes_a_request_for_the_clients_and_believes_nobody_else() -> None:
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)

    spoofed = [(b"x-liveblog-client", b"127.0.0.1 1"), (b"x-liveblog-forwarded-host", b"evil.example")]
    asked = _scope(headers=[(b"host", b"news.example"), *spoofed, (b"connection", b"close"), (b"x-request-id", b"its")])
    sent = _scope(headers=forwarded_headers(asked), client=None, scheme="http")
    await ForwardedRequests(app)(sent, _Client().receive, _Client().send)
    assert scopes[0]["client"] == ("203.0.113.9", 4711)
    assert scopes[0]["scheme"] == "https"
    assert scopes[0]["is_forwarded"]
    assert "forwarded_host" not in scopes[0]
    assert scopes[0]["headers"] == [(b"host", b"news.example"), (b"x-request-id", b"of-this-request")]
    asked = _scope(forwarded_host=b"brand.example", client=None)
    await ForwardedRequests(app)(_scope(headers=forwarded_headers(asked)), _Client().receive, _Client().send)
    assert (scopes[1]["client"], scopes[1]["forwarded_host"]) == (None, b"brand.example")


@pytest.mark.parametrize(
    ("sent", "pid"),
    [(b"4711", 4711), (b"", 0), (b"-1", 0), (b"x", 0), (b"9" * 11, 0), (b"9" * 60_000, 0)],
    ids=["a pid", "nothing", "negative", "letters", "too long", "far too long"],
)
async def test_what_is_no_pid_of_a_process_that_forwards_is_nobodys(sent: bytes, pid: int) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["forwarder_pid"] == pid

    await ForwardedRequests(app)(_scope(headers=[(FORWARDER, sent)]), _Client().receive, _Client().send)


@pytest.mark.parametrize(("reads", "closes"), [(0, True), (1, True), (2, False)])
async def test_an_answer_to_a_body_that_was_not_read_whole_ends_its_connection(reads: int, closes: bool) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(reads):
            await receive()
        await send({"type": "http.response.start", "status": 401, "headers": []})

    client = _Client(b"a", b"b")
    await ForwardedRequests(app)(_scope(headers=[(b"content-length", b"2")]), client.receive, client.send)
    assert ((b"connection", b"close") in client.sent[0]["headers"]) == closes


async def test_headers_of_one_connection_are_not_passed_on() -> None:
    headers = [(b"Connection", b"close"), (b"Transfer-Encoding", b"chunked"), (b"Date", b"x"), (b"ETag", b'"v1"')]
    assert returned_headers(headers) == [(b"etag", b'"v1"')]


@pytest.mark.parametrize(
    ("method", "status", "waits"),
    [("POST", 201, True), ("POST", 422, False), ("GET", 200, False), ("DELETE", 204, True)],
)
@pytest.mark.parametrize("forwarder_pid", [0, 4711])
async def test_a_write_is_answered_once_the_others_know_and_nothing_else_waits(
    method: str, status: int, waits: bool, forwarder_pid: int
) -> None:
    order: list[str] = []

    class Others:
        published = 7

        async def wait_known(self, timeout_seconds: float, *, but: int = 0) -> bool:
            assert (timeout_seconds, but) == (KNOWN_SECONDS, forwarder_pid)
            order.append("known")
            self.published += 1  # others write meanwhile, for whom nobody waits
            return True

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        order.append("committed")
        await send({"type": "http.response.start", "status": status, "headers": [(b"etag", b'"v1"')]})

    async def send(message: Message) -> None:
        order.append("answered")
        own, *added = message["headers"]
        assert own == (b"etag", b'"v1"')
        if waits and forwarder_pid:
            number, seconds = known_at(added) or (0, 1.0)
            assert number == 7
            assert 0 <= seconds <= KNOWN_SECONDS, "one limit for both waits"
        else:
            assert added == []

    forwarded: dict[str, Any] = {"forwarder_pid": forwarder_pid} if forwarder_pid else {}
    scope = _scope(method, **forwarded)
    await KnownWrites(app, Others())(scope, _Client().receive, send)
    assert order == (["committed", "known", "answered"] if waits else ["committed", "answered"])


async def test_whoever_forwards_a_write_waits_itself_until_it_knows_and_tells_its_client_nothing_of_that(
    tmp_path: Path,
) -> None:
    waits: list[tuple[int, float, int]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"\r\n%b: %d\r\n" % (FORWARDER, os.getpid()) in head
        assert head.count(FORWARDER) == 1, "what a client says of it is not sent"
        known_at = b"%b: %b" % encode_known_at(12, within_seconds=0.0301)
        writer.write(b"HTTP/1.1 201 Created\r\n%b\r\nContent-Length: 2\r\n\r\nok" % known_at)

    async def wait_applied(number: int, seconds: float) -> None:
        waits.append((number, seconds, len(client.sent)))

    client = _Client()
    async with writer_that(answer, tmp_path, wait_applied=wait_applied) as forwarding:
        await _answered(forwarding, client, headers=[(b"content-length", b"0"), (FORWARDER, b"1")])
    assert waits == [(12, 0.03, 0)]
    assert client.sent[0]["headers"] == [(b"content-length", b"2")]
    assert client.body == b"ok"
