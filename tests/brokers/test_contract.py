"""The contract every broker keeps, run against each of them."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from random import Random

import pytest

from app.brokers.broker import Broker, OnNote
from app.brokers.channel_broker import ChannelBroker
from app.brokers.local import LocalBroker
from app.brokers.local_follower import LocalFollower
from app.brokers.memory import MemoryBroker
from app.brokers.messages import Messages, SharedKey
from app.brokers.redis_channel import RedisChannel
from app.channels.channel import Channel, OnMessage
from app.domain.clock import system_clock
from app.domain.cursor import Cursor
from app.server.control_socket import listen_for_followers
from app.storage.database.notifications import Notifications
from app.wire.announcement import Announcement
from tests.brokers.hostile import KEY, WHOLE, Wire, broker_over
from tests.live.hubs import running_hub
from tests.live.model import ModelLog, story
from tests.redis import RedisServer, run_redis
from tests.waiting import until

pytestmark = pytest.mark.anyio

SOON = 20.0
KINDS = ("memory", "local", "wire", "notify", "redis")

MakeBroker = Callable[[], Broker]


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with run_redis() as server:
        yield server


@pytest.fixture(params=KINDS)
def make_broker(request: pytest.FixtureRequest, tmp_path: Path) -> MakeBroker:
    """Makes brokers of one kind that have not been started; what the first commits, those made after it hear of."""
    if request.param == "memory":
        return MemoryBroker
    if request.param == "local":
        return _local_brokers(tmp_path / "c.sock")
    if request.param == "wire":
        wire = Wire()
        return lambda: broker_over(wire, payload_limit_bytes=WHOLE)
    url: str = (
        request.getfixturevalue("postgres_url")
        if request.param == "notify"
        else request.getfixturevalue("redis_server").url
    )
    return lambda: _broker_on(request.param, url, name=request.node.name.replace(" ", ""))


def _local_brokers(path: Path) -> MakeBroker:
    kinds: Iterator[type[Broker]] = chain([LocalBroker], repeat(LocalFollower))

    async def nothing(*_: object) -> None: ...

    def make() -> Broker:
        if next(kinds) is LocalBroker:
            return LocalBroker(MemoryBroker(), lambda: listen_for_followers(path))
        return LocalFollower(path, on_missed=nothing, on_outdated=nothing, read_on=nothing, random=Random(7))

    return make


def _broker_on(kind: str, url: str, *, name: str) -> Broker:
    process, key, random = secrets.token_hex(8), SharedKey(KEY), Random(7)

    def open_channel(on_message: OnMessage) -> Channel:
        if kind == "notify":
            return Notifications(url, on_message=on_message, random=random)
        return RedisChannel(url, name=name, process=process, on_message=on_message, random=random)

    messages = Messages(process=process, key=key, clock=system_clock)
    limit = WHOLE if kind == "redis" else 0
    return ChannelBroker(MemoryBroker(), open_channel, messages=messages, key=key, payload_limit_bytes=limit)


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """A broker of each kind that has not been started."""
    return make_broker()


@pytest.fixture
async def started(broker: Broker) -> AsyncIterator[Broker]:
    await broker.start()
    yield broker
    await broker.stop()


class _Subscriber:
    """Keeps what it receives, and the thread it was called in."""

    def __init__(self, broker: Broker) -> None:
        self.received: list[Announcement] = []
        self.times: list[float | None] = []
        self.threads: set[int] = set()
        self._arrived = asyncio.Event()
        broker.subscribe(self.on_announcement)

    def on_announcement(self, announcement: Announcement, published_at: float | None) -> None:
        self.received.append(announcement)
        self.times.append(published_at)
        self.threads.add(threading.get_ident())
        self._arrived.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(SOON):
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()


async def test_announcements_of_another_thread_arrive_in_order_on_the_loop(started: Broker) -> None:
    model, subscriber = story(), _Subscriber(started)
    published = [model.publish() for _ in range(50)]

    def publish() -> None:
        for announcement in published:
            started.publish(announcement)

    thread = threading.Thread(target=publish)
    thread.start()
    await subscriber.until(50)
    thread.join()
    assert subscriber.received == published
    assert subscriber.threads == {threading.get_ident()}


async def test_publishing_returns_before_a_subscriber_is_called(started: Broker) -> None:
    subscriber = _Subscriber(started)
    started.publish(story().publish())
    assert subscriber.received == []
    await subscriber.until(1)


async def test_every_subscriber_receives_every_announcement_whatever_the_others_do(started: Broker) -> None:
    model = story()
    first = _Subscriber(started)

    def fail(_: Announcement, __: float | None) -> None:
        raise RuntimeError("a subscriber's own")

    started.subscribe(fail)
    last = _Subscriber(started)
    published = [model.publish(), model.publish()]
    for announcement in published:
        started.publish(announcement)
    await last.until(2)
    assert first.received == last.received == published


async def test_the_time_of_publishing_is_of_this_process_or_none(started: Broker) -> None:
    subscriber = _Subscriber(started)
    before = asyncio.get_running_loop().time()
    started.publish(story().publish())
    await subscriber.until(1)
    assert all(at is None or before <= at <= before + SOON for at in subscriber.times)


async def test_an_announcement_outside_start_and_stop_is_lost_and_counted(broker: Broker) -> None:
    model, subscriber = story(), _Subscriber(broker)
    broker.publish(model.publish())
    assert not broker.health().is_connected
    await broker.start()
    await until(lambda: broker.health().is_connected, pause_seconds=0.01)  # start waits a moment for it, and no more
    assert broker.health().announcements_lost == 1
    broker.publish(kept := model.publish())
    await subscriber.until(1)
    await broker.stop()
    broker.publish(model.publish())
    assert (broker.health().is_connected, broker.health().announcements_lost) == (False, 2)
    assert subscriber.received == [kept]


@pytest.mark.parametrize("make", [MemoryBroker, lambda: broker_over(Wire())], ids=["memory", "wire"])
def test_an_announcement_after_the_loop_was_closed_is_lost_and_counted(make: MakeBroker) -> None:
    broker = make()
    asyncio.run(broker.start())
    broker.publish(story().publish())
    assert (broker.health().is_connected, broker.health().announcements_lost) == (False, 1)


async def test_a_hub_that_subscribes_advances_its_stories(started: Broker) -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        started.subscribe(hub.accept)
        for _ in range(3):
            started.publish(model.publish())
        await hub.wait_beyond("one", model.seq - 1, timeout_seconds=SOON)
        assert live.head == model.head
        assert hub.metrics.gaps == 0
        assert live.deliveries[0].committed is not None


class _Hearing:
    """The broker of one process, with all commits that it hears of, in order."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.cursors: list[Cursor] = []
        self.whole: list[Announcement] = []
        broker.subscribe(self._take)
        broker.subscribe_heads(lambda _, head: self.cursors.append(head))

    def _take(self, announcement: Announcement, _: float | None) -> None:
        self.whole.append(announcement)
        self.cursors.append(announcement.head.cursor)


