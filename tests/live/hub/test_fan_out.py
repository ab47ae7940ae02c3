"""A fan-out serves each subscriber once, and lets the loop do other things: before it begins, and after each slice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count as count_from

import pytest

from app.domain.cursor import Cursor
from app.live.hub.fan_out import ANSWER_SECONDS, ANSWER_TURNS, SLICE, FanOut
from app.live.story.limits import NORMAL_LIMITS
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import FORMS, Framing
from app.wire.encoding import BodyVariant
from tests.live.model import ModelStory, story

pytestmark = pytest.mark.anyio

FORM = FORMS[Framing.FRAME, BodyVariant.HTML]
OTHER_FORM = FORMS[Framing.CHUNK, BodyVariant.HTML]


class Reader:
    """A subscriber that is caught up and has room; it records the writes, and counts the wakes."""

    def __init__(self) -> None:
        self.cursor: Cursor | None = None
        self.is_ready = False
        self.comments_told = 0
        self.written: list[bytes] = []
        self.wakes = 0
        self.write: Callable[[bytes], object] = self.written.append

    def wake(self) -> None:
        self.wakes += 1


class Limited:
    """A story with ready readers, and the fan-outs to them."""

    def __init__(self, count: int, *, others: int = 0, monotonic: Callable[[], float] = lambda: 1000.0) -> None:
        self.model: ModelStory = story()
        self.live = LiveStory(self.model.head, limits=NORMAL_LIMITS, used_at=0.0)
        self.metrics = LiveMetrics()
        self.fan_out = FanOut(metrics=self.metrics, monotonic=monotonic)
        self.readers = [self.join(FORM) for _ in range(count)]
        self.readers += [self.join(OTHER_FORM) for _ in range(others)]

    def join(self, form: tuple[Framing, BodyVariant]) -> Reader:
        reader = Reader()
        self.live.make_ready(reader, FORMS[form])
        return reader

    def publish(self) -> None:
        self.live.accept(self.model.publish())
        self.fan_out.fan_out(self.live)

    @property
    def written(self) -> int:
        return sum(len(reader.written) for reader in self.readers)

    async def turns(self) -> list[int]:
        """The events written after each turn of the loop, until the fan-out is over."""
        counts = [self.written]
        while not self.metrics.fan_outs:
            await asyncio.sleep(0)  # one turn: what is done in each is what is counted
            counts.append(self.written)
        return counts


async def test_a_fan_out_lets_the_answer_leave_and_then_serves_a_slice_a_turn() -> None:
    connections = Limited(4 * SLICE)
    connections.publish()
    turns = await connections.turns()
    assert turns[:ANSWER_TURNS] == [0] * ANSWER_TURNS
    assert turns[ANSWER_TURNS:-1] == [SLICE, 2 * SLICE, 3 * SLICE, 4 * SLICE]


async def test_those_who_are_woken_are_at_the_same_pace() -> None:
    connections = Limited(4 * SLICE)
    for reader in connections.readers:
        connections.live.unready(reader, FORM)
    connections.publish()
    woken = [sum(reader.wakes for reader in connections.readers)]
    while not connections.metrics.fan_outs:
        await asyncio.sleep(0)  # one turn, as above
        woken.append(sum(reader.wakes for reader in connections.readers))
    assert woken[ANSWER_TURNS:-1] == [SLICE, 2 * SLICE, 3 * SLICE, 4 * SLICE]


async def test_a_loop_that_has_much_to_do_gives_the_answer_one_turn() -> None:
    clock = count_from(1000.0, ANSWER_SECONDS)
    connections = Limited(SLICE, monotonic=lambda: next(clock))
    connections.publish()
    assert (await connections.turns())[:2] == [0, SLICE]


async def test_what_comes_before_a_fan_out_serves_anybody_goes_with_it() -> None:
    connections = Limited(SLICE)
    connections.publish()
    connections.publish()
    await connections.turns()
    for _ in range(2 * ANSWER_TURNS):
        await asyncio.sleep(0)  # a turn each: a second one would have begun
    assert connections.metrics.fan_outs == 1
    assert {(len(reader.written), reader.wakes) for reader in connections.readers} == {(1, 0)}
    assert connections.metrics.messages_sent == 2 * SLICE
    assert {reader.cursor for reader in connections.readers} == {connections.live.head.cursor}


@pytest.mark.parametrize("count", [0, 1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE + 7])
async def test_every_ready_subscriber_is_written_each_event_once(count: int) -> None:
    connections = Limited(count, others=count // 2)
    connections.publish()
    await connections.turns()
    assert {(len(reader.written), reader.wakes) for reader in connections.readers} <= {(1, 0)}
    assert {reader.cursor for reader in connections.readers} <= {connections.live.head.cursor}
    assert connections.metrics.messages_sent == len(connections.readers)
    assert connections.live.deliveries[-1].written == len(connections.readers)


@pytest.mark.parametrize("leaving", [0, SLICE - 1, SLICE, 2 * SLICE])
@pytest.mark.parametrize("turns", [0, ANSWER_TURNS, ANSWER_TURNS + 1])
async def test_no_subscriber_is_left_out_when_one_leaves_while_a_fan_out_runs(leaving: int, turns: int) -> None:
    connections = Limited(2 * SLICE + 1)
    group = connections.live.ready[FORM]
    gone = next(reader for number, reader in enumerate(group) if number == leaving)
    connections.publish()
    for _ in range(turns):
        await asyncio.sleep(0)  # one turn, as above
    connections.live.unready(gone, FORM)
    await connections.turns()
    stayed = [reader for reader in connections.readers if reader is not gone]
    assert {len(reader.written) for reader in stayed} == {1}


@pytest.mark.parametrize("turns", [0, ANSWER_TURNS])
async def test_one_that_joins_at_the_new_head_while_a_fan_out_runs_is_written_nothing_twice(turns: int) -> None:
    connections = Limited(2 * SLICE)
    connections.publish()
    for _ in range(turns):
        await asyncio.sleep(0)  # one turn, as above
    newcomers = [connections.join(FORM) for _ in range(SLICE)]
    await connections.turns()
    assert {(len(reader.written), reader.wakes) for reader in newcomers} == {(0, 0)}
    assert {len(reader.written) for reader in connections.readers} == {1}


async def test_the_ready_are_woken_where_the_ring_does_not_know_their_cursor() -> None:
    connections = Limited(2 * SLICE)
    connections.model.publish()
    connections.model.publish()
    connections.live.reset(connections.model.head)
    connections.fan_out.fan_out(connections.live)
    await connections.turns()
    assert connections.written == 0
    assert all(reader.wakes for reader in connections.readers)


async def test_one_whose_transport_fails_is_woken_and_the_others_are_written_to() -> None:
    connections = Limited(SLICE)

    def fail(data: bytes) -> None:
        raise OSError("gone")

    broken = connections.readers[SLICE // 2]
    broken.write = fail
    connections.publish()
    await connections.turns()
    assert broken.wakes
    assert connections.written == SLICE - 1


async def test_how_long_an_event_took_to_the_last_reader_is_counted_where_there_was_one() -> None:
    served, alone = Limited(3), Limited(0)
    for each in (served, alone):
        announcement = each.model.publish()
        each.live.record_commit(announcement, 999.5)
        each.live.accept(announcement)
        each.fan_out.fan_out(each.live)
        await each.turns()
    assert served.metrics.deliveries.cumulative()[-1] == 1
    assert served.metrics.deliveries.total_seconds == pytest.approx(0.5)
    assert alone.metrics.deliveries.cumulative()[-1] == 0


async def test_of_an_event_of_another_process_no_duration_is_counted() -> None:
    served = Limited(3)
    served.publish()
    await served.turns()
    assert served.written == 3
    assert served.metrics.deliveries.cumulative()[-1] == 0
