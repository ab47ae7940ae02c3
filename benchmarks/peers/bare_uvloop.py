"""A bare uvloop protocol that writes prepared bytes, a hundred sockets at a time. Arguments: port, bytes of a message.

GET with an upgrade: a WebSocket, told "caught_up". POST: 201, then the message to every WebSocket. Other GET: 200.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import sys
from typing import cast

import uvloop

SLICE = 100

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY = b"Sec-WebSocket-Key: "
_UPGRADED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n"
)
_CAUGHT_UP = b'\x81\x14{"type":"caught_up"}'


class ConnectionRegistry:
    """All listening connections, and the frame that is sent to them."""

    def __init__(self, message_bytes: int) -> None:
        begin, end = b'{"type":"entry.published","text":"', b'"}'
        message = begin + b"x" * (message_bytes - len(begin) - len(end)) + end
        self._frame = b"\x81\x7e" + message_bytes.to_bytes(2, "big") + message
        self.readers: dict[asyncio.Transport, None] = {}

    def broadcast(self) -> None:
        """Send one message to each, in slices, so that other tasks run between them."""
        self._send_slice(list(self.readers), 0)

    def _send_slice(self, readers: list[asyncio.Transport], start: int) -> None:
        for each in readers[start : start + SLICE]:
            each.write(self._frame)
        if start + SLICE < len(readers):
            asyncio.get_running_loop().call_soon(self._send_slice, readers, start + SLICE)


class Connection(asyncio.Protocol):
    """One connection, a reader's or the poster's. A request of the benchmark arrives in one piece."""

    __slots__ = ("_connections", "_transport")
    _transport: asyncio.Transport

    def __init__(self, connections: ConnectionRegistry) -> None:
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"POST"):
            self._transport.write(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")
            self._connections.broadcast()
        elif _KEY in data:
            key = data.partition(_KEY)[2].partition(b"\r\n")[0]
            accept = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
            self._transport.write(_UPGRADED % accept + _CAUGHT_UP)
            self._connections.readers[self._transport] = None
        else:
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.readers.pop(self._transport, None)


async def main(port: int, message_bytes: int) -> None:
    """Serve until the process is ended."""
    connections = ConnectionRegistry(message_bytes)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(connections), "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
