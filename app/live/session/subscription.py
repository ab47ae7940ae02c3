"""One connection's subscription to one story: it joins, follows, falls behind and begins again. Pure.

A subscription is a cursor into the story's ring, never a queue. Its messages keep the reader's law: events that are
not consecutive are sent between `subscribed` or `catching_up` and `caught_up`, and no `caught_up` is sent before the
reader has the state at that cursor. A catch-up begins only once its messages are at hand, so that a slow read never
leaves a reader in the middle of one. It is written in pieces, as the peer takes them: between two pieces the
subscription has its cursor and no more, and what was changed meanwhile is sent as it is by then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.domain.cursor import FROM_THE_BEGINNING, Cursor, MalformedCursor, parse_cursor
from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.effects import (
    ChangesRead,
    Failed,
    OpenStory,
    Read,
    ReadAnswer,
    ReadChanges,
    ReadSnapshot,
    SnapshotRead,
    StoryMissing,
    StoryWithdrawn,
    Unusable,
)
from app.live.session.outbox import Outbox
from app.live.session.refusals import STORY_NOT_FOUND, STORY_WITHDRAWN, UNAVAILABLE, Refusal
from app.live.session.unsent_page import UnsentPage
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Message, Packet
from app.wire.announcement import StoryHead
from app.wire.encoding import BodyVariant
from app.wire.messages import Resume, SnapshotReason, encode_catching_up

_UNCHECKED = -1
"""The generation of a cursor that neither the hub nor the tables have confirmed."""

_RETRY_SECONDS = 0.5
_RETRY_LIMIT_SECONDS = 8.0
_RETRY_DOUBLINGS = 4  # which reach the limit; an outage has no end to count to
"""A read that failed is tried again after half a second, then each time twice as late, up to this."""


class PendingSubscription:
    """A subscribe request whose story is not in memory yet. `asked` is set once the shell has been asked for it."""

    __slots__ = ("asked", "request")

    def __init__(self, request: SubscribeRequest) -> None:
        self.request = request
        self.asked: OpenStory | None = None


class Subscription:
    """The subscription of one connection to one story. `out` collects the messages to write, in order."""

    __slots__ = (
        "_failures",
        "_full",
        "_generation",
        "_metrics",
        "_next_read",
        "_unsent",
        "_variant",
        "asked",
        "between",
        "comments_told",
        "cursor",
        "is_ready",
        "request",
        "resume",
        "retry_at",
        "story",
        "subscribed",
        "wake",
        "write",
    )

    def __init__(
        self,
        request: SubscribeRequest,
        *,
        story: LiveStory,
        variant: BodyVariant,
        metrics: LiveMetrics,
        wake: Callable[[], None],
    ) -> None:
        self.request = request
        self.wake = wake
        self.write: Callable[[bytes], object] = _discard
        self.is_ready = False
        self.story = story
        self.cursor: Cursor | None = None
        self.asked: Read | None = None
        self.resume: Resume = "exact"
        self.subscribed = False
        self.between = False
        self.comments_told = 0
        self._variant = variant
        self._metrics = metrics
        self._next_read: Read | None = None
        self._unsent: UnsentPage | None = None
        self._full = request.full
        self._generation = _UNCHECKED
        self.retry_at: float | None = None
        self._failures = 0

    def join(self, out: Outbox) -> None:
        """Attach to the story. From here on none of its events can be missed."""
        self.story.subscriptions.add(self)
        after = self.request.after
        if self.request.snapshot:
            self._begin_again("requested", "snapshot")
        elif after is None:
            self.resume = "live"
            self._follow(self.story.head.cursor, out)
        elif after == FROM_THE_BEGINNING:
            self._full = True
            self._plan_changes(None)
        else:
            self._join_after(after, out)

    def leave(self) -> None:
        """Detach; answers still on their way are ignored."""
        self.asked = self._next_read = self._unsent = None
        self.story.detach(self)

    @property
    def is_steady(self) -> bool:
        """Return whether the reader has every event and no read is under way: prepared bytes are all it needs."""
        return self._has_everything and self._generation == self.story.generation

    @property
    def is_over(self) -> bool:
        """Return whether the story is over and the reader has all of it, so that there is nothing left to follow."""
        return self.story.head.closing is not None and self._has_everything

    @property
    def _has_everything(self) -> bool:
        return (
            self.subscribed
            and not self.between
            and self._unsent is None
            and self._next_read is None
            and self.asked is None
            and self.cursor == self.story.head.cursor
        )

    def advance(self, out: Outbox) -> None:
        """Emit what is next after the cursor, as far as there is room, or plan a read."""
        if self._unsent is not None:
            self._continue_page(self._unsent, out)
            return
        if self.cursor is self.story.head.cursor and not self.between:
            return
        is_reading = self._next_read is not None or self.asked is not None
        if self.cursor is None or is_reading or not out.has_room:
            return
        if self.between and self._generation != self.story.generation:
            self._begin_again("fork", "reset")
        elif not self._waits_for_hub(self.cursor):
            self._follow(self.cursor, out)

    def comments(self) -> Message | None:
        """Return the number of comments for a reader who has the story and was told another one; once."""
        if self.comments_told == self.story.comments_told or not self.subscribed:
            return None
        self.comments_told = self.story.comments_told
        return self.story.comments()

    def next_read(self, now: float) -> Read | None:
        """Return the read that is due now, at most one at a time. `now` is monotonic, in seconds."""
        if self._next_read is None or (self.retry_at is not None and now < self.retry_at):
            return None
        self.asked, self._next_read, self.retry_at = self._next_read, None, None
        return self.asked

    def answer(self, answer: ReadAnswer, *, now: float, out: Outbox) -> Refusal | None:
        """Apply the answer to `asked`; return the refusal that ends the subscription, if it does."""
        asked, self.asked = self.asked, None
        match answer:
            case StoryMissing():
                return STORY_NOT_FOUND
            case StoryWithdrawn():
                return self._apply_removal(out)
            case Failed():
                return self._retry_later(asked, now=now)
            case Unusable(reason=reason):
                self._begin_again(reason, "reset")
            case ChangesRead() | SnapshotRead() if asked is not None and asked.generation != self.story.generation:
                self._read_again(asked)
            case ChangesRead() if isinstance(asked, ReadChanges):
                self._accept_page(asked, answer)
            case SnapshotRead():
                self._apply_snapshot(answer, out)
        return None

    def _join_after(self, after: str, out: Outbox) -> None:
        try:
            cursor = parse_cursor(after)
        except MalformedCursor:
            self._begin_again("epoch", "reset")
        else:
            if self.story.is_behind():
                # A cursor from the middle of a catch-up is whole only at the head that catch-up was read at.
                self._plan_changes(cursor)
            else:
                self._follow(cursor, out)

    def _follow(self, cursor: Cursor, out: Outbox) -> None:
        """Emit the events from `cursor` to the story's head, if the ring knows `cursor`; else plan a read."""
        head = self.story.head
        packets = [] if cursor == head.cursor else self.story.since(cursor)
        if packets is None:
            self._plan_changes(cursor)
            return
        if not self.subscribed:
            self._metrics.resumes_from_ring += 1
        if head.cursor.seq - cursor.seq != len(packets) or not self.subscribed:
            self._begin_catch_up(head, out)
        if self._emit(packets, 0, out) == len(packets):
            self._confirm(head.cursor)
            self._end_catch_up(head, out)

    def _accept_page(self, asked: ReadChanges, page: ChangesRead) -> None:
        if page.more and not self._full:
            self._begin_again("too_far_behind", "snapshot")
        else:
            self._unsent = UnsentPage(asked, page)

    def _continue_page(self, unsent: UnsentPage, out: Outbox) -> None:
        """Emit what there is room for of a page. What was changed since its first piece may no longer be sent."""
        if not out.has_room:
            return
        page = unsent.page
        if unsent.asked.generation != self.story.generation:
            self._unsent = None
            self._read_again(unsent.asked)
        elif page is None or (unsent.written and self._is_outdated(page)) or 0 < len(page.packets) == unsent.written:
            self._unsent = None
            self._plan_changes(self.cursor)
        else:
            self._full = True  # a catch-up that has begun is finished, in parts if its page does not stay in memory
            self._begin_catch_up(page.head, out)
            unsent.record(self._emit(page.packets, unsent.written, out))
            if unsent.written == len(page.packets):
                self._confirm(page.cursor)
                if not page.more:  # else the next page is read when the peer has taken this one
                    self._unsent = None
                    self._go_live(page.head, out)

    def _is_outdated(self, page: ChangesRead) -> bool:
        return self.story.head.cursor.seq > page.head.cursor.seq

    def _emit(self, packets: Sequence[Packet], start: int, out: Outbox) -> int:
        """Emit packets from `start` on, at least one and as many as there is room for; return where it ended."""
        end = out.fill(packets, self._variant, start=start)
        if end > start:
            self._confirm(packets[end - 1].cursor)
        return end

    def _apply_snapshot(self, snapshot: SnapshotRead, out: Outbox) -> None:
        self._begin_catch_up(snapshot.head, out)
        out.append(snapshot.message)
        self._confirm(snapshot.head.cursor)
        self._go_live(snapshot.head, out)

    def _apply_removal(self, out: Outbox) -> Refusal | None:
        """Emit the last event of a story that a read has found withdrawn, if that event is known."""
        if self.cursor is None or self.story.removal_packet is None:
            return STORY_WITHDRAWN
        self._follow(self.cursor, out)
        return None

    def _go_live(self, head: StoryHead, out: Outbox) -> None:
        self._full = self.request.full
        self._failures = 0
        if self._waits_for_hub(head.cursor):
            self._end_catch_up(head, out)
        else:
            self._follow(head.cursor, out)

    def _begin_catch_up(self, head: StoryHead, out: Outbox) -> None:
        if not self.subscribed:
            self._metrics.resumes[self.resume] += 1
            out.append(self.story.control_messages.subscribed(head, resume=self.resume))
            self.subscribed = self.between = True
        elif not self.between:
            out.append(Message(encode_catching_up(head.story), type="catching_up"))
            self.between = True

    def _end_catch_up(self, head: StoryHead, out: Outbox) -> None:
        if self.between:
            out.append(self.story.control_messages.caught_up(head))
            self.between = False

    def _confirm(self, cursor: Cursor) -> None:
        """Set a cursor that the hub or the tables confirm, as long as the story is not reset."""
        self.cursor = cursor
        self._generation = self.story.generation

    def _waits_for_hub(self, cursor: Cursor) -> bool:
        """Return whether the tables were ahead of the hub; its head will come."""
        return self._generation == self.story.generation and cursor.seq > self.story.head.cursor.seq

    def _plan_changes(self, after: Cursor | None) -> None:
        self._next_read = ReadChanges(self.story, after, self.story.generation, in_parts=self._full)

    def _begin_again(self, reason: SnapshotReason, resume: Resume) -> None:
        self.resume = resume
        self._next_read = ReadSnapshot(self.story, reason, self._variant, self.story.generation)

    def _read_again(self, asked: Read) -> None:
        """Plan the read again after a reset: a catch-up begun before left out events by the other history."""
        if self.between:
            self._begin_again("fork", "reset")
        else:
            self._next_read = replace(asked, generation=self.story.generation)

    def _retry_later(self, asked: Read | None, *, now: float) -> Refusal | None:
        if not self.subscribed:
            return UNAVAILABLE
        self._next_read = asked
        self.retry_at = now + min(_RETRY_LIMIT_SECONDS, _RETRY_SECONDS * 2 ** min(self._failures, _RETRY_DOUBLINGS))
        self._failures += 1
        return None


def _discard(_: bytes) -> None:
    """Do nothing: the write of a subscription without a transport."""
