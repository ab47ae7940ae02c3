"""WebSocket frames (RFC 6455 §5, RFC 7692): decodes a client's frames and encodes a server's. Pure.

A reader sends next to nothing, so its `FrameReader` is made when its first byte arrives, and forgotten when nothing
is left half read.
"""

from __future__ import annotations

import codecs
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

MASK_BYTES = 4
CONTROL_LIMIT_BYTES = 125
FRAGMENTS_LIMIT = 64
"""Frames of one message: no client splits 4 KB further, and endless empty ones would cost time for nothing."""

_FINAL = 0x80
_RSV1 = 0x40
_RSV23 = 0x30
_MASKED = 0x80
_DEFLATE_TAIL = b"\x00\x00\xff\xff"


class Opcode(IntEnum):
    """The kinds of frames (RFC 6455 §11.8)."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


@dataclass(frozen=True, slots=True)
class Received:
    """A whole message or control frame: decompressed, and checked to be UTF-8 where it is TEXT."""

    opcode: Opcode
    data: bytes


class BadFrame(Exception):
    """A violation of the protocol by the client; close with `code` (1002, 1007 or 1009)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class FrameReader:
    """Collects bytes as they come and yields whole messages. After BadFrame it must not be used again."""

    __slots__ = (
        "_buffer",
        "_deflate",
        "_fragments",
        "_limit_bytes",
        "_limit_fragments",
        "_message",
        "_seen_bytes",
        "_started",
        "_text",
    )

    def __init__(self, *, deflate: bool, limit_bytes: int, limit_fragments: int = FRAGMENTS_LIMIT) -> None:
        self._deflate = deflate
        self._limit_bytes = limit_bytes
        self._limit_fragments = limit_fragments
        self._buffer = bytearray()
        self._message = bytearray()
        self._started: tuple[Opcode, bool] | None = None
        self._fragments = 0
        self._text = _Utf8Decoder()
        self._seen_bytes = 0

    @property
    def is_between(self) -> bool:
        """Return whether no frame or message is half read, so that the reader can be dropped."""
        return not self._buffer and self._started is None

    def feed(self, data: bytes) -> Iterator[Received]:
        """Yield the messages complete now, in order; iterate to the end. Raises BadFrame after those before it."""
        self._buffer += data
        while (frame := self._next_frame()) is not None:
            first, payload = frame
            opcode = Opcode(first & 0x0F)
            if opcode is Opcode.CLOSE:
                self._buffer.clear()  # nothing counts after it (RFC 6455 §1.4)
                yield Received(opcode, _checked_close(payload))
            elif opcode > Opcode.CLOSE:
                yield Received(opcode, payload)
            elif (message := self._join(first, opcode, payload)) is not None:
                yield message

    def _next_frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        first, second = buffer[0], buffer[1]
        size = second & 0x7F
        self._check_header(first, second, size)
        at = 2
        if size == 126:
            at = 4
        elif size == 127:
            at = 10
        if len(buffer) < at:
            return None
        if at > 2:
            size = int.from_bytes(buffer[2:at], "big")
        self._check_size(first, size)
        end = at + MASK_BYTES + size
        if len(buffer) < end:
            self._look_ahead(first, mask_at=at)
            return None
        payload = _unmasked(bytes(buffer[at + MASK_BYTES : end]), bytes(buffer[at : at + MASK_BYTES]))
        del buffer[:end]
        return first, payload

    def _look_ahead(self, first: int, *, mask_at: int) -> None:
        """Refuse text that cannot become UTF-8 any more although its frame is not whole (RFC 6455 §8.1)."""
        mask = bytes(self._buffer[mask_at : mask_at + MASK_BYTES])
        seen = bytes(self._buffer[mask_at + MASK_BYTES + self._seen_bytes :])
        opcode = first & 0x0F
        kind = (opcode, bool(first & _RSV1)) if opcode != Opcode.CONTINUATION else self._started
        if seen and kind == (Opcode.TEXT, False):
            turned = self._seen_bytes % MASK_BYTES
            _check_utf8(_unmasked(seen, mask[turned:] + mask[:turned]), self._text, final=False)
            self._seen_bytes += len(seen)

    def _check_header(self, first: int, second: int, size: int) -> None:
        opcode = first & 0x0F
        if opcode not in _OPCODES:
            raise BadFrame(1002, "reserved opcode")
        if not second & _MASKED:
            raise BadFrame(1002, "unmasked frame")
        if opcode >= Opcode.CLOSE:
            if size > CONTROL_LIMIT_BYTES or not first & _FINAL or first & (_RSV1 | _RSV23):
                raise BadFrame(1002, "malformed control frame")
        elif first & _RSV23 or (first & _RSV1 and (not self._deflate or opcode == Opcode.CONTINUATION)):
            raise BadFrame(1002, "reserved bits")
        elif (opcode == Opcode.CONTINUATION) != (self._started is not None):
            raise BadFrame(1002, "frames out of order")

    def _check_size(self, first: int, size: int) -> None:
        if size >> 63:
            raise BadFrame(1002, "length with its highest bit set")
        if (first & 0x0F) < Opcode.CLOSE and len(self._message) + size > self._limit_bytes:
            raise BadFrame(1009, "message too big")

    def _join(self, first: int, opcode: Opcode, payload: bytes) -> Received | None:
        if opcode is not Opcode.CONTINUATION:
            self._started = (opcode, bool(first & _RSV1))
            self._fragments = 0
        self._fragments += 1
        if self._fragments > self._limit_fragments:
            raise BadFrame(1002, "message in too many pieces")
        self._message += payload
        kind, compressed = self._started or (opcode, False)
        is_final = bool(first & _FINAL)
        if kind is Opcode.TEXT and not compressed:
            _check_utf8(payload[self._seen_bytes :], self._text, final=is_final)
            self._seen_bytes = 0
        if not is_final:
            return None
        data, self._message, self._started = bytes(self._message), bytearray(), None
        if compressed:
            data = _inflated(data, self._limit_bytes)
            if kind is Opcode.TEXT:
                _check_utf8(data, self._text, final=True)
        return Received(kind, data)


