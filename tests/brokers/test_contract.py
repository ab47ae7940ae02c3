"""The contract every broker keeps, run against each of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from app.brokers.broker import Broker
from app.brokers.memory import MemoryBroker
from app.wire.announcement import Announcement
from tests.live.hubs import running_hub
from tests.live.model import ModelLog, story

pytestmark = pytest.mark.anyio

SOON = 5.0
BROKERS: dict[str, Callable[[], Broker]] = {"memory": MemoryBroker}


@pytest.fixture(params=list(BROKERS))
def broker(request: pytest.FixtureRequest) -> Broker:
    """A broker of each kind that has not been started."""
    return BROKERS[request.param]()


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
    assert (broker.health().is_connected, broker.health().announcements_lost) == (True, 1)
    broker.publish(kept := model.publish())
    await subscriber.until(1)
    await broker.stop()
    broker.publish(model.publish())
    assert (broker.health().is_connected, broker.health().announcements_lost) == (False, 2)
    assert subscriber.received == [kept]


def test_an_announcement_after_the_loop_was_closed_is_lost_and_counted(broker: Broker) -> None:
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
