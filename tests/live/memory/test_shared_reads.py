"""Reads from the tables are shared, kept for a moment, and bounded."""

from __future__ import annotations

import asyncio
import tracemalloc
import weakref

import pytest

from app.domain.cursor import Cursor
from app.live.memory.shared_reads import KEPT_SECONDS, SharedReads
from app.live.session.effects import (
    ChangesRead,
    Failed,
    Opened,
    OpenStory,
    ReadChanges,
    ReadSnapshot,
    SnapshotRead,
    StoryMissing,
    Unusable,
)
from app.live.story.limits import NORMAL_LIMITS
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Framing
from app.live.tasks import Tasks
from app.wire.encoding import BodyVariant
from tests.live.hubs import hub_over, reach, running_hub
from tests.live.model import ModelLog, ModelStory, story

pytestmark = pytest.mark.anyio


def _changes(live: object, model: ModelStory, seq: int) -> ReadChanges:
    return ReadChanges(live, model.cursors[seq], 0)  # type: ignore[arg-type]


async def test_ten_thousand_who_lack_the_same_cost_a_handful_of_reads() -> None:
    model = story(entries=60)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        answers = await asyncio.gather(*(hub.stories.fetch(_changes(live, model, 10)) for _ in range(10_000)))
        assert len({id(answer) for answer in answers}) == 1
        snapshots = [ReadSnapshot(live, "fork", BodyVariant.HTML, 0) for _ in range(10_000)]
        taken = await asyncio.gather(*(hub.stories.fetch(ask) for ask in snapshots))
        assert isinstance(taken[0], SnapshotRead)
        assert len({id(answer) for answer in taken}) == 1
        assert log.reads == ["find", "changes", "snapshot"]


async def test_a_kept_answer_is_not_used_once_the_story_has_moved() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        await hub.stories.fetch(_changes(live, model, 2))
        hub.accept(model.publish())
        page = await hub.stories.fetch(_changes(live, model, 2))
        assert isinstance(page, ChangesRead)
        assert page.cursor == model.head.cursor


async def test_answers_that_are_forgotten_are_read_anew_and_a_read_under_way_is_not_kept() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    reads = SharedReads(log, tasks=Tasks(), metrics=LiveMetrics(), observe=lambda *_: None)
    ask = _changes(LiveStory(model.head, limits=NORMAL_LIMITS, used_at=0.0), model, 1)
    await reads.fetch(ask)
    assert len(reads) == 1
    under_way = reads.fetch(ReadSnapshot(ask.story, "fork", BodyVariant.HTML, 0))
    reads.forget()
    assert (len(reads), reads.kept_bytes) == (0, 0)
    assert isinstance(await under_way, SnapshotRead)
    await asyncio.sleep(0)  # a turn, in which it would be kept
    assert (len(reads), reads.kept_bytes) == (0, 0)
    await reads.fetch(ask)
    assert log.reads.count("changes") == 2


async def test_a_read_begun_before_a_reset_changes_nothing_after_it() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        log.gate = asyncio.Event()
        changes = hub.stories.fetch(_changes(live, model, 2))
        snapshot = hub.stories.fetch(ReadSnapshot(live, "requested", BodyVariant.HTML, 0))
        await log.waiting.wait()
        await asyncio.sleep(0)  # a turn, in which the other read begins as well
        model.rebuild("epoch002")
        live.reset(model.head)
        log.gate.set()
        await asyncio.gather(changes, snapshot)
        assert (live.generation, live.head, hub.metrics.resets) == (1, model.head, 0)


async def test_an_unusable_cursor_is_answered_and_the_answer_kept() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        ask = ReadChanges(live, Cursor("other", 2, "x"), 0)
        assert await hub.stories.fetch(ask) == await hub.stories.fetch(ask) == Unusable("epoch")
        assert log.reads == ["find", "changes"]