def encode_frame(opcode: Opcode, payload: bytes, *, compressed: bool = False) -> bytes:
    """Encode one whole, final frame as a server sends it: unmasked."""
    first = _FINAL | opcode | (_RSV1 if compressed else 0)
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", first, size) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


def encode_close(code: int, reason: str) -> bytes:
    """Encode a close frame; a reason over 123 bytes is cut at a character."""
    text = reason.encode()[: CONTROL_LIMIT_BYTES - 2].decode(errors="ignore")
    return encode_frame(Opcode.CLOSE, struct.pack("!H", code) + text.encode())


def deflated(payload: bytes) -> bytes:
    """Compress a message's payload by itself, as `server_no_context_takeover` promises (RFC 7692 §7.2.1)."""
    compressor = zlib.compressobj(level=6, wbits=-15)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_DEFLATE_TAIL)


def close_code_of(payload: bytes) -> int:
    """Return the code in a close frame's payload; 1005 if it has none."""
    return int.from_bytes(payload[:2], "big") if payload else 1005


_OPCODES = frozenset(int(opcode) for opcode in Opcode)
_Utf8Decoder = codecs.getincrementaldecoder("utf-8")


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    repeated = (mask * (size // MASK_BYTES + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


def _inflated(data: bytes, limit_bytes: int) -> bytes:
    inflater = zlib.decompressobj(wbits=-15)
    try:
        inflated = inflater.decompress(data + _DEFLATE_TAIL, limit_bytes + 1)
    except zlib.error:
        raise BadFrame(1007, "not deflated data") from None
    if len(inflated) > limit_bytes or inflater.unconsumed_tail:
        raise BadFrame(1009, "message too big")
    return inflated


def _check_utf8(text: bytes, decoder: codecs.IncrementalDecoder, *, final: bool) -> None:
    try:
        decoder.decode(text, final)
    except UnicodeDecodeError:
        raise BadFrame(1007, "text that is not UTF-8") from None


def _checked_close(payload: bytes) -> bytes:
    if not payload:
        return payload
    code = close_code_of(payload)
    if len(payload) < 2 or not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise BadFrame(1002, "malformed close frame")
    _check_utf8(payload[2:], _Utf8Decoder(), final=True)
    return payload
