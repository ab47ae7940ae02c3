"""A process that was stopped looks at the tables before it answers from memory, unless they are away."""

from __future__ import annotations

import asyncio

import pytest

from app.live.memory.stories_in_memory import STALE_SECONDS, StoriesInMemory
from tests.live.hubs import SOON, hub_over
from tests.live.model import ModelLog, ModelStory, story

pytestmark = pytest.mark.anyio


class _Stopped:
    """The stories of a process whose time goes on while it does nothing."""

    def __init__(self, *models: ModelStory) -> None:
        self.now = 100.0
        self.log = ModelLog(*models)
        self.hub = hub_over(self.log, monotonic=lambda: self.now)

    @property
    def stories(self) -> StoriesInMemory:
        return self.hub.stories

    async def open_then_stop(self, seconds: float) -> None:
        for model in self.log.stories.values():
            await self.stories.open(model.slug)
        await self.stories.reconcile()
        self.log.reads.clear()
        self.now += seconds


async def test_memory_answers_while_it_was_compared_a_moment_ago() -> None:
    process = _Stopped(story())
    await process.open_then_stop(STALE_SECONDS)
    assert process.stories.head("one") is not None
    assert process.log.reads == []


async def test_after_a_stop_memory_is_not_asked_and_a_story_is_opened_with_what_was_committed_meanwhile() -> None:
    model = story()
    process = _Stopped(model)
    await process.open_then_stop(STALE_SECONDS + 0.1)
    model.publish()
    assert process.stories.find("one") is None
    assert (await process.stories.open("one")).head == model.head
    assert process.stories.head("one") == model.head
    assert process.log.reads == ["heads", "changes"]


async def test_a_reconciliation_that_comes_first_counts_only_once_it_has_read_on() -> None:
    model = story()
    process = _Stopped(model)
    await process.open_then_stop(STALE_SECONDS + 0.1)
    model.publish()
    process.log.gate = asyncio.Event()
    reconciling = asyncio.create_task(process.stories.reconcile())
    await asyncio.wait_for(process.log.waiting.wait(), SOON)
    opening = asyncio.create_task(process.stories.open("one"))
    assert process.stories.head("one") is None
    process.log.gate.set()
    assert (await opening).head == model.head
    await reconciling
    assert process.log.reads == ["heads", "changes"], "both wait for one comparison"


async def test_an_answer_of_before_the_stop_does_not_count() -> None:
    model = story()
    process = _Stopped(model)
    await process.open_then_stop(0)
    process.log.gate = asyncio.Event()
    reconciling = asyncio.create_task(process.stories.reconcile())
    await asyncio.wait_for(process.log.waiting.wait(), SOON)
    process.now += STALE_SECONDS + 0.1
    model.publish()
    process.log.gate.set()
    await reconciling
    assert process.stories.head("one") is None
    assert (await process.stories.open("one")).head == model.head


async def test_memory_answers_as_it_is_while_the_tables_are_away_and_no_longer() -> None:
    model = story()
    process = _Stopped(model)
    await process.open_then_stop(STALE_SECONDS + 0.1)
    process.log.failing = True
    known = model.head
    model.publish()
    assert (await process.stories.open("one")).head == known
    asked = len(process.log.reads)
    assert process.stories.head("one") == known
    assert (await process.stories.open("one")).head == known
    assert len(process.log.reads) == asked, "those who come next do not try it each"
    process.log.failing = False
    process.now += 1
    await process.stories.reconcile()
    assert process.stories.reconcile_age_seconds == 0.0
    process.now += STALE_SECONDS + 0.1
    assert process.stories.head("one") is None


async def test_a_refresh_is_of_now_whatever_comparison_is_under_way() -> None:
    model = story()
    process = _Stopped(model)
    await process.open_then_stop(0)
    process.log.gate = asyncio.Event()
    first = asyncio.create_task(process.stories.refresh())
    process.now += 0.1
    await asyncio.wait_for(process.log.waiting.wait(), SOON)
    model.publish()
    process.now += 0.1
    second = asyncio.create_task(process.stories.refresh())
    await asyncio.sleep(0)  # no wait: the second has begun before the first goes on
    process.log.gate.set()
    await asyncio.gather(first, second)
    assert process.stories.head("one") == model.head


async def test_a_hub_that_compares_rarely_trusts_its_memory_as_long() -> None:
    model = story()
    hub = hub_over(ModelLog(model), reconcile_seconds=50.0)
    await hub.stories.open("one")
    assert hub.stories.head("one") == model.head
