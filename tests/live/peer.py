"""A session without a connection: pulls, answers what is asked from a model of the tables, and reads what is sent."""

from __future__ import annotations

import json
from typing import Any

from app.domain.clock import Micros
from app.domain.errors import Gone, NotFound
from app.domain.identifiers import StoryId
from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.clocks import ClockReading
from app.live.session.effects import (
    Answer,
    Ask,
    ChangesRead,
    Failed,
    Opened,
    OpenStory,
    ReadChanges,
    SnapshotRead,
    StoryMissing,
    StoryWithdrawn,
    Unusable,
)
from app.live.session.outbox import PIECE_BYTES
from app.live.session.session import Session
from app.live.session.step import Step
from app.live.session.subscription import PendingSubscription, Subscription
from app.live.story.limits import NORMAL_LIMITS, LiveLimits
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Message, Packet
from app.live.story.story_log import CursorUnusable
from app.wire.announcement import StoryHead
from app.wire.encoding import BodyVariant, encode_json
from app.wire.messages import encode_hello, encode_snapshot
from tests.live.model import START, ModelLog, ModelStory

HEARTBEAT_SECONDS = 25.0


class Peer:
    """Drives one session. `now` is moved by the test; `memory` is the hub's part, shared between peers."""

    def __init__(
        self,
        log: ModelLog,
        memory: dict[str, LiveStory] | None = None,
        *,
        sole: bool = False,
        variant: BodyVariant = BodyVariant.HTML,
        limit: int = 1000,
        limits: LiveLimits = NORMAL_LIMITS,
        piece_bytes: int = PIECE_BYTES,
        ended_seconds: float = 0.0,
    ) -> None:
        self.log = log
        self.limit = limit
        self.memory: dict[str, LiveStory] = {} if memory is None else memory
        self.seconds = 1000.0
        self.wakes = 0
        self.metrics = LiveMetrics()
        self.session = Session(
            variant=variant,
            heartbeat_seconds=HEARTBEAT_SECONDS,
            limits=limits,
            sole=sole,
            ended_seconds=ended_seconds,
            metrics=self.metrics,
            wake=self._count_wake,
            hello=Message(encode_hello(heartbeat_seconds=HEARTBEAT_SECONDS, time=self.now.wall), type="hello"),
            now=self.now,
            piece_bytes=piece_bytes,
        )

    @property
    def now(self) -> ClockReading:
        return ClockReading(wall=Micros(START + int(self.seconds * 1_000_000)), seconds=self.seconds)

    def live(self, ref: str) -> LiveStory:
        """The story in memory, as the hub would open it. Raises NotFound, Gone."""
        model = next((s for s in self.log.stories.values() if ref in (s.id, s.slug)), None)
        if model is None:
            raise NotFound("story_not_found", "There is no such story.")
        if model.closing == "withdrawn":
            raise Gone("story_withdrawn", "The story was withdrawn.")
        return self.memory.setdefault(model.id, LiveStory(model.head, limits=NORMAL_LIMITS, used_at=0.0))

    def subscribe(self, ref: str, **request: Any) -> None:
        self.session.subscribe(SubscribeRequest(ref, **request), story=self.live(ref))

    def send(self, **message: Any) -> None:
        self.session.receive(json.dumps(message), self.now)

    def pull(self) -> Step:
        return self.session.pull(self.now)

    def run(self) -> list[Any]:
        """Pull and answer until nothing more is wanted; what was sent, decoded."""
        sent: list[Message] = []
        while True:
            step = self.pull()
            sent += step.writes
            for asker, ask in step.asks:
                self.answer(asker, ask)
            if not step.asks and not step.writes:
                return [json.loads(message.json) for message in sent]

    def ask_for_second_page(self) -> tuple[Subscription | PendingSubscription, Ask]:
        """Follow the story from its beginning, get the first page, and return what asks for the second."""
        self.subscribe("one", after="0")
        ((asker, ask),) = self.pull().asks
        self.answer(asker, ask)
        self.pull()
        ((asker, ask),) = self.pull().asks
        return asker, ask

    def types(self) -> list[str]:
        """The types of what was sent, with the number of events."""
        return [f"{m['seq']}" if "seq" in m else str(m["type"]) for m in self.run()]

    def answer(self, asker: Subscription | PendingSubscription, ask: Ask, answer: Answer | None = None) -> None:
        self.session.answer(asker, ask, answer or self.look_up(ask), self.now)

    def look_up(self, ask: Ask) -> Answer:
        """Return the answer that the hub would give now."""
        try:
            if self.log.failing:
                return Failed()
            if isinstance(ask, OpenStory):
                return Opened(self.live(ask.ref))
            if isinstance(ask, ReadChanges):
                page = self.log.changes_now(ask.story.id, ask.after, limit=self.limit, limit_bytes=1_000_000)
                return ChangesRead(tuple(Packet(e) for e in page.events), page.cursor, page.head, page.more)
            return self._snapshot(ask.story.id, encode_reason=ask.reason)
        except CursorUnusable as error:
            return Unusable(error.reason)
        except Gone:
            return StoryWithdrawn()
        except (NotFound, KeyError):
            return StoryMissing()

    def _snapshot(self, story: StoryId, *, encode_reason: Any) -> SnapshotRead:
        model = self.log.stories[story]
        if model.closing == "withdrawn":
            raise Gone("story_withdrawn", "The story was withdrawn.")
        head: StoryHead = model.head
        json_bytes = encode_snapshot(story, reason=encode_reason, state=encode_json(model.state()))
        return SnapshotRead(head, Message(json_bytes, type="snapshot", sse_id=str(head.cursor)))

    def _count_wake(self) -> None:
        self.wakes += 1


def make_peer(model: ModelStory, **options: Any) -> Peer:
    """A peer that has received its hello, of a server with one story."""
    peer = Peer(ModelLog(model), **options)
    assert [message["type"] for message in peer.run()] == ["hello"]
    return peer
