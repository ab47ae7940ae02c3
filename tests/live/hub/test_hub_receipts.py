"""Receipts of delivery: how soon after its commit an event reached the readers here, whichever process committed it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from app.domain.clock import Micros
from app.domain.identifiers import EntryId
from app.live.hub.hub import Hub
from app.live.story.packets import FORMS, Framing
from app.wire.encoding import BodyVariant
from tests.live.hubs import ReadyFollower, reach
from tests.live.model import START, ModelLog, ModelStory, story
from tests.waiting import until

pytestmark = pytest.mark.anyio

FORM = FORMS[Framing.FRAME, BodyVariant.HTML]
LATE = 0.25


@dataclass
class Timed:
    """A hub whose clocks stand still until the test moves them: both by as much."""

    hub: Hub
    model: ModelStory
    seconds: float = 0.0

    def receipt(self, entry: str) -> tuple[int, int, float | None]:
        """The event's number, the readers that were written to, and when half of them were, in seconds."""
        found = self.hub.delivery(self.model.id, EntryId(entry))
        assert found is not None
        assert found.behind == 0
        median = found.seconds_at(0.5)
        return found.seq, found.delivery.written, None if median is None else round(median, 3)

    async def learn(self) -> None:
        """Find by reading the tables what another process has committed, `LATE` seconds after its commit."""
        committed_at = (self.model.seq) / 1_000_000  # the model's events are a microsecond apart
        self.seconds = committed_at + LATE
        await self.hub.stories.reconcile()
        await reach(self.hub, self.model.seq)


@asynccontextmanager
async def timed(readers: int) -> AsyncIterator[Timed]:
    model = story()
    log = ModelLog(model)
    found: list[Timed] = []
    hub = Hub(
        log,
        log,
        clock=lambda: Micros(START + round(found[0].seconds * 1_000_000)),
        monotonic=lambda: 5_000.0 + (found[0].seconds if found else 0.0),
        reconcile_seconds=1_000.0,
    )
    found.append(Timed(hub, model))
    await hub.start()
    try:
        live = await hub.stories.open("one")
        for _ in range(readers):
            live.make_ready(ReadyFollower(), FORM)
        yield found[0]
    finally:
        await hub.stop()


async def _settled(hub: Hub, fan_outs: int) -> None:
    await until(lambda: hub.metrics.fan_outs >= fan_outs)


async def test_an_event_of_this_process_is_timed_from_its_commit() -> None:
    async with timed(readers=3) as it:
        it.seconds = 100.0
        it.hub.accept(it.model.publish(), 5_000.0 + 99.5)
        await _settled(it.hub, 1)
        assert it.receipt("e00001") == (2, 3, 0.5)


async def test_an_event_of_another_process_is_timed_from_its_own_commit_and_not_from_ours_before() -> None:
    async with timed(readers=3) as it:
        it.hub.accept(it.model.publish(), 5_000.0 - 300.0)
        await _settled(it.hub, 1)
        it.model.publish()
        await it.learn()
        await _settled(it.hub, 2)
        assert it.receipt("e00002") == (3, 3, LATE)
        assert it.receipt("e00001") == (2, 3, 300.0)


async def test_an_announcement_of_what_was_read_before_does_not_time_the_event_after_it() -> None:
    async with timed(readers=2) as it:
        late = it.model.publish()
        await it.learn()
        await _settled(it.hub, 1)
        it.hub.accept(late, 5_000.0 - 300.0)
        it.model.publish()
        await it.learn()
        await _settled(it.hub, 2)
        assert it.receipt("e00002") == (3, 2, LATE)


async def test_a_clock_ahead_of_ours_makes_no_time_before_the_commit() -> None:
    async with timed(readers=2) as it:
        it.model.publish()
        it.seconds = -10.0
        await it.hub.stories.reconcile()
        await reach(it.hub, 2)
        await _settled(it.hub, 1)
        assert it.receipt("e00001") == (2, 2, 0.0)


async def test_the_number_is_the_events_own_where_several_are_sent_together() -> None:
    async with timed(readers=2) as it:
        it.model.publish()
        it.model.publish()
        await it.learn()
        await _settled(it.hub, 1)
        assert [it.receipt(entry)[0] for entry in ("e00001", "e00002")] == [2, 3]


async def test_nobody_here_then_is_no_receipt_or_one_without_a_time() -> None:
    async with timed(readers=0) as it:
        it.model.publish()
        await it.learn()
        await _settled(it.hub, 1)
        assert it.receipt("e00001") == (2, 0, None)
        assert it.hub.delivery(it.model.id, EntryId("e00009")) is None
