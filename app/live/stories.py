"""One story in memory: its head, its ring, and who is attached to it. Pure: it never waits and never reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from app.domain.cursor import Cursor
from app.domain.identifiers import StoryId
from app.live.packets import Packet
from app.live.ring import Ring
from app.wire.announcement import Announcement, StoryHead

Offered = Literal["advanced", "known", "early", "foreign"]

EARLY_LIMIT = 64
"""Announcements kept while an earlier one is missing. More would mean it is lost, and a read mends that."""


class Attached(Protocol):
    """Who is told when a story has moved: its connection pulls what it lacks."""

    def wake(self) -> None: ...


class LiveStory:
    """A public story that somebody follows or just asked for.

    `generation` counts resets: whatever was learned from the tables under an older one is asked again. `gone` is set
    once, when the story is no longer public; the object then leaves the hub and is never used for a newcomer.
    """

    __slots__ = ("_early", "expected_seq", "generation", "gone", "head", "places", "ring", "used_at")

    def __init__(self, head: StoryHead, *, used_at: float) -> None:
        self.head = head
        self.ring = Ring(head.cursor)
        self.generation = 0
        self.gone = False
        self.places: set[Attached] = set()
        self.used_at = used_at
        self.expected_seq = head.cursor.seq
        self._early: dict[int, Announcement] = {}

    @property
    def id(self) -> StoryId:
        """The story's id, the same under every slug."""
        return self.head.story

    def offer(self, announcement: Announcement) -> Offered:
        """Take what was announced, in any order and any number of times.

        `early` means that a number before it is missing: wait a moment, then read the tables and `mend`.
        `foreign` means another epoch: only the tables can tell which one is right.
        """
        head = announcement.head
        if head.cursor.epoch != self.head.cursor.epoch:
            return "foreign"
        if head.cursor.seq <= self.head.cursor.seq:
            return "known"
        first = head.cursor.seq - len(announcement.events) + 1
        if first > self.head.cursor.seq + 1:
            self._keep_early(first, announcement)
            return "early"
        self._append(announcement)
        self._append_early()
        return "advanced"

    def mend(self, packets: Sequence[Packet], head: StoryHead, *, complete: bool) -> bool:
        """Close a gap with what was read after the head; True if the story advanced.

        When the read was not `complete` up to `head`, the ring begins anew there and each reader asks for its part.
        """
        if head.cursor.seq <= self.head.cursor.seq:
            return False
        if complete and packets and packets[-1].cursor == head.cursor:
            for packet in packets:
                if packet.cursor.seq > self.head.cursor.seq:
                    self.ring.append(packet)
        else:
            self.ring.restart(head.cursor)
        self.head = head
        self._append_early()
        return True

    def settle(self) -> None:
        """The tables were read up to the head: whatever else was expected does not exist."""
        self.expected_seq = self.head.cursor.seq
        self._early.clear()

    def reset(self, head: StoryHead) -> None:
        """The tables tell another history: believe them. Every reader's cursor is checked again."""
        self.head = head
        self.generation += 1
        self.expected_seq = head.cursor.seq
        self._early.clear()
        self.ring.restart(head.cursor)

    def is_behind(self) -> bool:
        """Whether a number is known to exist that has not arrived."""
        return self.expected_seq > self.head.cursor.seq

    def expect(self, cursor: Cursor) -> None:
        """Note that this event exists, so that its absence is noticed."""
        self.expected_seq = max(self.expected_seq, cursor.seq)

    def _append(self, announcement: Announcement) -> None:
        for event in announcement.events:
            if event.cursor.seq > self.head.cursor.seq:
                self.ring.append(Packet(event))
        self.head = announcement.head

    def _append_early(self) -> None:
        for first in sorted(self._early):
            if first <= self.head.cursor.seq + 1:
                announcement = self._early.pop(first)
                if announcement.head.cursor.seq > self.head.cursor.seq:
                    self._append(announcement)

    def _keep_early(self, first: int, announcement: Announcement) -> None:
        self.expect(announcement.head.cursor)
        if announcement.events and len(self._early) < EARLY_LIMIT:
            self._early[first] = announcement
