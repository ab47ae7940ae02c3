"""How far each process has applied what is published, and who waits for that."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from structlog.testing import capture_logs

from app.brokers.known_waits import KnownWaits
from app.brokers.local_frames import Kind, Outdated, encode_frame, encode_hello
from tests.brokers.local_brokers import following, running
from tests.live.model import story
from tests.waiting import until

pytestmark = pytest.mark.anyio

LONG = 10.0

T = TypeVar("T")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.sock"


@asynccontextmanager
async def silent_follower(path: Path, *, pid: int) -> AsyncIterator[None]:
    """Another process that follows: it knows what there is, and says nothing from now on."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(encode_hello(pid) + encode_frame(Kind.KNOWN, number=0))
    await reader.readexactly(len(encode_hello()))
    try:
        yield
    finally:
        writer.close()


async def test_whoever_waits_for_itself_is_left_out_and_the_others_are_waited_for(path: Path) -> None:
    own = os.getpid()
    async with running(path) as broker, following(path) as (follower,), silent_follower(path, pid=own + 1):
        await until(lambda: broker.follower_count == 2 and follower.told)
        follower.gate = asyncio.Event()
        broker.publish_outdated(Outdated(sites=True))
        assert not await broker.wait_known(0.02, but=own), "the other one says nothing"
        assert await _at_once(broker.wait_known(LONG, but=own)), "who is late is not waited for again"
        assert not await broker.wait_known(0.02, but=own + 1), "nor was this one found to be late"
        follower.gate.set()


async def test_a_process_knows_how_far_it_has_applied_what_is_published(path: Path) -> None:
    model = story()
    async with running(path) as broker, following(path) as (follower,):
        applied = follower.broker.wait_applied
        await until(lambda: broker.follower_count == 1 and follower.broker.health().is_connected and follower.told)
        broker.publish(model.publish())
        assert await applied(broker.published, LONG)
        assert len(follower.announcements) == 1
        follower.gate = asyncio.Event()
        broker.publish_outdated(Outdated(sites=True))
        number = broker.published
        with capture_logs() as logs:
            assert await asyncio.gather(*(applied(number, 0.02) for _ in range(3))) == [False] * 3
            assert not await _at_once(applied(number, LONG)), "who is late does not wait again"
            follower.gate.set()
            follower.gate = None
            assert await broker.wait_known(LONG)
            assert [each["event"] for each in logs] == ["applying_late", "applying_late_over"]
        assert follower.broker.health().late == 1
        assert await applied(number, LONG)
        waiting = asyncio.create_task(applied(number + 1, LONG))
        await asyncio.sleep(0)  # a turn, in which it begins to wait
        broker.publish(model.publish())
        assert await waiting


async def test_a_wait_ends_with_the_connection_and_what_was_to_come_on_it_is_read_first_once_for_all(
    path: Path,
) -> None:
    async with following(path) as (follower,):
        async with running(path) as broker:
            await until(lambda: follower.broker.health().is_connected and follower.told == ["missed"])
            waiting = [asyncio.create_task(follower.broker.wait_applied(broker.published + 9, LONG)) for _ in range(9)]
            await asyncio.sleep(0)  # a turn, in which they begin to wait
            follower.gate = asyncio.Event()
        await _at_once(until(lambda: follower.told == ["missed", "missed"]))
        assert not any(each.done() for each in waiting)
        follower.gate.set()
        assert await _at_once(asyncio.gather(*waiting)) == [False] * 9
        assert follower.told == ["missed", "missed"]
        assert not await _at_once(follower.broker.wait_applied(1, LONG)), "nothing is heard"


async def test_waits_that_are_given_up_leave_nothing_and_what_is_known_in_time_is_known() -> None:
    known = {1: 0.0, 2: 0.0}
    waits = KnownWaits(known.__getitem__)
    asked = [asyncio.create_task(waits.wait(number, LONG, but=but)) for number in (1, 2, 3) for but in (1, 2)]
    await asyncio.sleep(0)  # a turn, in which they begin to wait
    asked.pop().cancel()
    known.update({1: 2.0, 2: 1.0})
    waits.settle()
    waits.settle()
    await asyncio.sleep(0)  # a turn, in which those that are known go on
    assert [each.done() for each in asked] == [True, True, True, False, False]
    waits.end()
    assert await _at_once(asyncio.gather(*asked)) == [True, True, True, False, False]
    assert waits._waits == []


async def _at_once(waiting: Awaitable[T]) -> T:
    """Return what is there without the time that was given for it."""
    async with asyncio.timeout(LONG / 2):
        return await waiting
