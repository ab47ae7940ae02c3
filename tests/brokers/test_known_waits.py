"""How far each process has applied what is published, and who waits for that."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from app.brokers.local_frames import Outdated
from tests.brokers.local_brokers import following, running
from tests.live.model import story
from tests.waiting import until

pytestmark = pytest.mark.anyio

LONG = 5.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.sock"


async def test_whoever_waits_for_itself_is_left_out_and_knows_how_far_it_is(path: Path) -> None:
    model = story()
    async with running(path) as broker, following(path) as (follower,):
        applied = follower.broker.wait_applied
        await until(lambda: broker.follower_count == 1 and follower.told)
        broker.publish(model.publish())
        assert await applied(broker.published, LONG)
        assert len(follower.announcements) == 1
        follower.gate = asyncio.Event()
        broker.publish_outdated(Outdated(sites=True))
        assert await broker.wait_known(LONG, but=os.getpid()), "nobody else follows"
        number = broker.published
        assert not await applied(number, 0.02)
        assert not await applied(number, LONG), "who is late does not wait again"
        follower.gate.set()
        follower.gate = None
        assert await broker.wait_known(LONG)
        assert await applied(number, LONG)
        waiting = asyncio.create_task(applied(number + 1, LONG))
        await asyncio.sleep(0)  # a turn, in which it begins to wait
        broker.publish(model.publish())
        assert await waiting
        waiting = asyncio.create_task(applied(number + 9, LONG))
        await asyncio.sleep(0)  # a turn, in which it begins to wait
    assert not await waiting, "a connection that has ended is not waited for"
    assert not await applied(number, LONG), "nothing is heard"
