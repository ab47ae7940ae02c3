"""One open connection's place in one story: how it joins, follows, falls behind and begins again. Pure.

A place is a cursor into the story's ring, never a queue. Whatever it emits keeps the reader's law: events that are
not consecutive stand between `subscribed` or `catching_up` and `caught_up`, and nothing says `caught_up` before the
reader holds the state at that cursor. Those brackets are opened only when what goes inside is at hand, so that a
slow read never leaves a reader inside one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.domain.cursor import FROM_THE_BEGINNING, Cursor, MalformedCursor, parse_cursor
from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.effects import (
    ChangesRead,
    Failed,
    Missing,
    OpenStory,
    Read,
    ReadAnswer,
    ReadChanges,
    ReadSnapshot,
    SnapshotTaken,
    Unusable,
    Withdrawn,
)
from app.live.session.refusals import STORY_NOT_FOUND, STORY_WITHDRAWN, UNAVAILABLE, Refusal
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Message
from app.wire.announcement import StoryHead
from app.wire.encoding import BodyVariant
from app.wire.messages import Resume, SnapshotReason, encode_catching_up

_UNCHECKED = -1
"""The generation of a cursor that only the reader vouches for."""

_RETRY_SECONDS = 0.5
_RETRY_LIMIT_SECONDS = 8.0
"""A read that failed is tried again after half a second, then each time twice as late, up to this."""


class PendingSubscription:
    """A wish whose story is not in memory yet. `asked` is set once the shell has been asked for it."""

    __slots__ = ("asked", "request")

    def __init__(self, request: SubscribeRequest) -> None:
        self.request = request
        self.asked: OpenStory | None = None


class Subscription:
    """Follows one story for one connection. `out` receives what to write, in order."""

    __slots__ = (
        "_failures",
        "_full",
        "_generation",
        "_metrics",
        "_variant",
        "_want",
        "asked",
        "between",
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
        self._variant = variant
        self._metrics = metrics
        self._want: Read | None = None
        self._full = request.full
        self._generation = _UNCHECKED
        self.retry_at: float | None = None
        self._failures = 0

    def join(self, out: list[Message]) -> None:
        """Attach to the story. From here on nothing it does can be missed."""
        self.story.subscriptions.add(self)
        after = self.request.after
        if self.request.snapshot:
            self._begin_again("requested", "snapshot")
        elif after is None:
            self.resume = "live"
            self._follow(self.story.head.cursor, out)
        elif after == FROM_THE_BEGINNING:
            self._full = True
            self._want_changes(None)
        else:
            self._join_after(after, out)

    def leave(self) -> None:
        """Detach; answers still on their way are ignored."""
        self.asked = self._want = None
        self.story.detach(self)

    @property
    def is_steady(self) -> bool:
        """Whether the reader holds everything there is, and nothing is on its way: prepared bytes are all it needs."""
        return self._has_everything and self._generation == self.story.generation

    @property
    def is_over(self) -> bool:
        """Whether the story is over and the reader holds all of it, so that there is nothing left to follow."""
        return self.story.head.closing is not None and self._has_everything

    @property
    def _has_everything(self) -> bool:
        return (
            self.subscribed
            and not self.between
            and self._want is None
            and self.asked is None
            and self.cursor == self.story.head.cursor
        )

    def advance(self, out: list[Message]) -> None:
        """Emit what the ring has beyond the cursor, or come to want a read."""
        if self.cursor is self.story.head.cursor and not self.between:
            return
        is_reading = self._want is not None or self.asked is not None
        if self.cursor is not None and not is_reading and not self._waits_for_hub(self.cursor):
            self._follow(self.cursor, out)

    def take_want(self, now: float) -> Read | None:
        """What must be asked now, at most one thing at a time. `now` is monotonic, in seconds."""
        if self._want is None or (self.retry_at is not None and now < self.retry_at):
            return None
        self.asked, self._want, self.retry_at = self._want, None, None
        return self.asked

    def answer(self, answer: ReadAnswer, *, now: float, out: list[Message]) -> Refusal | None:
        """Take the answer to `asked`."""
        asked, self.asked = self.asked, None
        match answer:
            case Missing():
                return STORY_NOT_FOUND
            case Withdrawn():
                return self._apply_removal(out)
            case Failed():
                return self._ask_again_later(asked, now=now)
            case Unusable(reason=reason):
                self._begin_again(reason, "reset")
            case ChangesRead() | SnapshotTaken() if asked is not None and asked.generation != self.story.generation:
                self._ask_anew(asked)
            case ChangesRead():
                self._take_changes(answer, out)
            case _:
                self._take_snapshot(answer, out)
        return None

    def _join_after(self, after: str, out: list[Message]) -> None:
        try:
            cursor = parse_cursor(after)
        except MalformedCursor:
            self._begin_again("epoch", "reset")
        else:
            if self.story.is_behind():
                # A cursor from the middle of a catch-up is whole only at the head that catch-up was read at.
                self._want_changes(cursor)
            else:
                self._follow(cursor, out)

    def _follow(self, cursor: Cursor, out: list[Message]) -> None:
        """Go from `cursor` to the story's head by the ring, if the ring knows `cursor`; else the tables decide."""
        head = self.story.head
        packets = [] if cursor == head.cursor else self.story.since(cursor)
        if packets is None:
            self._want_changes(cursor)
            return
        self._metrics.resumes_from_ring += not self.subscribed
        if head.cursor.seq - cursor.seq != len(packets) or not self.subscribed:
            self._begin_catch_up(head, out)
        out.extend(packet.message(self._variant) for packet in packets)
        self._vouch(head.cursor)
        self._end_catch_up(head, out)

    def _take_changes(self, page: ChangesRead, out: list[Message]) -> None:
        if page.more and not self._full:
            self._begin_again("too_far_behind", "snapshot")
            return
        self._begin_catch_up(page.head, out)
        out.extend(packet.message(self._variant) for packet in page.packets)
        self._vouch(page.cursor)
        if page.more:
            self._want_changes(page.cursor)
        else:
            self._arrive(page.head, out)

    def _take_snapshot(self, snapshot: SnapshotTaken, out: list[Message]) -> None:
        self._begin_catch_up(snapshot.head, out)
        out.append(snapshot.message)
        self._vouch(snapshot.head.cursor)
        self._arrive(snapshot.head, out)

    def _apply_removal(self, out: list[Message]) -> Refusal | None:
        """A read has found the story withdrawn. Who follows it is told so by its last event, if that is known."""
        if self.cursor is None or self.story.removal_packet is None:
            return STORY_WITHDRAWN
        self._follow(self.cursor, out)
        return None

    def _arrive(self, head: StoryHead, out: list[Message]) -> None:
        self._full = self.request.full
        self._failures = 0
        if self._waits_for_hub(head.cursor):
            self._end_catch_up(head, out)
        else:
            self._follow(head.cursor, out)

    def _begin_catch_up(self, head: StoryHead, out: list[Message]) -> None:
        if not self.subscribed:
            self._metrics.resumes[self.resume] += 1
            out.append(self.story.control_messages.subscribed(head, resume=self.resume))
            self.subscribed = self.between = True
        elif not self.between:
            out.append(Message(encode_catching_up(head.story), type="catching_up"))
            self.between = True

    def _end_catch_up(self, head: StoryHead, out: list[Message]) -> None:
        if self.between:
            out.append(self.story.control_messages.caught_up(head))
            self.between = False

    def _vouch(self, cursor: Cursor) -> None:
        """The hub or the tables vouch for this cursor, as long as the story is not reset."""
        self.cursor = cursor
        self._generation = self.story.generation

    def _waits_for_hub(self, cursor: Cursor) -> bool:
        """Whether the tables have told us more than the hub has heard yet; its head will come."""
        return self._generation == self.story.generation and cursor.seq > self.story.head.cursor.seq

    def _want_changes(self, after: Cursor | None) -> None:
        self._want = ReadChanges(self.story, after, self.story.generation)

    def _begin_again(self, reason: SnapshotReason, resume: Resume) -> None:
        self.resume = resume
        self._want = ReadSnapshot(self.story, reason, self._variant, self.story.generation)

    def _ask_anew(self, asked: Read) -> None:
        """The story was reset meanwhile. What a catch-up has left out so far it left out by the other history."""
        if self.between:
            self._begin_again("fork", "reset")
        else:
            self._want = replace(asked, generation=self.story.generation)

    def _ask_again_later(self, asked: Read | None, *, now: float) -> Refusal | None:
        if not self.subscribed:
            return UNAVAILABLE
        self._want = asked
        self.retry_at = now + min(_RETRY_LIMIT_SECONDS, _RETRY_SECONDS * 2**self._failures)
        self._failures += 1
        return None


def _discard(_: bytes) -> None:
    """Where a place writes that no transport has been given to."""
