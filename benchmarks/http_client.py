"""An HTTP client of negligible cost: it sends prepared bytes and parses the status and length of the answer.

Connections are kept alive and nothing is pipelined: a connection sends its next request when it has the whole answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

_LENGTHS = (b"content-length: ", b"Content-Length: ")


class HttpConnection(asyncio.Protocol):
    """One connection. `when_answered` is called with the status as soon as an answer is complete."""

    def __init__(self, when_answered: Callable[[int], None]) -> None:
        self.when_answered = when_answered
        self.received_bytes = 0
        self._transport: asyncio.Transport | None = None
        self._head = b""
        self._status = 0
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes) -> None:
        """Send a request. The one before must have been answered."""
        assert self._transport is not None
        self._transport.write(request)

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        if self._missing:
            self._missing -= len(data)
        else:
            head = self._head + data
            end = head.find(b"\r\n\r\n")
            if end < 0:
                self._head = head
                return
            self._head = b""
            self._status = int(head[9:12])
            self._missing = _length(head, end) - (len(head) - end - 4)
        assert self._missing >= 0, "more came than was asked for"
        if self._missing == 0:
            self.when_answered(self._status)


@dataclass(frozen=True, slots=True)
class Load:
    """The result of a closed loop of connections: requests, their time, and the client's own share of it."""

    requests: int
    seconds: float
    client_cpu_seconds: float
    latencies: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Return the answers a second."""
        return self.requests / self.seconds

    @property
    def client_busy(self) -> float:
        """Return the share of the time in which the client was busy; near 1 it, not the server, was the limit."""
        return self.client_cpu_seconds / self.seconds


async def connect(port: int) -> HttpConnection:
    """Open a connection to a server on this machine."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: HttpConnection(_unasked), "127.0.0.1", port)
    return connection


async def drive(
    port: int, make_request: Callable[[int], bytes], *, connections: int, requests: int, expect: int, warm_up: int = 0
) -> Load:
    """Send `requests`, each connection one after the other; `make_request` is called with 0, 1, 2….

    `warm_up` more go before them and are not counted. RuntimeError for an answer of another status than `expect`.
    """
    opened = [await connect(port) for _ in range(connections)]
    try:
        if warm_up:
            await _Run(opened, make_request, range(requests, requests + warm_up), expect).done()
        run = _Run(opened, make_request, range(requests), expect)
        cpu, started = time.process_time(), time.perf_counter()
        await run.done()
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    finally:
        for each in opened:
            each.close()
    return Load(requests, seconds, cpu, tuple(run.latencies))


class _Run:
    def __init__(
        self, opened: Sequence[HttpConnection], make_request: Callable[[int], bytes], numbers: range, expect: int
    ) -> None:
        self._opened = opened
        self._make_request = make_request
        self._numbers = iter(numbers)
        self._left = len(numbers)
        self._expect = expect
        self._finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.latencies: list[float] = []

    async def done(self) -> None:
        for connection in self._opened:
            self._next(connection)
        await self._finished

    def _next(self, connection: HttpConnection) -> None:
        with suppress(StopIteration):
            request = self._make_request(next(self._numbers))
            connection.when_answered = self._answer(connection, time.perf_counter())
            connection.send(request)

    def _answer(self, connection: HttpConnection, asked_at: float) -> Callable[[int], None]:
        def answered(status: int) -> None:
            self.latencies.append(time.perf_counter() - asked_at)
            self._left -= 1
            if status != self._expect:
                self._finished.set_exception(RuntimeError(f"answered with {status} instead of {self._expect}"))
            elif self._left == 0:
                self._finished.set_result(None)
            else:
                self._next(connection)

        return answered


def _length(head: bytes, end: int) -> int:
    for name in _LENGTHS:
        start = head.find(name, 0, end)
        if start >= 0:
            start += len(name)
            return int(head[start : head.find(b"\r", start)])
    return 0  # 304: a head and nothing else


def _unasked(status: int) -> None:
    raise RuntimeError(f"an answer nobody asked for: {status}")
