"""The WebSocket handshake (RFC 6455 §4.2) and the one compression we accept (RFC 7692). Pure: bytes in, bytes out."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from app.wire.messages import SUBPROTOCOL

_ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_VERSION = b"13"
_OUR_WINDOW_BITS = b"15"

_RESPONSE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
_DEFLATE = b"\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover"
_SUBPROTOCOL = b"\r\nSec-WebSocket-Protocol: " + SUBPROTOCOL.encode()


class BadUpgrade(Exception):
    """A request that cannot become a WebSocket. `status` is 400, or 426 when only the version is not ours."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Upgrade(NamedTuple):
    """A handshake that can be accepted: its response, and the agreed compression and subprotocol."""

    response: bytes
    deflate: bool
    subprotocol: str | None


def read_upgrade(headers: Iterable[tuple[bytes, bytes]], *, may_deflate: bool) -> Upgrade:
    """Check a request's handshake headers (lower-case names) and make the response. Raises BadUpgrade.

    Compression is agreed to only without context takeover in either direction: then one compressed frame serves
    every reader, and no connection keeps a window.
    """
    fields: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name.startswith(b"sec-websocket-"):
            fields.setdefault(name, []).append(value)
    if fields.get(b"sec-websocket-version") != [_VERSION]:
        raise BadUpgrade(426, "Only version 13 of the WebSocket protocol is spoken here.")
    key = _key(fields.get(b"sec-websocket-key", []))
    protocols, extensions = fields.get(b"sec-websocket-protocol"), fields.get(b"sec-websocket-extensions")
    subprotocol = SUBPROTOCOL if protocols and SUBPROTOCOL.encode() in _tokens(protocols) else None
    deflate = _acceptable_deflate(extensions) if extensions and may_deflate else None
    accept = binascii.b2a_base64(hashlib.sha1(key + _ACCEPT_GUID, usedforsecurity=False).digest(), newline=False)
    parts = [_RESPONSE, accept]
    if subprotocol is not None:
        parts.append(_SUBPROTOCOL)
    if deflate is not None:
        parts += [_DEFLATE, deflate]
    return Upgrade(b"".join((*parts, b"\r\n\r\n")), deflate is not None, subprotocol)


def _key(values: list[bytes]) -> bytes:
    try:
        valid = len(values) == 1 and len(binascii.a2b_base64(values[0].strip(), strict_mode=True)) == 16
    except binascii.Error:
        valid = False
    if not valid:
        raise BadUpgrade(400, "Sec-WebSocket-Key is not sixteen bytes in base64.")
    return values[0].strip()


def _tokens(values: list[bytes]) -> list[bytes]:
    return [token.strip() for value in values for token in value.split(b",")]


def _acceptable_deflate(values: list[bytes]) -> bytes | None:
    """Return the addition to our response for the first offer we can accept as it is; None if there is none."""
    for offer in _tokens(values):
        name, *parameters = [part.strip() for part in offer.split(b";")]
        if name != b"permessage-deflate":
            continue
        added = _answered(parameters)
        if added is not None:
            return added
    return None


def _answered(parameters: list[bytes]) -> bytes | None:
    seen: set[bytes] = set()
    added = b""
    for parameter in parameters:
        key, has_value, value = parameter.partition(b"=")
        key, value = key.strip(), value.strip().strip(b'"')
        if key in seen:
            return None
        seen.add(key)
        if key in {b"server_no_context_takeover", b"client_no_context_takeover"} and not has_value:
            continue
        if key == b"client_max_window_bits" and (not has_value or _is_window(value)):
            continue  # a hint about what the client can be asked for; we accept whatever it sends
        if key == b"server_max_window_bits" and has_value and value == _OUR_WINDOW_BITS:
            added = b"; server_max_window_bits=15"  # must be repeated to be agreed (RFC 7692 §7.1.2.1)
            continue
        return None  # a smaller window than the shared frames have, or a parameter nobody has defined
    return added


def _is_window(value: bytes) -> bool:
    return value.isdigit() and not value.startswith(b"0") and 8 <= int(value[:3]) <= 15
