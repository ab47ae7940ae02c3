"""The session of one reader's connection, as a pure state machine: it decides every message. No I/O, no clock.

A shell passes in the peer's messages and the answers to what the session asked, and after each call (and each wake)
gets a `Step` from `pull` once its last write is through. A slow peer therefore slows only its own pulls: the session
keeps no queue of events, only its subscriptions' cursors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from app.domain.identifiers import StoryId
from app.domain.slugs import canonical_slug
from app.live.protocol.subscribe_requests import (
    NotAMessage,
    Ping,
    Subscribe,
    SubscribeRequest,
    Unsubscribe,
    parse_message,
)
from app.live.session.clocks import ClockReading
from app.live.session.effects import Answer, Ask, Close, Opened, OpenStory, ReadAnswer
from app.live.session.goodbyes import Goodbye
from app.live.session.outbox import PIECE_BYTES, Outbox
from app.live.session.rate_limit import RateLimit
from app.live.session.refusals import TOO_MANY_STORIES, Refusal, absence_of, refusal_of
from app.live.session.step import Step
from app.live.session.subscription import PendingSubscription, Subscription
from app.live.story.limits import LiveLimits
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import FINAL_SSE_ID, Form, Message
from app.wire.close_codes import NORMAL, PROTOCOL_ERROR, TOO_BIG, CloseCode
from app.wire.encoding import BodyVariant
from app.wire.messages import encode_heartbeat, encode_refused


class Session:
    """The subscriptions of one peer to one or several stories.

    `sole`: the connection was opened for one story and ends when that story is refused, vanishes or is over. Of one
    that has ended it stays for `ended_seconds` after the goodbye, and goes on following it: a client that knows the
    goodbye leaves, and one that would reconnect for ever does so seldom, and misses nothing.
    `wake` is called when the session may have something to write without a call of its shell.
    """

    __slots__ = (
        "_close",
        "_ended",
        "_ended_seconds",
        "_goodbye",
        "_heartbeat_seconds",
        "_is_ping_pending",
        "_last_write_at",
        "_limits",
        "_metrics",
        "_outbox",
        "_pending",
        "_rate_limit",
        "_sole",
        "_stays_with",
        "_subscriptions",
        "_variant",
        "_wake",
    )

    def __init__(
        self,
        *,
        variant: BodyVariant,
        heartbeat_seconds: float,
        limits: LiveLimits,
        sole: bool,
        ended_seconds: float = 0.0,
        metrics: LiveMetrics,
        wake: Callable[[], None],
        hello: Message,
        now: ClockReading,
        piece_bytes: int = PIECE_BYTES,
    ) -> None:
        self._variant = variant
        self._heartbeat_seconds = heartbeat_seconds
        self._limits = limits
        self._sole = sole
        self._ended_seconds = ended_seconds
        self._stays_with: tuple[Subscription, float] | None = None
        self._metrics = metrics
        self._wake = wake
        self._rate_limit: RateLimit | None = None
        self._last_write_at = now.seconds
        self._pending: dict[str, PendingSubscription] = {}
        self._subscriptions: dict[StoryId, Subscription] = {}
        self._outbox = Outbox(hello, piece_bytes=piece_bytes)
        self._is_ping_pending = False
        self._ended: tuple[Message, ...] = ()
        self._goodbye: Goodbye | None = None
        self._close: Close | None = None

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return the subscriptions to stories in memory."""
        return tuple(self._subscriptions.values())

    def subscribe(self, request: SubscribeRequest, *, story: LiveStory | None = None) -> None:
        """Subscribe to a story, or anew to one that is followed. Pass `story` when it is already in memory."""
        if story is not None:
            self._attach(request, story)
        elif request.ref not in self._pending and len(self._pending) + len(self._subscriptions) >= self._limits.stories:
            self._refuse(request.ref, TOO_MANY_STORIES)
        else:
            self._forget_pending(request.ref)
            self._pending[request.ref] = PendingSubscription(request)

    def receive(self, data: str | bytes, now: ClockReading) -> None:
        """Apply one message of the peer, valid or not."""
        if isinstance(data, bytes):
            self._end(PROTOCOL_ERROR, "binary message")
        elif len(data.encode(errors="replace")) > self._limits.message_bytes:
            self._end(TOO_BIG, "message too large")
        elif not self._is_within_rate(now):
            self._end(PROTOCOL_ERROR, "too many messages")
        elif self._close is None:
            self._receive_text(data)

    def answer(self, asker: Subscription | PendingSubscription, ask: Ask, answer: Answer, now: ClockReading) -> None:
        """Apply the answer to an earlier ask; one that is no longer expected is ignored."""
        if asker.asked is not ask:
            return
        if isinstance(asker, PendingSubscription):
            self._finish_open(asker, answer)
            return
        refusal = asker.answer(cast(ReadAnswer, answer), now=now.seconds, out=self._outbox)
        if refusal is not None:
            self._drop(asker)
            self._refuse(asker.story.id, refusal)

    def pull(self, now: ClockReading) -> Step:
        """Return the next step. Call again only when the writes of the step before are through."""
        step = Step()
        for pending in self._pending.values():
            if pending.asked is None:
                pending.asked = OpenStory(pending.request.ref)
                step.asks.append((pending, pending.asked))
        for subscription in self.subscriptions:
            self._advance(subscription, step, now)
        if self._stays_with is not None and now.seconds >= self._stays_with[1]:
            self._drop(self._stays_with[0])
            self._end(NORMAL, "story ended")
        step.is_piece = not self._outbox.has_room
        step.writes = self._outbox.take()
        self._add_unnumbered(step, now)
        if step.writes:
            self._last_write_at = now.seconds
        step.close = self._close
        return step

    def dismiss(self, goodbye: Goodbye) -> None:
        """Send the goodbye as soon as no story is in the middle of catching up, then close."""
        self._goodbye = goodbye
        self._wake()

    def make_ready(self, form: Form, write: Callable[[bytes], object]) -> bool:
        """Let fan-outs write to this connection directly; return False if the session has something else to send."""
        if self._pending or self._outbox or self._is_ping_pending or self._goodbye is not None:
            return False
        if self._stays_with is not None:
            return False  # it has to be pulled when the story is open again
        subscriptions = self._subscriptions.values()
        for subscription in subscriptions:
            if not subscription.is_steady:
                return False
        for subscription in subscriptions:
            subscription.write = write
            subscription.story.make_ready(subscription, form)
        return True

    def unready(self, form: Form) -> None:
        """Stop fan-outs from writing; from now on the session has to be pulled."""
        for subscription in self._subscriptions.values():
            subscription.story.unready(subscription, form)

    def record_fan_out(self) -> None:
        """Count fan-outs as writes: no heartbeat is due while they go on."""
        for subscription in self._subscriptions.values():
            if subscription.is_ready:
                self._last_write_at = max(self._last_write_at, subscription.story.last_fan_out_at)

    def due_at(self) -> float:
        """Return when to pull at the latest, in monotonic seconds: for a heartbeat, or to retry a read."""
        retries = [
            subscription.retry_at for subscription in self._subscriptions.values() if subscription.retry_at is not None
        ]
        closes = [] if self._stays_with is None else [self._stays_with[1]]
        return min([self._last_write_at + self._heartbeat_seconds, *retries, *closes])

    def story_refs(self) -> list[str]:
        """List the stories that are followed or being opened, for the log: ids, or what the peer called them."""
        return [*self._subscriptions, *self._pending]

    def lag(self) -> int:
        """Count the events the peer has not been sent yet."""
        return sum(
            max(0, subscription.story.head.cursor.seq - subscription.cursor.seq)
            for subscription in self._subscriptions.values()
            if subscription.cursor is not None
        )

    def end(self) -> None:
        """Detach from every story. The session must not be used again."""
        for pending in self._pending.values():
            pending.asked = None
        for subscription in self._subscriptions.values():
            subscription.leave()
        self._pending.clear()
        self._subscriptions.clear()
        self._stays_with = None
        # The connection holds the session, and this was how the session held the connection: without it both are freed
        # at once, instead of when the collector next looks for cycles.
        self._wake = _ignore

    def _is_within_rate(self, now: ClockReading) -> bool:
        if self._rate_limit is None:  # most readers never send a message
            self._rate_limit = RateLimit(per_second=self._limits.messages_per_second, now=now.seconds)
        return self._rate_limit.spend(now.seconds)

    def _receive_text(self, text: str) -> None:
        try:
            message = parse_message(text)
        except NotAMessage as error:
            self._end(PROTOCOL_ERROR, str(error))
            return
        match message:
            case Subscribe(request=request):
                self.subscribe(request, story=self._followed(request.ref))
            case Unsubscribe(ref=ref):
                self._unsubscribe(ref)
            case Ping():
                self._is_ping_pending = True

    def _advance(self, subscription: Subscription, step: Step, now: ClockReading) -> None:
        if subscription.story.gone:
            self._end_subscription(subscription, now)
            return
        if self._is_staying_with(subscription) and subscription.story.head.closing is None:
            self._stays_with = None
        subscription.advance(self._outbox)
        ask = subscription.next_read(now.seconds)
        if ask is not None:
            step.asks.append((subscription, ask))
        elif subscription.is_over:
            self._end_subscription(subscription, now)

    def _add_unnumbered(self, step: Step, now: ClockReading) -> None:
        if any(subscription.between for subscription in self._subscriptions.values()):
            return
        for subscription in self._subscriptions.values():
            if (comments := subscription.comments()) is not None:
                step.writes.append(comments)
        step.writes += self._ended
        self._ended = ()
        if self._goodbye is not None and self._close is None:
            step.writes.append(self._goodbye.goodbye)
            self._close = self._goodbye.close
        is_due = not step.writes and now.seconds - self._last_write_at >= self._heartbeat_seconds
        if (is_due or self._is_ping_pending) and self._close is None:
            self._is_ping_pending = False
            step.writes.append(self._heartbeat(now))

    def _heartbeat(self, now: ClockReading) -> Message:
        heads = {
            story: subscription.cursor
            for story, subscription in self._subscriptions.items()
            if subscription.cursor is not None
        }
        return Message(encode_heartbeat(heads, time=now.wall), type="heartbeat")

    def _finish_open(self, pending: PendingSubscription, answer: Answer) -> None:
        del self._pending[pending.request.ref]
        if isinstance(answer, Opened):
            self._attach(pending.request, answer.story)
        else:
            self._refuse(pending.request.ref, refusal_of(answer))

    def _attach(self, request: SubscribeRequest, story: LiveStory) -> None:
        former = self._subscriptions.get(story.id)
        if former is not None:
            self._drop(former)
        subscription = Subscription(request, story=story, variant=self._variant, metrics=self._metrics, wake=self._wake)
        self._subscriptions[story.id] = subscription
        subscription.join(self._outbox)

    def _followed(self, ref: str) -> LiveStory | None:
        ref = canonical_slug(ref)
        for subscription in self._subscriptions.values():
            if ref in (subscription.story.id, subscription.story.head.slug):
                return subscription.story
        return None

    def _unsubscribe(self, ref: str) -> None:
        self._forget_pending(ref)
        story = self._followed(ref)
        if story is not None:
            self._drop(self._subscriptions[story.id])

    def _forget_pending(self, ref: str) -> None:
        """Forget a story that is being opened; the answer counts for nothing any more."""
        pending = self._pending.pop(ref, None)
        if pending is not None:
            pending.asked = None

    def _end_subscription(self, subscription: Subscription, now: ClockReading) -> None:
        """Say goodbye of a story that is over, and drop the subscription unless the connection stays with it."""
        head = subscription.story.head
        if head.closing != "ended":
            self._drop(subscription)
            self._refuse(subscription.story.id, absence_of(subscription.story))
            return
        if self._is_staying_with(subscription):
            return
        comments = subscription.comments()  # which nothing tells of what is dropped
        self._ended += () if comments is None else (comments,)
        self._ended += (subscription.story.control_messages.ended(head, is_final=self._sole),)
        if self._sole and self._ended_seconds > 0:
            self._stays_with = subscription, now.seconds + self._ended_seconds
            return
        self._drop(subscription)
        if self._sole:
            self._end(NORMAL, "story ended")

    def _drop(self, subscription: Subscription) -> None:
        subscription.leave()
        del self._subscriptions[subscription.story.id]
        if self._is_staying_with(subscription):
            self._stays_with = None

    def _is_staying_with(self, subscription: Subscription) -> bool:
        """Return whether the goodbye of the subscription's ended story was sent, and the connection stays a while."""
        return self._stays_with is not None and self._stays_with[0] is subscription

    def _refuse(self, ref: str, refusal: Refusal) -> None:
        is_final = self._sole and refusal.status < 500
        refused = encode_refused(ref, status=refusal.status, code=refusal.code)
        self._outbox.append(Message(refused, type="refused", sse_id=FINAL_SSE_ID if is_final else None))
        if self._sole:
            self._end(refusal.close, refusal.code)

    def _end(self, code: CloseCode, reason: str) -> None:
        if self._close is None:
            self._close = Close(code, reason)


def _ignore() -> None:
    """Do nothing: the wake of an ended session."""
