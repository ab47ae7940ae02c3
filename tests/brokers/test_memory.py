"""The broker of a single process, beyond the contract."""

from __future__ import annotations

import pytest

from app.brokers.memory import MemoryBroker
from app.wire.announcement import Announcement
from tests.live.model import story
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_the_time_of_publishing_is_read_from_the_clock_it_was_given() -> None:
    times: list[float | None] = []

    def receive(_: Announcement, published_at: float | None) -> None:
        times.append(published_at)

    broker = MemoryBroker(monotonic=lambda: 7.0)
    broker.subscribe(receive)
    await broker.start()
    broker.publish(story().publish())
    await until(lambda: times)
    assert times == [7.0]


async def test_each_lost_announcement_is_counted() -> None:
    broker = MemoryBroker()
    for _ in range(2):
        broker.publish(story().publish())
    assert broker.health().announcements_lost == 2
