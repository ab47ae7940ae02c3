"""A connection that is refused: its client reads why, whenever it sends its request and however much more it sends."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from app.live.hub.admission_limits import AdmissionLimits
from app.live.hub.hub import Hub
from app.live.native import lingering_close as lingering_close
from app.live.protocol.request_heads import HEAD_LIMIT_BYTES
from app.live.story.limits import NORMAL_LIMITS, LiveLimits
from tests.live.app import NO_LIMITS, current_path, serve
from tests.live.hubs import SOON, hub_over
from tests.live.model import ModelLog, story
from tests.live.native.raw_peers import handshake
from tests.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("native_path")]

PLAIN = b"GET /v1/stories/one/changes HTTP/1.1\r\nHost: x\r\n\r\n"
WRITE = b"POST /v1/stories/one/entries HTTP/1.1\r\nHost: x\r\nContent-Length: 40000\r\n\r\n" + b"x" * 40_000
FULL = AdmissionLimits(total=1, per_second=0, per_address=0)
LIMITED = AdmissionLimits(total=0, per_second=1, per_address=0)


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Both loops, for each has its own way with a transport whose protocol changes."""
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture
def native_path() -> Iterator[None]:
    token = current_path.set("native")
    yield
    current_path.reset(token)


@asynccontextmanager
async def _serving(
    limits: AdmissionLimits,
    *,
    live: LiveLimits = NORMAL_LIMITS,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[tuple[Hub, int]]:
    hub = hub_over(
        ModelLog(story()),
        limits=live,
        heartbeat_seconds=1000,
        reconcile_seconds=1000,
        monotonic=monotonic,
    )
    async with serve(hub, limits=limits) as address:
        yield hub, int(address.rpartition(":")[2])


class _Client:
    """A plain socket, so that a reset shows as one."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._port = port
        self.received = b""
        self.socket = socket.socket()
        self.socket.setblocking(False)

    async def connect(self) -> None:
        await self._loop.sock_connect(self.socket, ("127.0.0.1", self._port))

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self.socket, data)

    async def send_until_cut(self, data: bytes, *, pause_seconds: float = 0) -> None:
        """Send it again and again until the server is gone."""
        async with asyncio.timeout(SOON):
            with suppress(ConnectionResetError, BrokenPipeError):
                while True:
                    await self.send(data)
                    await asyncio.sleep(pause_seconds)  # the pace of the client

    async def answer(self) -> bytes:
        """Everything up to the server's orderly end. Raises ConnectionResetError if it was none."""
        async with asyncio.timeout(SOON):
            while data := await self._loop.sock_recv(self.socket, 65536):
                self.received += data
        return self.received

    async def until(self, word: bytes) -> None:
        """Read until the server has said it."""
        async with asyncio.timeout(SOON):
            while word not in self.received:
                self.received += await self._loop.sock_recv(self.socket, 65536)

    def close(self) -> None:
        self.socket.close()


@asynccontextmanager
async def _client(port: int) -> AsyncIterator[_Client]:
    client = _Client(port)
    await client.connect()
    try:
        yield client
    finally:
        client.close()


@pytest.mark.parametrize("request_bytes", [PLAIN, handshake(), WRITE], ids=["read", "handshake", "write"])
async def test_a_full_server_says_so_to_who_has_sent_a_request_already(request_bytes: bytes) -> None:
    async with _serving(FULL) as (hub, port), _client(port):
        for _ in range(20):
            async with _client(port) as client:
                await client.send(request_bytes)
                answer = await client.answer()
                assert answer.startswith(b"HTTP/1.1 503 ")
                assert b"too_many_connections" in answer
        assert hub.metrics.refusals[503] == 20


@pytest.mark.parametrize("request_bytes", [PLAIN, handshake(), WRITE], ids=["read", "handshake", "write"])
async def test_a_full_server_says_so_to_who_sends_a_request_afterwards(request_bytes: bytes) -> None:
    async with _serving(FULL) as (hub, port), _client(port):
        for _ in range(20):
            async with _client(port) as client:
                await until(lambda: hub.metrics.refusals[503] > 0)
                hub.metrics.refusals[503] = 0
                for part in (request_bytes[:10], request_bytes[10:]):
                    await client.send(part)
                    await asyncio.sleep(0.01)  # the parts arrive apart
                assert (await client.answer()).startswith(b"HTTP/1.1 503 ")


async def test_a_refused_handshake_is_answered_to_who_sends_frames_without_waiting() -> None:
    stopped = time.monotonic()  # so that no client earns another handshake
    async with _serving(LIMITED, monotonic=lambda: stopped) as (_, port):
        for _ in range(20):
            async with _client(port) as client:
                await client.send(handshake())
                await client.send(b"\x81\x80\0\0\0\0" * 100)
                assert (await client.answer()).startswith(b"HTTP/1.1 429 ")


async def test_a_head_without_end_is_refused_while_it_is_still_being_sent() -> None:
    async with _serving(NO_LIMITS) as (_, port), _client(port) as client:
        await client.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * (HEAD_LIMIT_BYTES + 20_000))
        assert (await client.answer()).startswith(b"HTTP/1.1 431 ")


async def test_a_slow_head_behind_an_answer_under_way_is_cut_without_a_word_in_the_middle_of_it() -> None:
    hasty = LiveLimits(header_seconds=0.3)
    async with _serving(NO_LIMITS, live=hasty) as (_, port), _client(port) as client:
        await client.send(b"POST /v1/stories/one/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        await client.until(b"caught_up")
        await client.send(b"GET /v1/stor")
        answer = await client.answer()
        assert b" 408 " not in answer
        assert not answer.endswith(b"0\r\n\r\n")


async def test_who_never_stops_sending_is_cut() -> None:
    async with _serving(FULL) as (_, port), _client(port), _client(port) as client:
        await client.send_until_cut(b"x" * 65_536)


async def test_who_never_closes_is_cut() -> None:
    async with _serving(FULL, live=LiveLimits(stall_seconds=0.3)) as (_, port), _client(port), _client(port) as client:
        assert (await client.answer()).startswith(b"HTTP/1.1 503 ")
        await client.send_until_cut(b"x", pause_seconds=0.01)


async def test_only_so_many_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering_close, "LINGERING_LIMIT", 2)
    async with _serving(FULL) as (hub, port), _client(port), _client(port) as one, _client(port) as two:
        await until(lambda: hub.metrics.refusals[503] == 2)
        async with _client(port) as third:
            assert (await third.answer()).startswith(b"HTTP/1.1 503 ")
            await third.send_until_cut(b"x", pause_seconds=0.01)
        for client in (one, two):
            await client.send(PLAIN)
            assert (await client.answer()).startswith(b"HTTP/1.1 503 ")
