"""The hub brings stories into memory: one read however many ask, and nothing missed meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import NotFound
from tests.live.hubs import reach, running_hub
from tests.live.model import ModelLog, story

pytestmark = pytest.mark.anyio


async def test_a_story_is_opened_once_however_many_ask() -> None:
    log = ModelLog(story())
    async with running_hub(log) as hub:
        assert hub.stories.head("one") is None
        opened = await asyncio.gather(*(hub.stories.open("one") for _ in range(100)), hub.stories.open("one"))
        assert len({id(live) for live in opened}) == 1
        assert log.reads == ["find"]
        for ref in ("one", "id-one"):
            head = hub.stories.head(ref)
            assert head is not None
            assert head.cursor.seq == 1


async def test_an_unknown_story_is_not_found_and_not_remembered() -> None:
    log = ModelLog()
    async with running_hub(log) as hub:
        with pytest.raises(NotFound):
            await hub.stories.open("one")
        log.stories |= {(model := story()).id: model}
        assert (await hub.stories.open("one")).head == model.head


async def test_an_old_slug_leads_to_the_same_story_in_memory() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        model.slug = "renamed"
        hub.accept(model.rename("other"))
        assert hub.stories.head("renamed") == hub.stories.head("one") == live.head


async def test_what_is_committed_during_the_opening_read_is_not_missed() -> None:
    model = story()
    log = ModelLog(model)
    log.gate = asyncio.Event()
    async with running_hub(log) as hub:
        opening = asyncio.create_task(hub.stories.open("one"))
        await log.waiting.wait()
        hub.accept(model.publish())
        hub.accept(story("two").publish())
        hub.accept(model.publish())
        log.gate.set()
        live = await opening
        assert live.head == model.head
        assert live.ring.since(model.cursors[1]) is not None


async def test_a_gap_among_what_was_committed_during_the_opening_read_is_mended() -> None:
    model = story()
    log = ModelLog(model)
    log.gate = asyncio.Event()
    async with running_hub(log) as hub:
        opening = asyncio.create_task(hub.stories.open("one"))
        await log.waiting.wait()
        model.publish()
        hub.accept(model.publish())
        log.gate.set()
        await opening
        await reach(hub, 3)


async def test_a_caller_that_gives_up_does_not_end_the_opening_of_others() -> None:
    log = ModelLog(story())
    log.gate = asyncio.Event()
    async with running_hub(log) as hub:
        first = asyncio.create_task(hub.stories.open("one"))
        second = asyncio.create_task(hub.stories.open("one"))
        await log.waiting.wait()  # the shared read, which begins after both have asked
        first.cancel()
        log.gate.set()
        assert (await second).id == "id-one"
