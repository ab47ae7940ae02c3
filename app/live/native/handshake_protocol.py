"""The first protocol of every connection: takes a plain handshake itself, and leaves all else to the HTTP server.

Ten thousand pages that come back at once send ten thousand handshakes and nothing else, each as one small packet.
Those are read here, without a parser and a request's whole machinery; a request that is anything but the plainest of
handshakes goes to the parser, byte for byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sized
from urllib.parse import unquote

from app.live.native.handshake import AcceptContext, Handshake, Headers
from app.live.protocol.addresses import LiveAddress, live_address

_LONGEST_BYTES = 4_096
_METHOD = b"GET /v1/"
_VERSION = b" HTTP/1.1"
_END = b"\r\n\r\n"
_UNUSUAL = frozenset({b"content-length", b"transfer-encoding", b"expect"})


class HandshakeProtocol(asyncio.Protocol):
    """One connection until its first bytes have shown what it is. `make_http` makes the HTTP server's protocol."""

    __slots__ = ("_accept_context", "_is_admitting", "_make_http", "_others", "transport")

    transport: asyncio.Transport

    def __init__(
        self, accept_context: AcceptContext, *, others: Sized, make_http: Callable[[], asyncio.Protocol]
    ) -> None:
        self._accept_context = accept_context
        self._others = others
        self._make_http = make_http
        self._is_admitting = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # asyncio gives more
        """Take the connection if there is room, and give it time for its first byte."""
        self.transport = transport
        hub, waiting = self._accept_context.hub, self._accept_context.waiting
        if hub is None:
            return
        unknown_to_the_hub = len(self._others) + len(waiting) + self._accept_context.pending
        if self._accept_context.limiter.is_full(unknown_to_the_hub + hub.connection_count):
            self._is_admitting = True
            refusal = Handshake(self._accept_context, hub, transport, [], on_hand_over=_nothing)
            refusal.refuse_http(503, "too_many_connections", "This server is full; try another or come back.")
        else:
            waiting.add(self, until=hub.seconds() + hub.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone before it was anything."""
        self._accept_context.waiting.remove(self)

    def data_received(self, data: bytes) -> None:
        """Look at the first bytes."""
        if self._is_admitting:
            return
        self._accept_context.waiting.remove(self)
        hub = self._accept_context.hub
        request = read_plain_handshake(data) if hub is not None else None
        if hub is None or request is None:
            self._leave_to_http(data)
            return
        address, query_string, headers = request
        self._is_admitting = True
        handshake = Handshake(self._accept_context, hub, self.transport, headers, on_hand_over=_nothing)
        handshake.admit(address, query_string)

    def _leave_to_http(self, data: bytes) -> None:
        protocol = self._make_http()
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        protocol.data_received(data)


def read_plain_handshake(data: bytes) -> tuple[LiveAddress, bytes, Headers] | None:
    """The address, query and headers of a request for a reader's WebSocket that leaves no question; else None."""
    if len(data) > _LONGEST_BYTES or not data.startswith(_METHOD) or data.find(_END) != len(data) - len(_END):
        return None
    ends = data.count(b"\r\n")
    if data.count(b"\r") != ends or data.count(b"\n") != ends or b"\0" in data:
        return None
    request_line, *lines = data[: -len(_END)].split(b"\r\n")
    if not request_line.endswith(_VERSION):
        return None
    path, _, query_string = request_line[len(_METHOD) - 4 : -len(_VERSION)].partition(b"?")
    address = live_address(unquote(path.decode("latin-1")))
    if address is None or address.kind != "live" or b" " in path or b" " in query_string or b"#" in query_string:
        return None
    headers = _read_headers(lines)
    return None if headers is None else (address, query_string, headers)


def _read_headers(lines: list[bytes]) -> Headers | None:
    """The headers, if they are those of a WebSocket's handshake and nothing about them is unusual."""
    headers: Headers = []
    is_upgrade = is_connection = has_host = False
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip():
            return None
        name, value = name.lower(), value.strip()
        if name == b"upgrade":
            is_upgrade = value.lower() == b"websocket"
        elif name == b"connection":
            is_connection = b"upgrade" in [token.strip() for token in value.lower().split(b",")]
        elif name == b"host":
            has_host = True
        elif name in _UNUSUAL:
            return None
        headers.append((name, value))
    return headers if is_upgrade and is_connection and has_host else None


def _nothing() -> None:
    """There is nothing to let go of: the greeter was all there was."""
