"""A channel between the brokers of one test, which a test may spoil in every way that a real one can be spoilt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

from app.brokers.channel_broker import ChannelBroker
from app.brokers.memory import MemoryBroker
from app.brokers.messages import Messages, SharedKey
from app.channels.channel import OnMessage
from app.domain.clock import Clock
from app.live.hub.hub import Hub
from app.wire.announcement import Announcement
from tests.live.hubs import running_hub
from tests.live.model import START, ModelLog, ModelStory

KEY = "the key in the database"
WHOLE = 256 * 1024

Spoil = Callable[[bytes], list[bytes]]


def as_it_is(message: bytes) -> list[bytes]:
    return [message]


class Wire:
    """The channel, while it `is_alive`. `spoil` decides what becomes of each message: as often as it is in its list."""

    def __init__(self, spoil: Spoil = as_it_is) -> None:
        self.ends: list[WireEnd] = []
        self.sent: list[bytes] = []
        self.is_alive = True
        self.spoil = spoil

    def open(self, on_message: OnMessage) -> WireEnd:
        self.ends.append(WireEnd(self, on_message))
        return self.ends[-1]

    def carry(self, sender: WireEnd | None, message: bytes) -> None:
        """Bring a message to all but its sender; without one, from a stranger."""
        self.sent.append(message)
        for each in self.spoil(message) if self.is_alive else ():
            for end in self.ends:
                if end is not sender:
                    end.on_message(each)


class WireEnd:
    def __init__(self, wire: Wire, on_message: OnMessage) -> None:
        self.on_message = on_message
        self.is_stopped = False
        self.is_deaf = False
        self.lost = 0
        self._wire = wire

    @property
    def is_connected(self) -> bool:
        return self._wire.is_alive and not self.is_stopped and not self.is_deaf

    def start(self) -> None: ...

    def wait_connected(self, timeout_seconds: float) -> bool:
        return True

    def stop(self, *, within_seconds: float) -> None:
        self.is_stopped = True

    def send(self, key: str, message: bytes) -> None:
        self._wire.carry(self, message)


class Hostility:
    """Drops, doubles, delays, reorders, replays, forges and damages, and dies now and then; the draws are seeded."""

    def __init__(self, seed: int, *, seconds: float = 0.05) -> None:
        self._random = Random(seed)
        self._seconds = seconds
        self._kept: list[bytes] = []
        self._wire: Wire | None = None

    def attach(self, wire: Wire) -> Wire:
        """Spoil what goes over this wire from now on."""
        self._wire = wire
        wire.spoil = self.spoil
        return wire

    def spoil(self, message: bytes) -> list[bytes]:
        """Decide what becomes of a message; some of it comes later."""
        draw = self._random
        self._kept.append(message)
        if draw.random() < 0.05 and self._wire is not None:
            self._wire.is_alive = False
            asyncio.get_running_loop().call_later(draw.random() * self._seconds, self._revive)
            return []
        chosen = [message] * draw.choice((0, 1, 1, 1, 2))
        chosen += draw.choices(self._kept, k=draw.choice((0, 0, 1, 2)))
        chosen += [lie for lie in self._lies(message) if draw.random() < 0.2]
        now = [each for each in chosen if draw.random() < 0.6]
        for each in chosen[len(now) :]:
            asyncio.get_running_loop().call_later(draw.random() * self._seconds, self._bring, each)
        draw.shuffle(now)
        return now

    def _lies(self, message: bytes) -> list[bytes]:
        number = message.partition(b"\n")[0].split(b" ")
        return [
            b"", b"\x00" * 9, b"\xff\n\xff", number[0], b" ".join(number[:2]) + b"\n", message[: len(message) // 2],
            message.replace(b"text", b"lies"), message.replace(b" epoch001", b" epoch000", 1),
            number[0] + b" epoch001." + str(self._random.randrange(10**9)).encode() + b".zzzzzz",
            b"note readers stranger 1 1 " + b"0" * 64 + b"\n{}",
        ]  # fmt: skip

    def _bring(self, message: bytes) -> None:
        assert self._wire is not None
        for end in self._wire.ends if self._wire.is_alive else ():
            end.on_message(message)

    def _revive(self) -> None:
        assert self._wire is not None
        self._wire.is_alive = True


def broker_over(
    wire: Wire, *, payload_limit_bytes: int = 0, key: SharedKey | None = None, clock: Clock = lambda: START
) -> ChannelBroker:
    """A broker of the database with that key, which carries announcements up to a size, or numbers alone."""
    key = key or SharedKey(KEY)
    messages = Messages(process=f"process{len(wire.ends)}", key=key, clock=clock)
    return ChannelBroker(MemoryBroker(), wire.open, messages=messages, key=key, payload_limit_bytes=payload_limit_bytes)


@asynccontextmanager
async def started(broker: ChannelBroker) -> AsyncIterator[ChannelBroker]:
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


def bring_to_hub(broker: ChannelBroker, hub: Hub) -> None:
    """Let a hub take what other nodes commit, as the composition does."""

    def take(announcement: Announcement, published_at: float | None) -> None:
        if published_at is None:
            hub.accept_heard(announcement)
        else:
            hub.accept(announcement, published_at)

    broker.subscribe(take)
    broker.subscribe_heads(hub.accept_head)
    hub.hear_others(lambda: broker.health().is_connected)


@asynccontextmanager
async def two_nodes(
    model: ModelStory, wire: Wire, *, payload_limit_bytes: int = 0, reconcile_seconds: float = 1000.0
) -> AsyncIterator[tuple[ChannelBroker, Hub, ModelLog]]:
    """The broker of the node that commits, the hub of the other, which has the story in memory, and the tables."""
    log = ModelLog(model)
    async with (
        started(broker_over(wire, payload_limit_bytes=payload_limit_bytes)) as committing,
        started(broker_over(wire, payload_limit_bytes=payload_limit_bytes)) as hearing,
        running_hub(log, reconcile_seconds=reconcile_seconds) as hub,
    ):
        bring_to_hub(hearing, hub)
        await hub.stories.open("one")
        log.reads.clear()
        yield committing, hub, log
