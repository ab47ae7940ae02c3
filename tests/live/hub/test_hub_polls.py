"""Long-polls wait in the hub."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import NotFound
from tests.live.hubs import running_hub
from tests.live.model import ModelLog, story
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_a_poll_returns_at_once_when_the_story_is_already_beyond() -> None:
    model = story(entries=2)
    async with running_hub(ModelLog(model)) as hub:
        assert await hub.wait_beyond("one", 2, timeout_seconds=1000) == model.head


async def test_a_poll_returns_when_the_story_moves() -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        waiting = asyncio.create_task(hub.wait_beyond("id-one", 1, timeout_seconds=1000))
        await hub.stories.open("one")
        await until(lambda: hub.metrics.waiting_polls == 1)
        assert (hub.metrics.waiting_polls, hub.reader_count(model.id)) == (1, 1)
        hub.accept(model.publish())
        assert await waiting == model.head
        assert (hub.metrics.waiting_polls, hub.reader_count(model.id)) == (0, 0)


async def test_a_poll_returns_the_same_head_when_its_time_is_out() -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        assert await hub.wait_beyond("one", 1, timeout_seconds=0.01) == model.head
        assert hub.reader_count(model.id) == 0


async def test_a_poll_of_an_unknown_story_is_not_found() -> None:
    async with running_hub(ModelLog()) as hub:
        with pytest.raises(NotFound):
            await hub.wait_beyond("one", 1, timeout_seconds=1000)
        assert hub.reader_count(story().id) == 0
