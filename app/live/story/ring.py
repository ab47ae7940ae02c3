"""The ring of a story's newest events in memory, so that readers a little behind cost no read.

Like the tables, the ring replays by state: an event about an entry drops the content of the one before it, which
keeps its number only. Text that was edited away or removed can therefore not be replayed.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId
from app.live.story.packets import Packet


class _Slot:
    __slots__ = ("cursor", "packet", "weight")

    def __init__(self, packet: Packet) -> None:
        self.cursor = packet.cursor
        self.weight = packet.size_bytes
        self.packet: Packet | None = packet


class Ring:
    """Events from `base` (excluded) to the story's head, oldest first, within a count and a size.

    Numbers may be missing where events were read from the tables; a reader at such a number is served from the tables
    too.
    """

    __slots__ = ("_base", "_dropped", "_limit_bytes", "_limit_packets", "_newest", "_positions", "_slots", "size_bytes")

    def __init__(self, base: Cursor, *, limit_packets: int, limit_bytes: int) -> None:
        self._base = base
        self._limit_packets = limit_packets
        self._limit_bytes = limit_bytes
        self._slots: deque[_Slot] = deque()
        self._positions: dict[int, int] = {}
        self._newest: dict[EntryId | None, _Slot] = {}
        self._dropped = 0
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._slots)

    def append(self, packet: Packet) -> None:
        """Append the next event; drop the oldest while a limit is passed (one event over it stays alone)."""
        slot = _Slot(packet)
        older = self._newest.get(packet.entry_id)
        if older is not None:
            self._forget_content(older)
        self._newest[packet.entry_id] = slot
        self._positions[packet.cursor.seq] = self._dropped + len(self._slots)
        self._slots.append(slot)
        self.size_bytes += packet.size_bytes
        while len(self._slots) > self._limit_packets or (self.size_bytes > self._limit_bytes and len(self._slots) > 1):
            self._drop_oldest()

    def knows(self, cursor: Cursor) -> bool:
        """Return whether this event is the ring's base or among those after it."""
        if cursor == self._base:
            return True
        position = self._positions.get(cursor.seq)
        return position is not None and self._slots[position - self._dropped].cursor == cursor

    def since(self, cursor: Cursor) -> list[Packet] | None:
        """Return the packets a reader at `cursor` lacks, oldest first; None when the ring does not know the cursor."""
        if not self.knows(cursor):
            return None
        start = 0 if cursor == self._base else self._positions[cursor.seq] - self._dropped + 1
        return [slot.packet for slot in islice(self._slots, start, None) if slot.packet is not None]

    def between(self, after: int, last: int) -> list[Packet]:
        """Return the packets after one number, up to another, oldest first."""
        found = []
        for slot in reversed(self._slots):
            if slot.cursor.seq <= after:
                break
            if slot.packet is not None and slot.cursor.seq <= last:
                found.append(slot.packet)
        return found[::-1]

    def newest_of(self, entry: EntryId) -> Packet | None:
        """Return the newest event about an entry; None if it is not in the ring."""
        slot = self._newest.get(entry)
        return None if slot is None else slot.packet

    def restart(self, base: Cursor) -> None:
        """Drop every event; the story is now at `base`."""
        self._slots.clear()
        self._positions.clear()
        self._newest.clear()
        self._dropped = 0
        self._base = base
        self.size_bytes = 0

    def _drop_oldest(self) -> None:
        slot = self._slots.popleft()
        self._dropped += 1
        del self._positions[slot.cursor.seq]
        self._base = slot.cursor
        if slot.packet is not None:
            del self._newest[slot.packet.entry_id]
            self._forget_content(slot)

    def _forget_content(self, slot: _Slot) -> None:
        self.size_bytes -= slot.weight
        slot.weight = 0
        slot.packet = None
