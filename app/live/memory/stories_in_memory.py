"""The stories in memory: loaded when asked for, advanced by announcements, and kept equal to the tables."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import structlog

from app.domain.errors import Gone, NotFound, Unavailable
from app.domain.identifiers import StoryId
from app.live.memory.comment_news import CommentNews, TellStory
from app.live.memory.reconciler import FanOutStory, Reconciler
from app.live.memory.shared_reads import SharedReads
from app.live.memory.story_loader import StoryLoader
from app.live.memory.story_registry import StoryRegistry
from app.live.session.effects import Answer, Ask, Failed, Opened, OpenStory, StoryMissing, StoryWithdrawn
from app.live.story.limits import LiveLimits
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.story_log import StoryHeads, StoryLog
from app.live.tasks import Tasks
from app.wire.announcement import Announcement, StoryHead

_log = structlog.get_logger(__name__)


class StoriesInMemory:
    """The one front of the registry, the loader, the reconciler and the shared reads. Belongs to one event loop.

    `fan_out` is called with every story whose subscribers have something new to receive, `tell` with every one that
    has another number of comments.
    """

    def __init__(
        self,
        heads: StoryHeads,
        log: StoryLog,
        *,
        fan_out: FanOutStory,
        tell: TellStory,
        limits: LiveLimits,
        tasks: Tasks,
        metrics: LiveMetrics,
        monotonic: Callable[[], float],
    ) -> None:
        self._tasks = tasks
        self._compared_at = monotonic()
        self._metrics = metrics
        self._monotonic = monotonic
        self._registry = registry = StoryRegistry(limits)
        self._reconciler = reconciler = Reconciler(
            heads, log, registry=registry, fan_out=fan_out, tasks=tasks, metrics=metrics, monotonic=monotonic
        )
        self._loader = StoryLoader(
            heads, registry=registry, reconciler=reconciler, tasks=tasks, metrics=metrics, monotonic=monotonic
        )
        self._comment_news = CommentNews(heads, tell=tell, tasks=tasks)
        self._reads = SharedReads(log, tasks=tasks, metrics=metrics, observe=reconciler.observe, monotonic=monotonic)

    def __iter__(self) -> Iterator[LiveStory]:
        return iter(self._registry)

    @property
    def reconciled_at(self) -> float | None:
        """Return when the tables last answered a reconciliation, in monotonic seconds; long ago: they are away."""
        return self._reconciler.reconciled_at

    @property
    def reconcile_age_seconds(self) -> float:
        """Return how long ago all stories in memory were known to equal the tables, as they were asked then."""
        return max(0.0, self._monotonic() - max(self._compared_at, self.reconciled_at or 0.0))

    def get(self, story: StoryId) -> LiveStory | None:
        """Return the story of that id, if it is in memory; this does not keep it there."""
        return self._registry.get(story)

    def find(self, ref: str) -> LiveStory | None:
        """Return the story by id or slug and keep it in memory a while longer; None: ask `open`."""
        return self._registry.find(ref, now=self._monotonic())

    def head(self, ref: str) -> StoryHead | None:
        """Return the head of a story by id or slug and keep it in memory a while longer; None: ask `open`."""
        story = self.find(ref)
        return None if story is None else story.head

    async def open(self, ref: str) -> LiveStory:
        """Return the story, from memory or by one shared read. Raises NotFound, Gone, or an error of the database."""
        return await self._loader.load(ref)

    async def open_head(self, ref: str) -> StoryHead:
        """Return the story's head, from memory or as `open` reads it. Raises NotFound, Gone, or of the database."""
        return self.head(ref) or (await self.open(ref)).head

    def fetch(self, ask: Ask) -> asyncio.Task[Answer]:
        """Return the task that answers a session; it never fails. It may be shared, so do not cancel it."""
        if isinstance(ask, OpenStory):
            return self._tasks.spawn(self._answer_open(ask.ref))
        return self._reads.fetch(ask)

    def accept(self, announcement: Announcement, published_at: float | None) -> None:
        """Apply an announcement: advance its story, ignore what is known, notice what is missing.

        `published_at` is when it was committed, in monotonic seconds; None if another process did.
        """
        self._loader.buffer(announcement)
        story = self._registry.get(announcement.head.story)
        if story is not None:
            if published_at is not None:
                story.record_commit(announcement, published_at)
            self._reconciler.accept(story, announcement)

    async def reconcile(self) -> None:
        """Compare every story with the tables, in one query; drop what is unused. Errors are counted, not raised."""
        stories = tuple(self._registry)
        if stories:
            await self._reconciler.reconcile(stories)
            for story in stories:
                self._comment_news.look_at(story)
        else:
            self._compared_at = self._monotonic()
        self._registry.sweep(now=self._monotonic())
        self._reads.sweep()

    def forget(self) -> None:
        """Drop the cached answers to sessions. Rings have an entry's newest state alone, nothing that was purged."""
        self._reads.forget()

    async def _answer_open(self, ref: str) -> Answer:
        try:
            return Opened(await self.open(ref))
        except NotFound:
            return StoryMissing()
        except Gone:
            return StoryWithdrawn()
        except Exception as error:  # noqa: BLE001  (whatever the database raises, the reader is refused and comes again)
            self._metrics.reads_failed += 1
            if not isinstance(error, Unavailable):  # of that the database's health says more, and once
                _log.warning("live open failed", error=repr(error))
            return Failed()
