"""Readers are told how many comments a story has: ready or not, once for each change, and never within a catch-up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from app.domain.identifiers import EntryId, StoryId
from app.live.hub.hub import Hub
from app.live.story.packets import FORMS, Framing
from app.wire.announcement import StoryHead
from app.wire.encoding import BodyVariant, CommentTotals
from tests.live.hubs import Follower, ReadyFollower, running_hub
from tests.live.model import ModelLog, ModelStory, story

pytestmark = pytest.mark.anyio

FORM = FORMS[Framing.CHUNK, BodyVariant.HTML]


class CommentedLog(ModelLog):
    """The model's tables, whose stories have comments."""

    def __init__(self, *stories: ModelStory) -> None:
        super().__init__(*stories)
        self.totals = CommentTotals()
        self.counts: dict[EntryId, int] = {}
        self.asked_since: list[int] = []
        self.failure: Exception | None = None

    async def find(self, ref: str) -> StoryHead | None:
        head = await super().find(ref)
        return None if head is None else replace(head, comments=self.totals)

    async def heads(self, stories: Sequence[StoryId]) -> dict[StoryId, StoryHead]:
        found = await super().heads(stories)
        return {story: replace(head, comments=self.totals) for story, head in found.items()}

    async def comment_counts(self, story: StoryId, version: int) -> dict[EntryId, int]:
        if self.failure is not None:
            raise self.failure
        self.asked_since.append(version)
        return self.counts


async def settle(hub: Hub) -> None:
    """Let a reconciliation and what it begins come to its end."""
    await hub.stories.reconcile()
    for _ in range(20):
        await asyncio.sleep(0)  # more turns than it takes: that nothing more follows is tried as well


async def test_ready_readers_are_written_the_number_and_the_others_are_woken() -> None:
    log = CommentedLog(story())
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        ready, other = ReadyFollower(), Follower()
        live.make_ready(ready, FORM)
        live.subscriptions.add(other)
        log.totals, log.counts = CommentTotals(version=1, count=3), {EntryId("e1"): 2}
        await settle(hub)
        (written,) = ready.written
        assert json.loads(written.split(b"data: ")[1]) == {
            "type": "comments", "story": live.id, "count": 3, "counts": {"e1": 2},
        }  # fmt: skip
        assert other.wakes == 1
        await settle(hub)
        assert len(ready.written) == 1


async def test_an_event_changes_nothing_of_the_number() -> None:
    model = story()
    log = CommentedLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        log.totals = CommentTotals(version=1, count=3)
        await settle(hub)
        hub.accept(model.publish())
        assert live.head.comments == log.totals


async def test_a_read_that_fails_is_counted_and_said_and_the_next_one_told() -> None:
    log = CommentedLog(story())
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        ready = ReadyFollower()
        live.make_ready(ready, FORM)
        log.totals, log.failure = CommentTotals(version=1, count=3), ValueError("no number")
        with capture_logs() as lines:
            await settle(hub)
        assert ready.written == []
        assert hub.metrics.reads_failed == 1
        assert [line["event"] for line in lines] == ["comment_counts_failed"]
        log.failure = None
        await settle(hub)
        assert len(ready.written) == 1


async def test_readers_are_told_a_lower_number_where_the_tables_have_lost_comments() -> None:
    log = CommentedLog(story())
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        ready = ReadyFollower()
        live.make_ready(ready, FORM)
        log.totals, log.counts = CommentTotals(version=3, count=3), {EntryId("e1"): 2}
        await settle(hub)
        log.totals, log.counts = CommentTotals(version=1, count=1), {EntryId("e1"): 1}
        await settle(hub)
        assert live.head.comments == CommentTotals(version=1, count=1)
        assert log.asked_since == [0, 0], "a version of now says nothing of what was lost"
        assert len(ready.written) == 2
        log.totals = CommentTotals(version=2, count=2)
        await settle(hub)
        assert (live.head.comments.count, log.asked_since[2:], len(ready.written)) == (2, [1], 3)
