"""The first protocol of every connection: answers a plain handshake itself, and passes all else to the HTTP server.

Ten thousand pages that come back at once send ten thousand handshakes and nothing else, each as one small packet.
Those are read here, without a parser and a request's whole machinery; a request that is anything but the plainest of
handshakes goes to the parser, byte for byte.
"""

from __future__ import annotations

import asyncio
import string
from collections.abc import Callable, Sized
from urllib.parse import unquote

from app.live.native.handshake import AcceptContext, Handshake
from app.live.protocol.addresses import LiveAddress, live_address
from app.live.protocol.request_heads import HEADERS_LIMIT, Headers, is_host
from app.live.session.admission import SERVER_FULL
from app.live.story.connection_states import ConnectionState

_LONGEST_BYTES = 4_096
_METHOD = b"GET /v1/"
_VERSION = b" HTTP/1.1"
_END = b"\r\n\r\n"
_UNUSUAL = frozenset({b"content-length", b"transfer-encoding", b"expect"})
_TOKEN_BYTES = b"!#$%&'*+-.^_`|~" + (string.ascii_letters + string.digits).encode()
_TARGET_BYTES = bytes(code for code in range(0x21, 0x7F) if code != ord("#"))
_CONTROL_BYTES = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\r\n")


class HandshakeProtocol(asyncio.Protocol):
    """One connection until its first bytes have shown what it is. `make_http` makes the HTTP server's protocol."""

    __slots__ = ("_accept_context", "_is_answered", "_make_http", "_others", "transport")

    transport: asyncio.Transport
    state = ConnectionState.FIRST_BYTE

    def __init__(
        self, accept_context: AcceptContext, *, others: Sized, make_http: Callable[[], asyncio.Protocol]
    ) -> None:
        self._accept_context = accept_context
        self._others = others
        self._make_http = make_http
        self._is_answered = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # asyncio gives more
        """Refuse the connection if the server is full, or give it time for its first byte."""
        self.transport = transport
        context, hub = self._accept_context, self._accept_context.hub
        unknown_to_the_hub = len(self._others) + len(context.pending) + context.opening
        if context.limiter.is_full(unknown_to_the_hub + hub.connection_count):
            self._is_answered = True
            Handshake(context, transport, [], on_hand_over=_ignore).refuse_http(SERVER_FULL)
        else:
            context.pending.add(self, until=hub.seconds() + hub.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection whose peer left before its first byte."""
        self._accept_context.pending.remove(self)

    def data_received(self, data: bytes) -> None:
        """Answer a plain handshake, or pass the first bytes to the HTTP server."""
        if self._is_answered:
            return
        self._accept_context.pending.remove(self)
        request = read_plain_handshake(data)
        if request is None:
            self._pass_to_http(data)
            return
        address, query_string, headers = request
        self._is_answered = True
        Handshake(self._accept_context, self.transport, headers, on_hand_over=_ignore).answer(address, query_string)

    def _pass_to_http(self, data: bytes) -> None:
        protocol = self._make_http()
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        protocol.data_received(data)


def read_plain_handshake(data: bytes) -> tuple[LiveAddress, bytes, Headers] | None:
    """Return the address, query and headers of a plain request for a reader's WebSocket; None for any other bytes."""
    if len(data) > _LONGEST_BYTES or not data.startswith(_METHOD) or data.find(_END) != len(data) - len(_END):
        return None
    ends = data.count(b"\r\n")
    if data.count(b"\r") != ends or data.count(b"\n") != ends or len(data.translate(None, _CONTROL_BYTES)) != len(data):
        return None
    request_line, *lines = data[: -len(_END)].split(b"\r\n")
    if not request_line.endswith(_VERSION):
        return None
    path, _, query_string = request_line[len(_METHOD) - 4 : -len(_VERSION)].partition(b"?")
    address = live_address(unquote(path.decode("latin-1")))
    if address is None or address.kind != "live" or (path + query_string).translate(None, _TARGET_BYTES):
        return None
    headers = _read_headers(lines)
    return None if headers is None else (address, query_string, headers)


def _read_headers(lines: list[bytes]) -> Headers | None:
    """Return the headers, if they are those of a WebSocket's handshake and none of them is unusual."""
    headers: Headers = []
    if len(lines) > HEADERS_LIMIT:
        return None
    is_upgrade = is_connection = has_host = False
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or name.translate(None, _TOKEN_BYTES):
            return None
        name, value = name.lower(), value.strip()
        if name == b"upgrade":
            is_upgrade = value.lower() == b"websocket"
        elif name == b"connection":
            is_connection = b"upgrade" in [token.strip() for token in value.lower().split(b",")]
        elif name == b"host":
            if has_host or not is_host(value):
                return None
            has_host = True
        elif name in _UNUSUAL:
            return None
        headers.append((name, value))
    return headers if is_upgrade and is_connection and has_host else None


def _ignore() -> None:
    """Do nothing: this protocol keeps no state of HTTP to release."""
