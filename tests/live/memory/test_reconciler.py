"""Stories in memory are compared with the tables, which are right."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.domain.errors import NotFound
from app.live.hub.fan_out import ANSWER_TURNS
from app.live.memory.reconciler import Reconciler
from app.live.memory.story_registry import StoryRegistry
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import FORMS, Framing
from app.live.tasks import Tasks
from app.wire.encoding import BodyVariant, CommentTotals
from tests.live.hubs import SOON, Follower, ReadyFollower, reach, running_hub
from tests.live.model import ModelLog, story
from tests.waiting import until

pytestmark = pytest.mark.anyio


class _Alone:
    """A reconciler without a hub; the fan-outs it asks for are counted."""

    def __init__(self, log: ModelLog) -> None:
        self.registry = StoryRegistry()
        self.fan_outs: list[LiveStory] = []
        self.reconciler = Reconciler(
            log,
            log,
            registry=self.registry,
            fan_out=self.fan_outs.append,
            tasks=Tasks(),
            metrics=LiveMetrics(),
            monotonic=lambda: 0.0,
        )


async def test_an_announcement_that_never_came_is_found_by_the_next_reconciliation() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log, reconcile_seconds=0.05) as hub:
        await hub.stories.open("one")
        model.publish()
        await reach(hub, 2)
        assert hub.metrics.gaps == 1
        assert hub.stories.reconciled_at is not None


async def test_all_stories_are_compared_in_one_query() -> None:
    models = [story(f"s{number}") for number in range(20)]
    log = ModelLog(*models)
    async with running_hub(log) as hub:
        for model in models:
            await hub.stories.open(model.slug)
        await hub.stories.reconcile()
        assert log.reads.count("heads") == 1
        assert hub.metrics.reconciles == 1


async def test_nothing_is_asked_when_no_story_is_in_memory() -> None:
    log = ModelLog(story())
    async with running_hub(log) as hub:
        await hub.stories.reconcile()
        assert log.reads == []


@pytest.mark.parametrize("grown", [0, 1, 2], ids=["behind", "equal", "ahead"])
async def test_a_history_that_lost_events_resets_the_story(grown: int) -> None:
    model = story(entries=3)
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        model.fork(back_to=3, branch="b")
        for _ in range(grown):
            model.publish()
        await hub.stories.reconcile()
        if grown == 2:
            # A fork that has grown past our head shows only when our head's cursor is used to read on.
            await hub.wait_beyond("one", 4, timeout_seconds=SOON)
        assert (live.generation, live.head) == (1, model.head)


async def test_a_head_read_before_an_event_came_is_not_mistaken_for_a_fork() -> None:
    model = story()
    alone = _Alone(ModelLog(model))
    live = alone.registry.add(model.head, now=0.0)
    old = model.head
    alone.reconciler.accept(live, model.publish())
    alone.reconciler.observe(live, old, old)
    assert (live.generation, live.head) == (0, model.head)


async def test_a_number_of_comments_read_before_a_newer_one_was_known_is_not_believed_over_it() -> None:
    model = story()
    alone = _Alone(ModelLog(model))
    live = alone.registry.add(model.head, now=0.0)
    began_at = live.head
    newer, older = (replace(began_at, comments=CommentTotals(version=each, count=each)) for each in (2, 1))
    alone.reconciler.observe(live, began_at, newer)
    alone.reconciler.observe(live, began_at, older)
    assert live.head == newer
    alone.reconciler.observe(live, live.head, older)
    assert live.head == older, "the tables have lost what was known before they were read"


async def test_a_head_that_comes_late_from_a_read_begun_before_is_not_believed_over_a_reset() -> None:
    model = story(entries=2)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        log.gate = asyncio.Event()
        reading = asyncio.create_task(hub.stories.reconcile())
        await log.waiting.wait()
        model.rebuild("epoch002")
        live.reset(model.head)
        log.gate.set()
        await reading
        assert (live.generation, live.head) == (1, model.head)


async def test_a_story_that_vanishes_while_a_fork_is_looked_into_is_gone() -> None:
    model = story(entries=3)
    alone = _Alone(log := ModelLog(model))
    live = alone.registry.add(model.head, now=0.0)
    model.fork(back_to=3, branch="b")
    model.publish()
    model.publish()
    log.gate = asyncio.Event()
    reading = asyncio.create_task(alone.reconciler.read_on(live))
    await log.waiting.wait()
    log.stories.clear()
    log.gate.set()
    assert await reading
    assert live.gone
    assert alone.registry.get(live.id) is None
    assert log.reads == ["changes", "find"]


async def test_a_reset_while_a_gap_is_read_outdoes_the_read() -> None:
    model = story(entries=3)
    alone = _Alone(log := ModelLog(model))
    live = alone.registry.add(model.head, now=0.0)
    for branch in (None, "b"):
        log.gate = asyncio.Event()
        log.waiting.clear()
        if branch is not None:
            model.fork(back_to=3, branch=branch)
            model.publish()
            model.publish()
        model.publish()
        reading = asyncio.create_task(alone.reconciler.read_on(live))
        await log.waiting.wait()
        model.rebuild("epoch002" if branch is None else "epoch003")
        live.reset(model.head)
        generation, head = live.generation, live.head
        log.gate.set()
        await reading
        assert (live.generation, live.head) == (generation, head)


async def test_a_gap_that_grows_while_it_is_read_is_read_again() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        model.publish()
        hub.accept(model.publish())
        log.gate = asyncio.Event()
        await log.waiting.wait()
        model.publish()
        hub.accept(model.publish())
        log.gate.set()
        log.gate = None
        await reach(hub, 3)
        await reach(hub, 5)
        assert live.head == model.head


async def test_a_vanished_story_is_gone_for_those_who_follow_it_and_for_newcomers() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        reader = Follower()
        live.subscriptions.add(reader)
        waiting = asyncio.create_task(hub.wait_beyond("one", 1, timeout_seconds=SOON))
        await until(lambda: hub.metrics.waiting_polls == 1)
        log.stories.clear()
        await hub.stories.reconcile()
        assert live.gone
        await until(lambda: reader.wakes)
        assert reader.wakes == 1
        with pytest.raises(NotFound):
            await waiting
        assert hub.stories.head("one") is None


@pytest.mark.parametrize("turns", range(ANSWER_TURNS + 2))
async def test_a_reader_who_is_ready_is_woken_where_the_story_vanishes_amid_a_fan_out(turns: int) -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        reader = ReadyFollower()
        live.make_ready(reader, FORMS[Framing.FRAME, BodyVariant.HTML])
        log.stories.clear()
        hub.accept(model.publish())
        for _ in range(turns):
            await asyncio.sleep(0)  # when it vanishes is what is tried
        await hub.stories.reconcile()
        assert live.gone
        await until(lambda: reader.wakes)


async def test_a_story_that_vanishes_before_its_gap_is_read_is_gone() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        model.publish()
        hub.accept(model.publish())
        log.stories.clear()
        with pytest.raises(NotFound):
            await hub.wait_beyond("one", 1, timeout_seconds=SOON)
        assert live.gone


async def test_a_database_that_is_away_leaves_everything_as_it_is() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        log.failing = True
        await hub.stories.reconcile()
        assert hub.metrics.reconciles_failed == 1
        assert hub.stories.reconciled_at is None
        hub.accept(model.publish())
        assert hub.stories.head("one") == live.head == model.head
