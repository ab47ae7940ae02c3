"""One reader's connection, without the connection: the object that decides everything it is sent. No I/O, no clock.

A shell calls `start`, feeds in what the peer sends and what was asked for, and after each call (and each wake)
takes a `Step` from `pull` once its last write is through. A slow peer therefore slows only its own pulls: the
session keeps no queue of events, only its places' cursors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from app.domain.identifiers import StoryId
from app.live.protocol.subscribe_requests import NotAMessage, Ping, Subscribe, Unsubscribe, Wish, parse_message
from app.live.session.clocks import Moment
from app.live.session.effects import Answer, Ask, Close, Opened, OpenStory, ReadAnswer, Step
from app.live.session.goodbyes import Farewell
from app.live.session.rate_limit import Allowance
from app.live.session.refusals import TOO_MANY_STORIES, Refusal, absence_of, refusal_of
from app.live.session.subscription import Opening, Place
from app.live.story.limits import LiveLimits
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import FINAL_SSE_ID, Form, Message
from app.wire.close_codes import NORMAL, PROTOCOL_ERROR, TOO_BIG, CloseCode
from app.wire.encoding import BodyVariant
from app.wire.messages import encode_heartbeat, encode_refused


class Session:
    """Follows one or several stories for one peer.

    `sole`: the connection was opened for one story and ends when that story is refused, vanishes or is over.
    `wake` is called when the session may have something to do and its shell did not cause it.
    """

    __slots__ = (
        "_allowance",
        "_close",
        "_ended",
        "_farewell",
        "_heartbeat_seconds",
        "_last_write_at",
        "_limits",
        "_metrics",
        "_opening",
        "_outbox",
        "_ping_waits",
        "_places",
        "_sole",
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
        metrics: LiveMetrics,
        wake: Callable[[], None],
        hello: Message,
        now: Moment,
    ) -> None:
        self._variant = variant
        self._heartbeat_seconds = heartbeat_seconds
        self._limits = limits
        self._sole = sole
        self._metrics = metrics
        self._wake = wake
        self._allowance: Allowance | None = None
        self._last_write_at = now.seconds
        self._opening: dict[str, Opening] = {}
        self._places: dict[StoryId, Place] = {}
        self._outbox = [hello]
        self._ping_waits = False
        self._ended: tuple[Message, ...] = ()
        self._farewell: Farewell | None = None
        self._close: Close | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that are attached to a story."""
        return tuple(self._places.values())

    def subscribe(self, wish: Wish, *, story: LiveStory | None = None) -> None:
        """Follow a story, or begin again with one that is followed. Pass `story` when it is already in memory."""
        if story is not None:
            self._attach(wish, story)
        elif wish.ref not in self._opening and len(self._opening) + len(self._places) >= self._limits.stories:
            self._refuse(wish.ref, TOO_MANY_STORIES)
        else:
            self._opening[wish.ref] = Opening(wish)

    def receive(self, data: str | bytes, now: Moment) -> None:
        """Take one message of the peer, whatever it is."""
        if isinstance(data, bytes):
            self._end(PROTOCOL_ERROR, "binary message")
        elif len(data.encode(errors="replace")) > self._limits.message_bytes:
            self._end(TOO_BIG, "message too large")
        elif not self._may_speak(now):
            self._end(PROTOCOL_ERROR, "too many messages")
        elif self._close is None:
            self._receive_text(data)

    def answer(self, asker: Place | Opening, ask: Ask, answer: Answer, now: Moment) -> None:
        """Take what was asked for. Answers that are no longer wanted are ignored."""
        if asker.asked is not ask:
            return
        if isinstance(asker, Opening):
            self._opened(asker, answer)
            return
        refusal = asker.answer(cast(ReadAnswer, answer), now=now.seconds, out=self._outbox)
        if refusal is not None:
            self._drop(asker)
            self._refuse(asker.story.id, refusal)

    def pull(self, now: Moment) -> Step:
        """What to do now. Call again only when the writes of the step before are through."""
        step = Step()
        for opening in self._opening.values():
            if opening.asked is None:
                opening.asked = OpenStory(opening.wish.ref)
                step.asks.append((opening, opening.asked))
        for place in self.places:
            self._advance(place, step, now)
        step.writes, self._outbox = self._outbox, []
        self._add_unnumbered(step, now)
        if step.writes:
            self._last_write_at = now.seconds
        step.close = self._close
        return step

    def dismiss(self, farewell: Farewell) -> None:
        """Say goodbye as soon as no story is in the middle of catching up, then end."""
        self._farewell = farewell
        self._wake()

    def make_ready(self, form: Form, write: Callable[[bytes], object]) -> bool:
        """Let the passes of its stories write to this connection by themselves, if nothing else is to be said."""
        if self._opening or self._outbox or self._ping_waits or self._farewell is not None:
            return False
        places = self._places.values()
        for place in places:
            if not place.is_steady:
                return False
        for place in places:
            place.write = write
            place.story.make_ready(place, form)
        return True

    def unready(self, form: Form) -> None:
        """Stop the passes from writing; from now on the session has to be pulled."""
        for place in self._places.values():
            place.story.unready(place, form)

    def note_passes(self) -> None:
        """What the passes wrote counts as written: no heartbeat is due while they do."""
        for place in self._places.values():
            if place.is_ready:
                self._last_write_at = max(self._last_write_at, place.story.told_at)

    def due_at(self) -> float:
        """When to pull even if nothing happens, in monotonic seconds: a heartbeat, or a read to be tried again."""
        retries = [place.retry_at for place in self._places.values() if place.retry_at is not None]
        return min([self._last_write_at + self._heartbeat_seconds, *retries])

    def lag(self) -> int:
        """Events the peer has not been given yet."""
        return sum(
            max(0, place.story.head.cursor.seq - place.cursor.seq)
            for place in self._places.values()
            if place.cursor is not None
        )

    def end(self) -> None:
        """Detach from every story. The session is of no more use."""
        for opening in self._opening.values():
            opening.asked = None
        for place in self._places.values():
            place.leave()
        self._opening.clear()
        self._places.clear()
        # The connection holds the session, and this was how the session held the connection: without it both are freed
        # at once, instead of when the collector next looks for cycles.
        self._wake = _nothing

    def _may_speak(self, now: Moment) -> bool:
        if self._allowance is None:  # most readers never say a word
            self._allowance = Allowance(per_second=self._limits.messages_per_second, now=now.seconds)
        return self._allowance.spend(now.seconds)

    def _receive_text(self, text: str) -> None:
        try:
            message = parse_message(text)
        except NotAMessage as error:
            self._end(PROTOCOL_ERROR, str(error))
            return
        match message:
            case Subscribe(wish=wish):
                self.subscribe(wish, story=self._followed(wish.ref))
            case Unsubscribe(ref=ref):
                self._unsubscribe(ref)
            case Ping():
                self._ping_waits = True

    def _advance(self, place: Place, step: Step, now: Moment) -> None:
        if place.story.gone:
            self._part(place)
            return
        place.advance(self._outbox)
        ask = place.take_want(now.seconds)
        if ask is not None:
            step.asks.append((place, ask))
        elif place.is_over:
            self._part(place)

    def _add_unnumbered(self, step: Step, now: Moment) -> None:
        if any(place.between for place in self._places.values()):
            return
        step.writes += self._ended
        self._ended = ()
        if self._farewell is not None and self._close is None:
            step.writes.append(self._farewell.goodbye)
            self._close = self._farewell.close
        is_due = not step.writes and now.seconds - self._last_write_at >= self._heartbeat_seconds
        if (is_due or self._ping_waits) and self._close is None:
            self._ping_waits = False
            step.writes.append(self._heartbeat(now))

    def _heartbeat(self, now: Moment) -> Message:
        heads = {story: place.cursor for story, place in self._places.items() if place.cursor is not None}
        return Message(encode_heartbeat(heads, time=now.wall), type="heartbeat")

    def _opened(self, opening: Opening, answer: Answer) -> None:
        del self._opening[opening.wish.ref]
        if isinstance(answer, Opened):
            self._attach(opening.wish, answer.story)
        else:
            self._refuse(opening.wish.ref, refusal_of(answer))

    def _attach(self, wish: Wish, story: LiveStory) -> None:
        former = self._places.get(story.id)
        if former is not None:
            former.leave()
        place = Place(wish, story=story, variant=self._variant, metrics=self._metrics, wake=self._wake)
        self._places[story.id] = place
        place.join(self._outbox)

    def _followed(self, ref: str) -> LiveStory | None:
        for place in self._places.values():
            if ref in (place.story.id, place.story.head.slug):
                return place.story
        return None

    def _unsubscribe(self, ref: str) -> None:
        opening = self._opening.pop(ref, None)
        if opening is not None:
            opening.asked = None
        story = self._followed(ref)
        if story is not None:
            self._drop(self._places[story.id])

    def _part(self, place: Place) -> None:
        """Follow no more a story of which nothing more will come."""
        self._drop(place)
        head = place.story.head
        if head.closing == "ended":
            self._ended += (place.story.brackets.ended(head, is_final=self._sole),)
            if self._sole:
                self._end(NORMAL, "story ended")
        else:
            self._refuse(place.story.id, absence_of(place.story))

    def _drop(self, place: Place) -> None:
        place.leave()
        del self._places[place.story.id]

    def _refuse(self, ref: str, refusal: Refusal) -> None:
        is_final = self._sole and refusal.status < 500
        refused = encode_refused(ref, status=refusal.status, code=refusal.code)
        self._outbox.append(Message(refused, type="refused", sse_id=FINAL_SSE_ID if is_final else None))
        if self._sole:
            self._end(refusal.close, refusal.code)

    def _end(self, code: CloseCode, reason: str) -> None:
        if self._close is None:
            self._close = Close(code, reason)


def _nothing() -> None:
    """What an ended session wakes."""
