"""The hub knows every connection: it ticks them, sends them away, and cuts who stays."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from app.live.hub.fan_out import SLICE
from tests.live.hubs import SOON, Connected, running_hub
from tests.live.model import ModelLog, story
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_the_timing_wheel_ticks_a_connection_at_its_time_and_sooner_when_asked() -> None:
    async with running_hub(ModelLog()) as hub:
        connection = Connected(hub)
        hub.connections.tick_by(connection, due_at=0.0)
        now = hub.read_clocks().seconds
        hub.connections.add(connection, due_at=now + 1000)
        hub.connections.tick_by(connection, due_at=now + 2000)
        hub.connections.tick_by(connection, due_at=now)
        await asyncio.wait_for(connection.ticked.wait(), SOON)
        hub.connections.remove(connection)


async def test_a_drain_says_goodbye_to_all_and_frees_the_polls() -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        connections = [Connected(hub) for _ in range(250)]
        for connection in connections:
            hub.connections.add(connection, due_at=hub.read_clocks().seconds + 1000)
        waiting = asyncio.create_task(hub.wait_beyond("one", 1, timeout_seconds=1000))
        await hub.stories.open("one")
        await until(lambda: hub.metrics.waiting_polls == 1)
        await hub.drain(timeout_seconds=1000)
        assert {connection.window for connection in connections} == {(0, 1000)}
        assert not any(connection.was_cut for connection in connections)
        assert await waiting == model.head
        assert hub.draining
        assert await hub.wait_beyond("one", 1, timeout_seconds=1000) == model.head


async def test_the_window_to_come_back_grows_with_the_readers_up_to_a_limit() -> None:
    async with running_hub(ModelLog()) as hub:
        connections = [Connected(hub) for _ in range(50_000)]
        for connection in connections:
            hub.connections.add(connection, due_at=hub.seconds() + 1000)
        await hub.drain(timeout_seconds=1000)
        assert connections[0].window == (0, 45_000)


async def test_a_drain_that_takes_its_time_sends_readers_away_evenly_to_come_back_at_once() -> None:
    async with running_hub(ModelLog()) as hub:
        connections = [Connected(hub) for _ in range(250)]
        for connection in connections:
            hub.connections.add(connection, due_at=hub.read_clocks().seconds + 1000)
        drained = asyncio.create_task(hub.drain(spread_seconds=0.3, timeout_seconds=1000))
        sent_away = []
        while not drained.done():
            sent_away.append(sum(connection.window is not None for connection in connections))
            await asyncio.sleep(0.01)  # more often than a slice is sent away: each number is seen
        assert sorted(set(sent_away) | {250}) == [*range(0, 250, SLICE), 250]
        assert {connection.window for connection in connections} == {(0, 1000)}


def _is_any_dismissed(connections: list[Connected]) -> bool:
    return any(connection.window is not None for connection in connections)


async def test_a_drain_ends_as_soon_as_nobody_is_left_however_long_it_may_take() -> None:
    for count in (1, SLICE, 3 * SLICE):
        async with running_hub(ModelLog()) as hub:
            connections = [Connected(hub) for _ in range(count)]
            for connection in connections:
                hub.connections.add(connection, due_at=hub.read_clocks().seconds + 1000)
            drained = asyncio.create_task(hub.drain(spread_seconds=1000, timeout_seconds=1000))
            await until(partial(_is_any_dismissed, connections))
            for connection in connections[SLICE:]:  # their readers close their pages
                hub.connections.remove(connection)
            await asyncio.wait_for(drained, 10)


async def test_who_does_not_leave_is_cut_when_the_drain_is_over() -> None:
    async with running_hub(ModelLog()) as hub:
        stubborn = Connected(hub, obedient=False)
        hub.connections.add(stubborn, due_at=hub.read_clocks().seconds + 1000)
        await hub.drain(timeout_seconds=0.01)
        assert stubborn.was_cut


async def test_a_drain_without_readers_is_over_at_once() -> None:
    async with running_hub(ModelLog()) as hub:
        await hub.drain(timeout_seconds=1000)
        assert hub.draining
