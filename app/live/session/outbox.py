"""The messages a session writes next: one piece, so that what a slow peer has not taken stays a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from app.live.story.packets import Message, Packet
from app.wire.encoding import BodyVariant

PIECE_BYTES = 48 * 1024
"""A catch-up is written in pieces of this size, the next when the socket has taken the one before: a thousand readers
who never read then cost 50 MB. Fifty missed entries of a newsroom are one piece; a second made resuming a fifth dearer.
"""


class Outbox:
    """Messages in order. Only the first message beyond the size of a piece has to wait for the next one."""

    __slots__ = ("_messages", "_piece_bytes", "_size_bytes")

    def __init__(self, first: Message, *, piece_bytes: int) -> None:
        self._piece_bytes = piece_bytes
        self._messages = [first]
        self._size_bytes = len(first.json)

    def __bool__(self) -> bool:
        return bool(self._messages)

    @property
    def has_room(self) -> bool:
        """Return whether the piece is smaller than it may be."""
        return self._size_bytes < self._piece_bytes

    def append(self, message: Message) -> None:
        """Add a message, whatever its size; who has a choice asks for room first."""
        self._messages.append(message)
        self._size_bytes += len(message.json)

    def fill(self, packets: Sequence[Packet], variant: BodyVariant, *, start: int) -> int:
        """Add packets from `start` on, at least one and as many as there is room for; return where it ended."""
        messages, size_bytes, piece_bytes = self._messages, self._size_bytes, self._piece_bytes
        end = start
        for packet in islice(packets, start, None):
            message = packet.message(variant)
            messages.append(message)
            size_bytes += len(message.json)
            end += 1
            if size_bytes >= piece_bytes:
                break
        self._size_bytes = size_bytes
        return end

    def take(self) -> list[Message]:
        """Return the messages and begin the next piece."""
        taken, self._messages = self._messages, []
        self._size_bytes = 0
        return taken