async def test_what_one_process_commits_all_others_hear_once_and_in_order(make_broker: MakeBroker) -> None:
    model, own = story(), _Hearing(make_broker())
    others = [_Hearing(make_broker()) for _ in range(0 if isinstance(own.broker, MemoryBroker) else 2)]
    for each in (own, *others):
        await each.broker.start()
    await until(lambda: all(each.broker.health().is_connected for each in (own, *others)))
    try:
        published = []
        for _ in range(30):
            published.append(model.publish())
            own.broker.publish(published[-1])
            await until(lambda: all(len(each.cursors) == len(published) for each in (own, *others)))
        for each in others:
            assert each.cursors == [announcement.head.cursor for announcement in published]
            assert each.whole in ([], published)
        assert own.whole == published
    finally:
        for each in (own, *others):
            await each.broker.stop()


@pytest.mark.parametrize("make_broker", ["wire", "notify", "redis"], indirect=True)
async def test_what_one_process_tells_all_others_hear_and_it_does_not(make_broker: MakeBroker) -> None:
    brokers = [make_broker() for _ in range(3)]
    heard: list[tuple[int, str, str, bytes]] = []
    telling = brokers[0]
    assert isinstance(telling, ChannelBroker)

    def hear(index: int) -> OnNote:
        return lambda kind, process, _, body: heard.append((index, process, kind, body))

    for index, each in enumerate(brokers):
        assert isinstance(each, ChannelBroker)
        each.subscribe_notes(hear(index))
        await each.start()
    try:
        await until(lambda: all(each.health().is_connected for each in brokers), pause_seconds=0.01)
        telling.tell("readers", b'{"one": 3}')
        await until(lambda: len(heard) == 2)
        assert sorted((index, kind, body) for index, _, kind, body in heard) == [
            (1, "readers", b'{"one": 3}'), (2, "readers", b'{"one": 3}'),
        ]  # fmt: skip
        assert len({process for _, process, _, _ in heard}) == 1
    finally:
        for each in brokers:
            await each.stop()
