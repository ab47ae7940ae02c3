"""One story in memory: its head, its ring, and who is attached to it. Pure: it never waits and never reads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId, StoryId
from app.live.story.catch_up import CatchUp
from app.live.story.control_messages import ControlMessages
from app.live.story.deliveries import DELIVERIES_KEPT, Delivery
from app.live.story.limits import LiveLimits
from app.live.story.packets import Form, Packet
from app.live.story.ring import Ring
from app.wire.announcement import Announcement, StoryHead

Offered = Literal["advanced", "known", "early", "foreign"]
Mended = Literal["done", "again", "lost"]

EARLY_LIMIT = 64
"""Announcements kept while an earlier one is missing. More would mean it is lost, and a read mends that."""


class Attached(Protocol):
    """Who is told when a story has moved: its connection pulls what it lacks."""

    @property
    def wake(self) -> Callable[[], None]: ...


class Ready(Attached, Protocol):
    """A place that is caught up and has room: a pass writes to it without asking anybody.

    While `is_ready`, its `cursor` is the very object the story's last pass ended with, or the one the running pass
    ends with.
    """

    cursor: Cursor | None
    is_ready: bool

    @property
    def write(self) -> Callable[[bytes], object]: ...


class LiveStory:
    """A public story that somebody follows or just asked for.

    `generation` counts resets: whatever was learned from the tables under an older one is asked again. `gone` is set
    once, when the story is no longer public; the object then leaves the hub and is never used for a newcomer.
    """

    __slots__ = (
        "_early",
        "control_messages",
        "deliveries",
        "expected_seq",
        "generation",
        "gone",
        "head",
        "is_distrusted",
        "last_fan_out_at",
        "posted_at",
        "ready",
        "removal_packet",
        "ring",
        "subscriptions",
        "told",
        "used_at",
    )

    def __init__(self, head: StoryHead, *, limits: LiveLimits, used_at: float) -> None:
        self.head = head
        self.ring = Ring(head.cursor, limit_packets=limits.ring_events, limit_bytes=limits.ring_bytes)
        self.generation = 0
        self.gone = False
        self.subscriptions: set[Attached] = set()
        self.ready: dict[Form, set[Ready]] = {}
        self.told = head.cursor
        self.last_fan_out_at = used_at
        self.posted_at: float | None = None
        self.deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self.used_at = used_at
        self.expected_seq = head.cursor.seq
        self.is_distrusted = False
        self._early: dict[int, Announcement] = {}
        self.control_messages = ControlMessages()
        self.removal_packet: Packet | None = None

    @property
    def id(self) -> StoryId:
        """The story's id, the same under every slug."""
        return self.head.story

    @property
    def reader_count(self) -> int:
        """How many follow the story, whether they must be woken or are ready."""
        return len(self.subscriptions) + sum(len(group) for group in self.ready.values())

    def make_ready(self, subscription: Ready, form: Form) -> None:
        """Let passes write to the place instead of waking it. It stands at the story's head."""
        subscription.cursor = self.told if self.told == self.head.cursor else self.head.cursor
        subscription.is_ready = True
        self.subscriptions.discard(subscription)
        self.ready.setdefault(form, set()).add(subscription)

    def unready(self, subscription: Ready, form: Form) -> None:
        """Wake the place again from now on."""
        if subscription.is_ready:
            subscription.is_ready = False
            self.ready[form].discard(subscription)
            self.subscriptions.add(subscription)

    def unready_all(self) -> None:
        """Wake everybody from now on: each has something else to be told."""
        for group in self.ready.values():
            for subscription in group:
                subscription.is_ready = False
            self.subscriptions |= group
            group.clear()

    def detach(self, subscription: Attached) -> None:
        """Forget a place; one that was ready has been made unready first."""
        self.subscriptions.discard(subscription)

    def catch_up(self, cursor: Cursor) -> CatchUp | None:
        """What brings whoever follows at `cursor` to the head as it is now; None when the ring cannot know."""
        packets = self.ring.since(cursor)
        return None if packets is None else CatchUp(cursor, packets, self.head, control_messages=self.control_messages)

    def since(self, cursor: Cursor) -> list[Packet] | None:
        """What a reader at `cursor` lacks, oldest first; None when only the tables know.

        Of a withdrawn story that is `story.removed` alone, wherever the reader stands: all else is nowhere to be
        replayed any more.
        """
        return self.ring.since(cursor) if self.removal_packet is None else [self.removal_packet]

    def delivery_of(self, entry: EntryId) -> Delivery | None:
        """The pass that told of the newest event about an entry; None if that is not remembered."""
        cursor = self.ring.newest_about(entry)
        if cursor is None:
            return None
        return next((each for each in self.deliveries if each.after_seq < cursor.seq <= each.seq), None)

    def behind(self, seq: int) -> int:
        """How many readers have not been given the event of that number yet."""
        followers = [*self.subscriptions, *(subscription for group in self.ready.values() for subscription in group)]
        cursors = [getattr(subscription, "cursor", None) for subscription in followers]
        return sum(cursor is not None and cursor.seq < seq for cursor in cursors)

    def offer(self, announcement: Announcement) -> Offered:
        """Take what was announced, in any order and any number of times.

        `early` means that a number before it is missing: wait a moment, then read the tables and `mend`.
        `foreign` means that it does not fit our history: another epoch, another event under a known number, a writer
        who built on another event than ours, or an older number that can no longer be compared. Nothing is believed
        from then on until the tables were asked and the story was `reset`: what comes next could follow an event we
        do not have.
        """
        head = announcement.head
        if self.is_distrusted:
            self.expect(head.cursor)
            return "known"
        if self._is_foreign(announcement):
            self.is_distrusted = True
            self.expected_seq = 0
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
        if self.is_distrusted or head.cursor.seq <= self.head.cursor.seq:
            return False
        if complete and packets and packets[-1].cursor == head.cursor:
            for packet in packets:
                self._take(packet)
        else:
            self.ring.restart(head.cursor)
        self.head = head
        self._append_early()
        return True

    def finish_mending(self, *, expected_seq: int) -> Mended:
        """Conclude from a successful read that began when `expected_seq` was expected.

        `again`: more is known to be missing by now. `lost`: the tables do not have what they or an announcement told
        of, so somebody may hold an event that is no more; every cursor is checked again, as after a `reset`.
        """
        if not self.is_behind():
            return "done"
        if self.expected_seq > expected_seq:
            return "again"
        self.reset(self.head)
        return "lost"

    def reset(self, head: StoryHead) -> None:
        """Take the tables' history for ours. Every reader's cursor is checked again; one at `head` costs no read."""
        self.head = head
        self.generation += 1
        if not self.is_distrusted:
            self.expected_seq = 0
        self.is_distrusted = False
        self.expect(head.cursor)
        self._early.clear()
        self.removal_packet = None
        self.ring.restart(head.cursor)

    def is_behind(self) -> bool:
        """Whether a number is known to exist that has not arrived."""
        return self.expected_seq > self.head.cursor.seq

    def expect(self, cursor: Cursor) -> None:
        """Note that this event exists, so that its absence is noticed."""
        self.expected_seq = max(self.expected_seq, cursor.seq)

    def _is_contradicted(self, cursor: Cursor) -> bool:
        return cursor.seq <= self.head.cursor.seq and not self.ring.knows(cursor)

    def _is_foreign(self, announcement: Announcement) -> bool:
        cursor, base = announcement.head.cursor, announcement.base
        if cursor.epoch != self.head.cursor.epoch or self._is_contradicted(cursor):
            return True
        return cursor.seq > self.head.cursor.seq and base is not None and self._is_contradicted(base)

    def _append(self, announcement: Announcement) -> None:
        for event in announcement.events:
            self._take(Packet(event))
        self.head = announcement.head

    def _take(self, packet: Packet) -> None:
        if packet.cursor.seq > self.head.cursor.seq:
            self.ring.append(packet)
            self.removal_packet = packet if packet.event.type == "story.removed" else None

    def _append_early(self) -> None:
        for first in sorted(self._early):
            if first <= self.head.cursor.seq + 1:
                announcement = self._early.pop(first)
                if announcement.head.cursor.seq > self.head.cursor.seq and not self._is_foreign(announcement):
                    self._append(announcement)

    def _keep_early(self, first: int, announcement: Announcement) -> None:
        self.expect(announcement.head.cursor)
        if announcement.events and len(self._early) < EARLY_LIMIT:
            self._early[first] = announcement
