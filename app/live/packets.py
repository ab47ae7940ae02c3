"""Bytes made once and shared by every connection: a message, and an event with its body variants.

What a transport needs is prepared when the first connection needs it. Nothing here is changed once it is made, so
the same objects serve the ring, the reads from the tables and every writer.
"""

from __future__ import annotations

import struct

from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId
from app.wire.encoding import BodyVariant, EncodedEvent

_FINAL_TEXT = 0x81
_LENGTH_16 = 126
_LENGTH_64 = 127


def frame_text(payload: bytes) -> bytes:
    """A complete, unmasked, final WebSocket text frame (RFC 6455 §5.2), as a server sends it."""
    size = len(payload)
    if size < _LENGTH_16:
        return struct.pack("!BB", _FINAL_TEXT, size) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", _FINAL_TEXT, _LENGTH_16, size) + payload
    return struct.pack("!BBQ", _FINAL_TEXT, _LENGTH_64, size) + payload


class Message:
    """One JSON object and its form for each transport.

    `sse_id` becomes a browser's Last-Event-ID: set it only on what moves the reader's cursor, and on the last word.
    """

    __slots__ = ("_chunk", "_frame", "_named_chunk", "_text", "json", "sse_id", "type")

    def __init__(self, json: bytes, *, type: str, sse_id: str | None = None) -> None:
        self.json = json
        self.type = type
        self.sse_id = sse_id
        self._frame: bytes | None = None
        self._text: str | None = None
        self._chunk: bytes | None = None
        self._named_chunk: bytes | None = None

    @property
    def text(self) -> str:
        """The JSON as text, for servers that frame themselves (ASGI)."""
        if self._text is None:
            self._text = self.json.decode()
        return self._text

    @property
    def frame(self) -> bytes:
        """A WebSocket frame ready for the socket."""
        if self._frame is None:
            self._frame = frame_text(self.json)
        return self._frame

    @property
    def chunk(self) -> bytes:
        """One unnamed server-sent event. Our JSON has no raw CR or LF, so it cannot begin another field."""
        if self._chunk is None:
            self._chunk = self._event_stream_lines(b"")
        return self._chunk

    @property
    def named_chunk(self) -> bytes:
        """The same under its type, for `addEventListener`."""
        if self._named_chunk is None:
            self._named_chunk = self._event_stream_lines(b"event: " + self.type.encode() + b"\n")
        return self._named_chunk

    def _event_stream_lines(self, name: bytes) -> bytes:
        identity = b"" if self.sse_id is None else b"id: " + self.sse_id.encode() + b"\n"
        return b"".join((identity, name, b"data: ", self.json, b"\n\n"))


class Packet:
    """One event encoded once. `size_bytes` is its encoded content, by which rings and caches are bounded."""

    __slots__ = ("_messages", "event", "size_bytes")

    def __init__(self, event: EncodedEvent) -> None:
        self.event = event
        self.size_bytes = len(event.head)
        if event.entry is not None:
            entry = event.entry
            self.size_bytes += len(entry.fields) + len(entry.body_html) + len(entry.blocks) + len(entry.body_text)
        self._messages: dict[BodyVariant, Message] = {}

    @property
    def cursor(self) -> Cursor:
        """Where a reader stands who has applied this event."""
        return self.event.cursor

    @property
    def entry_id(self) -> EntryId | None:
        """The entry it is about; None is the story itself."""
        return self.event.entry_id

    def message(self, variant: BodyVariant) -> Message:
        """The event as one message, with bodies in the form asked for."""
        message = self._messages.get(variant)
        if message is None:
            message = Message(self.event.json(variant), type=self.event.type, sse_id=str(self.cursor))
            self._messages[variant] = message
        return message
