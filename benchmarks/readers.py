"""Readers on WebSockets of negligible cost: a raw handshake, and frames counted as they arrive."""

from __future__ import annotations

import asyncio
import time
from typing import cast

CONNECTING_AT_ONCE = 50
PATIENCE_SECONDS = 30.0
"""What has not come by then does not come any more: the measurement fails."""

_EVENT = b'{"type":"entry.'
_CAUGHT_UP = b'{"type":"caught_up"'
_SHORT, _LONG = 126, 127


class Audience:
    """All readers of one address, and the times at which an event reached the first and the last of them."""

    def __init__(
        self, port: int, path: str, *, kind: type[Reader] | None = None, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self.port = port
        self.path = path
        self.readers: list[Reader] = []
        self.joined = 0
        self.events = 0
        self.first_at = 0.0
        self.last_at = 0.0
        self._kind = kind or Reader
        self._patience_seconds = patience_seconds
        self._missing = 0
        self._all_have_it: asyncio.Future[None] | None = None

    async def join(self, count: int, *, at_once: int = CONNECTING_AT_ONCE) -> None:
        """Connect `count` more readers; return once each has received that it is up to date."""
        wanted = self.joined + count
        while self.joined < wanted:
            new = [self._kind(self) for _ in range(min(at_once, wanted - self.joined))]
            async with asyncio.timeout(self._patience_seconds):
                await asyncio.gather(*(each.connect(self.port) for each in new))
                await asyncio.gather(*(each.caught_up for each in new))
            self.readers += new
            self.joined += len(new)

    def expect(self, events: int = 1) -> asyncio.Future[None]:
        """Return a future that is done once each reader has received `events` more."""
        self.first_at = 0.0
        self._missing = events * len(self.readers)
        self._all_have_it = asyncio.get_running_loop().create_future()
        if not self.readers:
            self._all_have_it.set_result(None)
        return self._all_have_it

    def received(self) -> None:
        """Count one more event of one reader."""
        self.events += 1
        if self.first_at == 0.0:
            self.first_at = time.perf_counter()
        self._missing -= 1
        if self._missing == 0 and self._all_have_it is not None:
            self.last_at = time.perf_counter()
            self._all_have_it.set_result(None)

    def leave(self) -> None:
        """Disconnect every reader."""
        for each in self.readers:
            each.close()
        self.readers.clear()
        self.joined = 0


class Reader(asyncio.Protocol):
    """One WebSocket that only listens. `caught_up` is done when the server says so."""

    headers = b""
    """What the request for the upgrade has beside what it must have."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._rest = b""
        self._is_open = False
        self._transport: asyncio.Transport | None = None
        self.caught_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connect(self, port: int) -> None:
        """Open the connection to a server on this machine and ask for the stream."""
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self.request())

    def request(self) -> bytes:
        """Return the request for the stream."""
        return upgrade_request(self._audience.path, self.headers)

    def close(self) -> None:
        """Close the socket without a close frame, as readers do."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self._is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            self._is_open = True
            self.opened(data[:end])
            data = data[end + 4 :]
        self._rest = self._take_frames(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.caught_up.done():
            self.caught_up.set_exception(ConnectionError("the server ended the connection"))

    def opened(self, head: bytes) -> None:
        """Process the server's answer to the request."""
        assert head.startswith(b"HTTP/1.1 101"), head[:80]

    def take(self, data: bytes, start: int, length: int) -> None:
        """Process one message, of `length` bytes from `start` on."""
        if data.startswith(_EVENT, start):
            self._audience.received()
        elif not self.caught_up.done() and data.startswith(_CAUGHT_UP, start):
            self.caught_up.set_result(None)

    def _take_frames(self, data: bytes) -> bytes:
        """Parse every complete frame; the rest is the beginning of the next."""
        start = 0
        while len(data) - start >= 2:
            length, head = data[start + 1], 2
            if length == _SHORT:
                length, head = int.from_bytes(data[start + 2 : start + 4], "big"), 4
            elif length == _LONG:
                length, head = int.from_bytes(data[start + 2 : start + 10], "big"), 10
            if len(data) - start < head + length:
                break
            self.take(data, start + head, length)
            start += head + length
        return data[start:]


def upgrade_request(path: str, headers: bytes = b"") -> bytes:
    """Return the request that opens a WebSocket."""
    return (
        b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%b\r\n"
    ) % (path.encode(), headers)
