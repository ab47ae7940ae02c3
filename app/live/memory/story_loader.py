"""Bringing stories into memory: one read however many ask, and nothing committed meanwhile is missed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from app.live.hub.reconciler import Reconciler
from app.live.hub.story_registry import StoryRegistry
from app.live.hub.tasks import Tasks
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.story_log import StoryLog
from app.wire.announcement import Announcement

HELD_LIMIT = 1000
"""Announcements kept while stories are opened, which takes milliseconds; one that is lost here is found missing."""


class StoryLoader:
    """Stories being opened, and what was announced while they were."""

    def __init__(
        self,
        log: StoryLog,
        *,
        registry: StoryRegistry,
        reconciler: Reconciler,
        tasks: Tasks,
        metrics: LiveMetrics,
        monotonic: Callable[[], float],
    ) -> None:
        self._log = log
        self._registry = registry
        self._reconciler = reconciler
        self._tasks = tasks
        self._metrics = metrics
        self._monotonic = monotonic
        self._under_way: dict[str, asyncio.Task[LiveStory]] = {}
        self._held: deque[Announcement] = deque(maxlen=HELD_LIMIT)

    async def open(self, ref: str) -> LiveStory:
        """The story from memory or by one shared read. Raises NotFound, or what the tables raise."""
        story = self._registry.find(ref, now=self._monotonic())
        if story is not None:
            return story
        task = self._under_way.get(ref)
        if task is None:
            task = self._under_way[ref] = self._tasks.spawn(self._open(ref))
            task.add_done_callback(lambda done: self._done(ref, done))
        return await asyncio.shield(task)

    def hold(self, announcement: Announcement) -> None:
        """Keep what is announced during a read: the head the read brings may be older than it."""
        if self._under_way:
            self._held.append(announcement)

    async def _open(self, ref: str) -> LiveStory:
        self._metrics.reads_find += 1
        head = await self._log.find(ref)
        story = self._registry.add(head, now=self._monotonic())
        self._registry.name(ref, story)
        for announcement in self._held:
            # What the head just read already contains has numbers that the new ring does not know.
            if announcement.head.story == story.id and announcement.head.cursor.seq > story.head.cursor.seq:
                self._reconciler.offer(story, announcement)
        return story

    def _done(self, ref: str, done: asyncio.Task[LiveStory]) -> None:
        del self._under_way[ref]
        if not self._under_way:
            self._held.clear()
        if not done.cancelled():
            done.exception()
