"""One story in memory: its head, its ring and its subscribers. Pure: it never waits and never reads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, Protocol

from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId, StoryId
from app.live.story.catch_up import CatchUp
from app.live.story.control_messages import ControlMessages
from app.live.story.deliveries import DELIVERIES_KEPT, Committed, Delivery
from app.live.story.limits import LiveLimits
from app.live.story.packets import Form, Message, Packet
from app.live.story.ring import Ring
from app.wire.announcement import Announcement, StoryHead
from app.wire.messages import encode_comments

Accepted = Literal["advanced", "known", "early", "foreign"]
GapOutcome = Literal["done", "again", "lost"]

EARLY_LIMIT = 64
"""Announcements kept while an earlier one is missing. More would mean it is lost, and a read fills the gap."""


class Attached(Protocol):
    """A subscriber that is woken when the story has advanced: its connection pulls what it lacks."""

    @property
    def wake(self) -> Callable[[], None]: ...


class Ready(Attached, Protocol):
    """A subscriber that is caught up and has room: a fan-out writes to it directly.

    While `is_ready`, its `cursor` is the very object the story's last fan-out ended with, or the one the running
    fan-out ends with; one with any other, of a head that came and went before a fan-out began, is woken by that.
    """

    cursor: Cursor | None
    is_ready: bool
    comments_told: int

    @property
    def write(self) -> Callable[[bytes], object]: ...


class LiveStory:
    """A public story that has subscribers or was just asked for.

    `generation` counts resets: what was read from the tables under an older one is read again. `gone` is set once,
    when the story is no longer public; the object then leaves memory and never gets another subscriber.
    `fanned_out_to` is the cursor the last fan-out brought ready subscribers to. `removal_packet` is the withdrawn
    story's last event.
    """

    __slots__ = (
        "_committed",
        "_early",
        "comments_message",
        "comments_told",
        "control_messages",
        "deliveries",
        "expected_seq",
        "fanned_out_to",
        "generation",
        "gone",
        "head",
        "is_distrusted",
        "last_fan_out_at",
        "ready",
        "removal_packet",
        "ring",
        "subscriptions",
        "used_at",
    )

    def __init__(self, head: StoryHead, *, limits: LiveLimits, used_at: float) -> None:
        self.head = head
        self.ring = Ring(head.cursor, limit_packets=limits.ring_events, limit_bytes=limits.ring_bytes)
        self.generation = 0
        self.gone = False
        self.subscriptions: set[Attached] = set()
        self.ready: dict[Form, set[Ready]] = {}
        self.fanned_out_to = head.cursor
        self.last_fan_out_at = used_at
        self._committed: Committed | None = None
        self.deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self.used_at = used_at
        self.expected_seq = head.cursor.seq
        self.is_distrusted = False
        self._early: dict[int, Announcement] = {}
        self.control_messages = ControlMessages()
        self.removal_packet: Packet | None = None
        self.comments_message: Message | None = None
        self.comments_told = head.comments.version

    @property
    def id(self) -> StoryId:
        """Return the story's id, the same under every slug."""
        return self.head.story

    @property
    def reader_count(self) -> int:
        """Count the subscribers, those to wake and the ready ones."""
        return len(self.subscriptions) + sum(len(group) for group in self.ready.values())

    def set_comments(self, message: Message, version: int) -> None:
        """Let every subscriber be told how many comments there are, as of that version."""
        self.comments_message, self.comments_told = message, version

    def comments(self) -> Message | None:
        """Return the message with the number of comments; None of a story that has never had any."""
        if self.comments_message is None and self.comments_told:
            text = encode_comments(self.id, self.head.comments.count, {})
            self.comments_message = Message(text, type="comments")
        return self.comments_message

    def keep_comments(self, head: StoryHead) -> StoryHead:
        """Return `head` with the newest numbers of comments that are known: announcements have none."""
        known = self.head.comments
        return head if head.comments.version >= known.version else replace(head, comments=known)

    def make_ready(self, subscription: Ready, form: Form) -> None:
        """Let fan-outs write to the subscriber instead of waking it. It must be at the story's head."""
        is_fanned_out = self.fanned_out_to == self.head.cursor
        subscription.cursor = self.fanned_out_to if is_fanned_out else self.head.cursor
        subscription.is_ready = True
        self.subscriptions.discard(subscription)
        self.ready.setdefault(form, set()).add(subscription)

    def unready(self, subscription: Ready, form: Form) -> None:
        """Let fan-outs wake the subscriber again."""
        if subscription.is_ready:
            subscription.is_ready = False
            self.ready[form].discard(subscription)
            self.subscriptions.add(subscription)

    def unready_all(self) -> None:
        """Let fan-outs wake every subscriber: each is to receive more than the events."""
        for group in self.ready.values():
            for subscription in group:
                subscription.is_ready = False
            self.subscriptions |= group
            group.clear()

    def detach(self, subscription: Attached) -> None:
        """Remove a subscriber; make a ready one unready first."""
        self.subscriptions.discard(subscription)

    def catch_up(self, cursor: Cursor) -> CatchUp | None:
        """Return the bytes from `cursor` to the head as it is now; None when the ring does not know the cursor."""
        packets = self.ring.since(cursor)
        return None if packets is None else CatchUp(cursor, packets, self.head, control_messages=self.control_messages)

    def since(self, cursor: Cursor) -> list[Packet] | None:
        """Return the packets a reader at `cursor` lacks, oldest first; None when only the tables know.

        Of a withdrawn story that is `story.removed` alone, whatever the cursor: nothing else may be replayed any more.
        """
        return self.ring.since(cursor) if self.removal_packet is None else [self.removal_packet]

    def record_commit(self, announcement: Announcement, at: float) -> None:
        """Record when this process committed these events, in monotonic seconds, for the fan-out that sends them."""
        last = announcement.head.cursor.seq
        if last > self.head.cursor.seq:
            first = last - len(announcement.events) + 1
            known = self._committed
            self._committed = Committed(at, first, last) if known is None else Committed(known.at, known.first, last)

    def take_commit(self) -> Committed | None:
        """Return what this process committed since the last fan-out began, once."""
        committed, self._committed = self._committed, None
        return committed

    def delivery_of(self, entry: EntryId) -> tuple[Packet, Delivery] | None:
        """Return the newest event about an entry, and the fan-out that sent it; None if that is not remembered."""
        packet = self.ring.newest_of(entry)
        if packet is None:
            return None
        seq = packet.cursor.seq
        sent = next((each for each in self.deliveries if each.after_seq < seq <= each.seq), None)
        return None if sent is None else (packet, sent)

    def packets_of(self, delivery: Delivery) -> list[Packet]:
        """Return the events that a fan-out sent, but for those of entries that have changed since."""
        return self.ring.between(delivery.after_seq, delivery.seq)

    def lagging_seqs(self) -> list[int]:
        """Return the numbers at which the subscribers are that are woken, in order; ready ones are at the head."""
        cursors = [getattr(subscription, "cursor", None) for subscription in self.subscriptions]
        return sorted(cursor.seq for cursor in cursors if cursor is not None)

    def count_behind(self, seq: int) -> int:
        """Count the subscribers that have not received the event of that number yet."""
        followers = [*self.subscriptions, *(subscription for group in self.ready.values() for subscription in group)]
        cursors = [getattr(subscription, "cursor", None) for subscription in followers]
        return sum(1 for cursor in cursors if cursor is not None and cursor.seq < seq)

    def is_continued_by(self, announcement: Announcement) -> bool:
        """Return whether the announcement's events are the very next after our head, all of them and in order.

        The base that its writer found in the tables has to be the event that we are at.
        """
        head, known = announcement.head.cursor, self.head.cursor
        if self.is_distrusted or announcement.base != known or head.epoch != known.epoch:
            return False
        cursors = [event.cursor for event in announcement.events if event.story == self.id]
        expected = range(known.seq + 1, head.seq + 1)
        is_whole = [(cursor.epoch, cursor.seq) for cursor in cursors] == [(known.epoch, seq) for seq in expected]
        return is_whole and len(cursors) == len(announcement.events) and bool(cursors) and cursors[-1] == head

    def accept(self, announcement: Announcement) -> Accepted:
        """Apply an announcement; they may come in any order and any number of times.

        `early` means that a number before it is missing: wait a moment, then read the tables and `fill_gap`.
        `foreign` means that it does not fit our history: another epoch, another event under a known number, a writer
        who built on another event than ours, or an older number that can no longer be compared. From then on no
        announcement is applied until the tables were read and the story was `reset`: the next one could follow an
        event we do not have.
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

    def fill_gap(self, packets: Sequence[Packet], head: StoryHead, *, complete: bool) -> bool:
        """Append the packets read after the head; return whether the story advanced.

        When the read was not `complete` up to `head`, the ring restarts there and each subscriber reads its part.
        """
        if self.is_distrusted or head.cursor.seq <= self.head.cursor.seq:
            return False
        if complete and packets and packets[-1].cursor == head.cursor:
            for packet in packets:
                self._append_packet(packet)
        else:
            self.ring.restart(head.cursor)
        self.head = self.keep_comments(head)
        self._append_early()
        return True

    def finish_gap(self, *, expected_seq: int) -> GapOutcome:
        """Conclude from a successful read that began when `expected_seq` was expected.

        `again`: more is known to be missing by now. `lost`: the tables do not have an event that they or an
        announcement named, so a reader may hold an event that no longer exists; every cursor is checked again, as
        after a `reset`.
        """
        if not self.is_behind():
            return "done"
        if self.expected_seq > expected_seq:
            return "again"
        self.reset(self.head)
        return "lost"

    def reset(self, head: StoryHead) -> None:
        """Replace our history by the tables'. Each subscriber's cursor is checked anew; one at `head` costs no read."""
        self.head = head
        self.generation += 1
        if not self.is_distrusted:
            self.expected_seq = 0
        self.is_distrusted = False
        self.expect(head.cursor)
        self._early.clear()
        self.removal_packet = None
        self._committed = None
        self.ring.restart(head.cursor)

    def is_behind(self) -> bool:
        """Return whether an event is known to exist that has not arrived."""
        return self.expected_seq > self.head.cursor.seq

    def expect(self, cursor: Cursor) -> None:
        """Record that this event exists, so that its absence is noticed."""
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
            self._append_packet(Packet(event))
        self.head = self.keep_comments(announcement.head)

    def _append_packet(self, packet: Packet) -> None:
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