async def test_what_failed_is_not_kept() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        log.failing = True
        assert await hub.stories.fetch(_changes(live, model, 2)) == Failed()
        log.failing = False
        assert isinstance(await hub.stories.fetch(_changes(live, model, 2)), ChangesRead)
        log.stories.clear()
        assert await hub.stories.fetch(_changes(live, model, 1)) == StoryMissing()


async def test_what_is_kept_is_bounded_by_count_and_by_size() -> None:
    model = story(entries=400)
    live = LiveStory(model.head, limits=NORMAL_LIMITS, used_at=0.0)
    reads = SharedReads(ModelLog(model), tasks=Tasks(), metrics=LiveMetrics(), observe=lambda *_: None)
    for seq in range(1, 400):
        await reads.fetch(ReadChanges(live, Cursor("other", seq, "x"), 0))
    assert len(reads) == 256
    for seq in range(1, 500):
        live.accept(model.publish("x" * 60_000))
        if seq % 8 == 0:
            await reads.fetch(_changes(live, model, 300 + seq))
    assert 12 * 1024 * 1024 < reads.kept_bytes <= 16 * 1024 * 1024
    assert len(reads) < 256


async def test_the_size_of_what_is_kept_is_what_it_takes_in_memory_once_it_was_sent() -> None:
    model = story()
    for _ in range(1_000):
        model.publish("x" * 1_000)
    live = LiveStory(model.head, limits=NORMAL_LIMITS, used_at=0.0)
    reads = SharedReads(ModelLog(model), tasks=Tasks(), metrics=LiveMetrics(), observe=lambda *_: None)
    tracemalloc.start()
    try:
        page = await reads.fetch(ReadChanges(live, None, 0))
        assert isinstance(page, ChangesRead)
        assert len(page.packets) > 500
        for packet in page.packets:
            packet.message(BodyVariant.HTML).bytes_in(Framing.FRAME)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.5 * taken < reads.kept_bytes < 2 * taken


async def test_what_nobody_asks_for_is_dropped_after_a_moment() -> None:
    model = story(entries=40)
    now = 1_000.0
    live = LiveStory(model.head, limits=NORMAL_LIMITS, used_at=now)
    reads = SharedReads(
        ModelLog(model), tasks=Tasks(), metrics=LiveMetrics(), observe=lambda *_: None, monotonic=lambda: now
    )
    await reads.fetch(_changes(live, model, 1))
    await reads.fetch(_changes(live, model, 2))
    now += KEPT_SECONDS / 2
    await reads.fetch(_changes(live, model, 2))
    reads.sweep()
    assert len(reads) == 2
    now += KEPT_SECONDS / 2
    reads.sweep()
    assert len(reads) == 1
    now += KEPT_SECONDS / 2
    reads.sweep()
    assert (len(reads), reads.kept_bytes) == (0, 0)


async def test_the_hub_drops_what_nobody_asks_for() -> None:
    model = story(entries=40)
    now = 1_000.0
    hub = hub_over(ModelLog(model), reconcile_seconds=1_000.0, monotonic=lambda: now)
    await hub.start()
    try:
        live = await hub.stories.open("one")
        kept = weakref.ref(await hub.stories.fetch(_changes(live, model, 1)))
        await hub.stories.reconcile()
        assert kept() is not None
        now += KEPT_SECONDS
        await hub.stories.reconcile()
        await asyncio.sleep(0.01)  # asyncio itself holds a task's result until its next turn
        assert kept() is None
    finally:
        await hub.stop()


async def test_a_read_that_brings_news_advances_the_story() -> None:
    model = story(entries=1)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        model.publish()
        await hub.stories.fetch(ReadSnapshot(live, "requested", BodyVariant.HTML, 0))
        await reach(hub, 3)
        assert live.head == model.head


async def test_an_open_story_is_fetched_and_an_unknown_one_is_missing() -> None:
    log = ModelLog(story())
    async with running_hub(log) as hub:
        assert isinstance(await hub.stories.fetch(OpenStory("one")), Opened)
        assert await hub.stories.fetch(OpenStory("two")) == StoryMissing()
        log.failing = True
        assert await hub.stories.fetch(OpenStory("three")) == Failed()
