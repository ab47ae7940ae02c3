"""The hub under overload: what it measures, which readers it sends away, and how it refuses new ones. On both paths."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from app.live.hub import hub as hubs
from app.live.hub.fan_out import ANSWER_TURNS, SLICE, FanOut
from app.live.hub.hub import Hub
from app.live.hub.overload import CALM_SECONDS, SUSTAINED_SECONDS
from app.live.story.limits import NORMAL_LIMITS, LiveLimits
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from tests.live.app import serve
from tests.live.hubs import SOON, Connected, Follower, hub_over, pass_turns
from tests.live.model import ModelLog, ModelStory, story
from tests.live.sockets import closed, next_messages
from tests.live.streams import next_blocks, reading, rest_of
from tests.waiting import until

pytestmark = pytest.mark.anyio
both_paths = pytest.mark.usefixtures("both_paths", "measured_by_hand")

GOODBYE = {
    "type": "goodbye", "reason": "overload", "reconnect_after_ms": [15_000, 45_000], "use": "poll", "poll_seconds": 10,
}  # fmt: skip


@pytest.fixture
def measured_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the hub not measure its own lag: the clock that a test moves by seconds would be one, and count again."""
    monkeypatch.setattr(hubs, "SLOT_SECONDS", 1000.0)


class _Clock:
    """A monotonic clock that tests set, and that moves with every reading by `step`."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.step = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def _hub(clock: _Clock, *models: ModelStory) -> Hub:
    return hub_over(
        ModelLog(*models), heartbeat_seconds=10_000, reconcile_seconds=1000,
        limits=LiveLimits(overload_lag_seconds=2.0), monotonic=clock,
    )  # fmt: skip


def _overload(hub: Hub, clock: _Clock) -> None:
    """Let the hub be late until it calls that an overload; no reader has been sent away yet."""
    hub.record_lag(3.0)
    clock.now += SUSTAINED_SECONDS
    hub.record_lag(3.0)
    assert hub.turns_away is not None


def _recover(hub: Hub, clock: _Clock) -> None:
    hub.record_lag(0.0)
    clock.now += CALM_SECONDS
    hub.record_lag(0.0)
    assert hub.turns_away is None


# Measuring


async def test_the_lag_is_how_late_the_loop_comes_round() -> None:
    clock = _Clock()
    hub = _hub(clock)
    await hub.start()
    clock.step = 0.75
    await until(lambda: hub.metrics.lag_seconds != 0)
    await hub.stop()
    assert hub.metrics.lag_seconds == 0.5


def _publish(model: ModelStory, fan_out: FanOut, live: LiveStory) -> None:
    live.accept(model.publish())
    fan_out.fan_out(live)


async def _until_fanned_out(metrics: LiveMetrics, *, fan_out: int) -> None:
    await until(lambda: metrics.fan_outs >= fan_out)


async def test_the_lag_is_how_long_news_has_been_waiting_for_its_last_reader() -> None:
    clock, model = _Clock(), story()
    live = LiveStory(model.head, limits=NORMAL_LIMITS, used_at=0.0)
    live.subscriptions.update(Follower() for _ in range(3 * SLICE))
    metrics = LiveMetrics()
    fan_out = FanOut(metrics=metrics, monotonic=clock)
    assert fan_out.lag_seconds(clock.now) == 0
    _publish(model, fan_out, live)
    await pass_turns()
    clock.now += 1
    _publish(model, fan_out, live)
    clock.now += 3
    _publish(model, fan_out, live)
    assert fan_out.lag_seconds(clock.now) == 4
    await _until_fanned_out(metrics, fan_out=1)
    # The first fan-out is over and took four seconds; what came during it has been waiting for three.
    clock.now += 2
    assert fan_out.lag_seconds(clock.now) == 5
    await _until_fanned_out(metrics, fan_out=2)
    assert fan_out.lag_seconds(clock.now) == 5
    assert all(subscription.wakes == 2 for subscription in live.subscriptions if isinstance(subscription, Follower))


async def test_a_lag_is_remembered_for_as_long_as_it_was() -> None:
    clock, model = _Clock(), story()
    live = LiveStory(model.head, limits=NORMAL_LIMITS, used_at=0.0)
    live.subscriptions.update(Follower() for _ in range(2 * SLICE))
    metrics = LiveMetrics()
    fan_out = FanOut(metrics=metrics, monotonic=clock)
    _publish(model, fan_out, live)
    clock.now += 3
    await _until_fanned_out(metrics, fan_out=1)
    clock.now += 1
    _publish(model, fan_out, live)
    await _until_fanned_out(metrics, fan_out=2)
    assert fan_out.lag_seconds(clock.now) == 3
    clock.now += 2
    assert fan_out.lag_seconds(clock.now) == 3
    clock.now += 0.1
    assert fan_out.lag_seconds(clock.now) == 0
    _publish(model, fan_out, live)
    clock.now += 0.5
    await _until_fanned_out(metrics, fan_out=3)
    assert fan_out.lag_seconds(clock.now) == 0.5


async def test_a_fan_out_that_fails_leaves_nothing_waiting() -> None:
    class Broken(Follower):
        def wake(self) -> None:
            raise ConnectionError

    model = story()
    live = LiveStory(model.head, limits=NORMAL_LIMITS, used_at=0.0)
    live.subscriptions.add(Broken())
    turns: deque[Callable[[], object]] = deque()
    fan_out = FanOut(
        metrics=LiveMetrics(), monotonic=_Clock(), call_soon=lambda call, *given: turns.append(partial(call, *given))
    )
    _publish(model, fan_out, live)
    for _ in range(ANSWER_TURNS - 1):
        turns.popleft()()
    with pytest.raises(ConnectionError):
        turns.popleft()()
    assert not turns
    assert fan_out.lag_seconds(2000.0) == 0


# Shedding


def _overload_of_200(hub: Hub, clock: _Clock) -> list[Connected]:
    connections = [Connected(hub, obedient=False) for _ in range(200)]
    for connection in connections:
        hub.connections.add(connection, due_at=clock.now + 1000)
    _overload(hub, clock)
    return connections


async def test_those_who_came_last_are_sent_away_first_and_each_once() -> None:
    clock = _Clock()
    hub = _hub(clock)
    connections = _overload_of_200(hub, clock)
    for shed in (4, 8, 12):
        clock.now += 1
        hub.record_lag(3.0)
        assert [each.window is not None for each in connections] == [False] * (200 - shed) + [True] * shed
        assert hub.metrics.connections_shed == shed
    assert {each.window for each in connections[-12:]} == {(15_000, 45_000)}


async def test_a_server_that_stops_sheds_none_beside_its_drain() -> None:
    clock = _Clock()
    hub = _hub(clock)
    _overload_of_200(hub, clock)
    hub.draining = True
    clock.now += 1
    hub.record_lag(3.0)
    assert hub.metrics.connections_shed == 0
    assert hub.turns_away is not None
    assert hub.turns_away.code == "unavailable"


@asynccontextmanager
async def _full_house(hub: Hub, address: str) -> AsyncIterator[list[ClientConnection]]:
    readers = [await connect(f"ws://{address}/v1/stories/one/live") for _ in range(20)]
    for reader in readers:
        await next_messages(reader, 3)
    yield readers
    for reader in readers:
        await reader.close()


@both_paths
async def test_a_socket_is_sent_away_to_poll_and_the_others_go_on() -> None:
    clock, model = _Clock(), story()
    hub = _hub(clock, model)
    async with serve(hub) as address, _full_house(hub, address) as readers:
        _overload(hub, clock)
        clock.now += 1
        hub.record_lag(3.0)
        messages, code, reason = await closed(readers[-1])
        assert (messages, code, reason) == ([GOODBYE], 4009, "overload")
        hub.accept(model.publish())
        for reader in readers[:-1]:
            assert [message["seq"] for message in await next_messages(reader, 1)] == [2]
        assert hub.metrics.connections_shed == 1


@both_paths
async def test_a_stream_is_sent_away_to_poll_and_may_come_back() -> None:
    clock, model = _Clock(), story()
    hub = _hub(clock, model)
    async with (
        serve(hub) as address,
        _full_house(hub, address),
        reading(f"http://{address}/v1/stories/one/events") as blocks,
    ):
        await next_blocks(blocks, 4)
        _overload(hub, clock)
        clock.now += 1
        hub.record_lag(3.0)
        (goodbye,) = await rest_of(blocks)
        assert json.loads(goodbye["data"]) == GOODBYE
        assert "id" not in goodbye


@both_paths
async def test_new_connections_are_refused_for_a_while_until_it_is_over() -> None:
    clock, model = _Clock(), story()
    hub = _hub(clock, model)
    async with serve(hub) as address:
        url = f"ws://{address}/v1/stories/one/live"
        _overload(hub, clock)
        with pytest.raises(InvalidStatus) as refused:
            await connect(url)
        answer = refused.value.response
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "15")
        assert json.loads(answer.body)["code"] == "overloaded"
        async with reading(f"http://{address}/v1/stories/one/events") as blocks:
            retry, goodbye = await rest_of(blocks)
            assert retry == {"retry": "30000"}
            assert json.loads(goodbye["data"]) == GOODBYE
            assert "id" not in goodbye
        assert hub.metrics.refusals[503] >= 1
        _recover(hub, clock)
        async with connect(url) as reader:
            await next_messages(reader, 3)


async def test_polls_go_on_under_overload() -> None:
    clock, model = _Clock(), story()
    hub = _hub(clock, model)
    await hub.start()
    _overload(hub, clock)
    waiting = asyncio.create_task(hub.wait_beyond("one", 1, timeout_seconds=SOON))
    await hub.stories.open("one")
    await until(lambda: hub.metrics.waiting_polls == 1)
    hub.accept(model.publish())
    assert await waiting == model.head
    await hub.stop()
