"""The hub and stories that are over: ended, reopened, withdrawn."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import Gone
from app.live.session.effects import OpenStory, ReadChanges, ReadSnapshot, StoryMissing, StoryWithdrawn
from app.wire.encoding import BodyVariant
from tests.live.hubs import SOON, Follower, pass_turns, reach, running_hub
from tests.live.model import ModelLog, story
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_the_end_of_a_story_wakes_its_readers_once_and_keeps_it_for_those_who_poll() -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        reader = Follower()
        live.subscriptions.add(reader)
        hub.accept(model.end())
        await until(lambda: reader.wakes)
        assert reader.wakes == 1
        assert hub.stories.head("one") == model.head
        waiting = asyncio.create_task(hub.wait_beyond("one", 2, timeout_seconds=SOON))
        await until(lambda: hub.metrics.waiting_polls == 1)
        hub.accept(model.publish("a correction"))
        assert await waiting == model.head


async def test_a_poll_behind_the_head_of_an_ended_story_returns_at_once() -> None:
    model = story(entries=1)
    model.end()
    async with running_hub(ModelLog(model)) as hub:
        assert await hub.wait_beyond("one", 1, timeout_seconds=1000) == model.head


async def test_a_poll_at_the_head_of_an_ended_story_waits_its_time_and_no_longer() -> None:
    model = story()
    model.end()
    async with running_hub(ModelLog(model)) as hub:
        assert await hub.wait_beyond("one", 2, timeout_seconds=0.01) == model.head


async def test_the_end_that_was_never_announced_is_found_by_the_next_reconciliation() -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        model.end()
        await hub.stories.reconcile()
        await reach(hub, 2)
        assert live.head.closing == "ended"


async def test_an_end_that_the_announcement_did_not_mention_is_learned_from_the_tables() -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        reader = Follower()
        live.subscriptions.add(reader)
        await hub.stories.reconcile()
        await pass_turns()
        assert reader.wakes == 0
        model.closing = "ended"
        await hub.stories.reconcile()
        await until(lambda: reader.wakes)
        assert (live.head.closing, reader.wakes) == ("ended", 1)


async def test_a_withdrawn_story_wakes_its_readers_and_can_be_opened_no_more() -> None:
    model = story(entries=2)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        reader = Follower()
        live.subscriptions.add(reader)
        waiting = asyncio.create_task(hub.wait_beyond("one", 3, timeout_seconds=SOON))
        await until(lambda: hub.metrics.waiting_polls == 1)
        hub.accept(model.withdraw())
        await until(lambda: reader.wakes)
        assert reader.wakes == 1
        with pytest.raises(Gone):
            await waiting
        assert hub.stories.head("one") is None
        for ref in ("one", "id-one"):
            with pytest.raises(Gone):
                await hub.stories.open(ref)
            assert await hub.stories.fetch(OpenStory(ref)) == StoryWithdrawn()


async def test_a_story_withdrawn_while_it_is_opened_is_not_kept() -> None:
    model = story()
    log = ModelLog(model)
    log.gate = asyncio.Event()
    async with running_hub(log) as hub:
        opening = asyncio.create_task(hub.stories.open("one"))
        await log.waiting.wait()
        hub.accept(model.withdraw())
        log.gate.set()
        live = await opening
        assert live.head.closing == "withdrawn"
        assert live.removal_packet is not None
        assert hub.stories.head("one") is None


@pytest.mark.parametrize("has_removal", [True, False], ids=["with its last event", "without"])
async def test_a_withdrawal_that_was_never_announced_is_found_by_the_next_reconciliation(has_removal: bool) -> None:
    model = story(entries=1)
    log = ModelLog(model)
    log.has_removals = has_removal
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        reader = Follower()
        live.subscriptions.add(reader)
        model.withdraw()
        await hub.stories.reconcile()
        await until(lambda: hub.stories.head("one") is None)
        assert live.head.closing == "withdrawn"
        assert (live.removal_packet is not None, live.gone) == (has_removal, not has_removal)
        await until(lambda: reader.wakes >= 1)
        assert hub.metrics.resets == 0


async def test_a_reconciliation_that_crosses_a_withdrawal_undoes_nothing_of_it() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        log.gate = asyncio.Event()
        reading = asyncio.create_task(hub.stories.reconcile())
        await log.waiting.wait()
        hub.accept(model.withdraw())
        log.stories.clear()
        log.gate.set()
        await reading
        assert (live.head.closing, live.gone) == ("withdrawn", False)
        assert live.removal_packet is not None


async def test_reads_of_a_withdrawn_story_say_so() -> None:
    model = story(entries=1)
    log = ModelLog(model)
    log.has_removals = False
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        held = model.head.cursor
        model.withdraw()
        assert await hub.stories.fetch(ReadChanges(live, held, 0)) == StoryWithdrawn()
        assert await hub.stories.fetch(ReadSnapshot(live, "requested", BodyVariant.HTML, 0)) == StoryWithdrawn()
        log.stories.clear()
        assert await hub.stories.fetch(ReadChanges(live, None, 0)) == StoryMissing()
