"""Loads stories into memory: one read however many ask, without missing a commit that happens meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from app.domain.cursor import Cursor
from app.domain.identifiers import StoryId
from app.domain.slugs import canonical_slug
from app.live.memory.reconciler import Reconciler
from app.live.memory.story_registry import StoryRegistry
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.story_log import StoryHeads, require_public
from app.live.tasks import Tasks
from app.wire.announcement import Announcement

BUFFER_LIMIT = 1000
"""Announcements buffered while stories load, which takes milliseconds; one that is lost here is found missing."""


def is_news(heard: Cursor, known: Cursor) -> bool:
    """Return whether a head that was heard of may be of events after the one that is known."""
    return heard.epoch != known.epoch or heard.seq > known.seq


class StoryLoader:
    """The loads under way, and a buffer of the announcements made during them."""

    def __init__(
        self,
        heads: StoryHeads,
        *,
        registry: StoryRegistry,
        reconciler: Reconciler,
        tasks: Tasks,
        metrics: LiveMetrics,
        monotonic: Callable[[], float],
    ) -> None:
        self._heads = heads
        self._registry = registry
        self._reconciler = reconciler
        self._tasks = tasks
        self._metrics = metrics
        self._monotonic = monotonic
        self._loads: dict[str, asyncio.Task[LiveStory]] = {}
        self._buffer: deque[Announcement] = deque(maxlen=BUFFER_LIMIT)
        self._heard: deque[tuple[StoryId, Cursor]] = deque(maxlen=BUFFER_LIMIT)

    async def load(self, ref: str) -> LiveStory:
        """Return the story from memory or by one shared read. Raises NotFound, Gone, or an error of the database."""
        story = self._registry.find(ref, now=self._monotonic())
        if story is not None:
            return story
        ref = canonical_slug(ref)
        task = self._loads.get(ref)
        if task is None:
            task = self._loads[ref] = self._tasks.spawn(self._load(ref))
            task.add_done_callback(lambda done: self._finish(ref, done))
        return await asyncio.shield(task)

    @property
    def is_loading(self) -> bool:
        """Return whether any load is under way; only then are announcements kept."""
        return bool(self._loads)

    def buffer(self, announcement: Announcement) -> None:
        """Keep an announcement while a load is under way: the head that the load reads may be older."""
        if self.is_loading:
            self._buffer.append(announcement)

    def buffer_head(self, story: StoryId, head: Cursor) -> None:
        """Keep a head that another process told of while a load is under way, which may have read an older one."""
        if self.is_loading:
            self._heard.append((story, head))

    async def _load(self, ref: str) -> LiveStory:
        self._metrics.reads_find += 1
        head = require_public(await self._heads.find(ref))
        story = self._registry.add(head, now=self._monotonic())
        self._registry.add_name(ref, story)
        for announcement in self._buffer:
            # The new ring does not know the numbers that the head just read already contains.
            if announcement.head.story == story.id and announcement.head.cursor.seq > story.head.cursor.seq:
                self._reconciler.accept(story, announcement)
        if any(of == story.id and is_news(heard, story.head.cursor) for of, heard in self._heard):
            self._reconciler.read_on_soon(story)
        return story

    def _finish(self, ref: str, done: asyncio.Task[LiveStory]) -> None:
        del self._loads[ref]
        if not self._loads:
            self._buffer.clear()
            self._heard.clear()
        if not done.cancelled():
            done.exception()
