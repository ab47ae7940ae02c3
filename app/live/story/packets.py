"""Messages and events whose bytes are made once and shared by every connection.

The bytes for a transport are prepared when its first connection needs them. Nothing here is changed once it is made,
so the same objects serve the ring, the reads from the tables and every writer.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId
from app.live.protocol.frames import Opcode, deflated, encode_frame
from app.wire.encoding import BodyVariant, EncodedEvent

DEFLATE_FROM_BYTES = 200
"""A shorter message is sent as it is: compressing it would cost more than it saves."""

FINAL_SSE_ID = "end"
"""The last message's id on an event stream: a browser that comes back with it is answered 204 and stays away."""


class Framing(IntEnum):
    """The ways a message becomes bytes on a socket. Whole numbers, because they are looked up with every write."""

    FRAME = 0
    DEFLATED_FRAME = 1
    CHUNK = 2
    NAMED_CHUNK = 3


class Form(NamedTuple):
    """The framing and body variant of a connection: all of one form are written the same bytes."""

    framing: Framing
    variant: BodyVariant


FORMS = {(framing, variant): Form(framing, variant) for framing in Framing for variant in BodyVariant}


class Message:
    """One JSON object and its form for each transport.

    `sse_id` becomes a browser's Last-Event-ID: set it only where the reader's cursor moves, and on the last message.
    """

    __slots__ = ("_prepared", "_text", "json", "sse_id", "type")

    def __init__(self, json: bytes, *, type: str, sse_id: str | None = None) -> None:
        self.json = json
        self.type = type
        self.sse_id = sse_id
        self._text: str | None = None
        self._prepared: dict[Framing, bytes] = {}

    @property
    def text(self) -> str:
        """Return the JSON as text, for servers that frame themselves (ASGI)."""
        if self._text is None:
            self._text = self.json.decode()
        return self._text

    def bytes_in(self, framing: Framing) -> bytes:
        """Return the message ready for the socket, made once for all connections.

        A chunk is one server-sent event, without a type so that `onmessage` receives it, or named for
        `addEventListener`. Our JSON has no raw CR or LF, so it cannot begin another field.
        """
        prepared = self._prepared.get(framing)
        if prepared is None:
            prepared = self._prepared[framing] = self._prepare(framing)
        return prepared

    def _prepare(self, framing: Framing) -> bytes:
        match framing:
            case Framing.FRAME:
                return encode_frame(Opcode.TEXT, self.json)
            case Framing.DEFLATED_FRAME if len(self.json) < DEFLATE_FROM_BYTES:
                return self.bytes_in(Framing.FRAME)
            case Framing.DEFLATED_FRAME:
                return encode_frame(Opcode.TEXT, deflated(self.json), compressed=True)
            case Framing.CHUNK:
                return self._event_stream_lines(b"")
            case Framing.NAMED_CHUNK:
                return self._event_stream_lines(b"event: " + self.type.encode() + b"\n")

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
        """Return the cursor of a reader that has applied this event."""
        return self.event.cursor

    @property
    def entry_id(self) -> EntryId | None:
        """Return the entry it is about; None is the story itself."""
        return self.event.entry_id

    def message(self, variant: BodyVariant) -> Message:
        """Return the event as one message, with bodies in the form asked for."""
        message = self._messages.get(variant)
        if message is None:
            message = Message(self.event.json(variant), type=self.event.type, sse_id=str(self.cursor))
            self._messages[variant] = message
        return message
