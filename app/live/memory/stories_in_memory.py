"""The stories in memory: loaded when asked for, advanced by announcements, and kept equal to the tables."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import structlog

from app.domain.cursor import Cursor
from app.domain.errors import Gone, NotFound, Unavailable
from app.domain.identifiers import StoryId
from app.live.memory.comment_news import CommentNews, TellStory
from app.live.memory.reconciler import FanOutStory, Reconciler
from app.live.memory.shared_reads import SharedReads
from app.live.memory.story_loader import StoryLoader, is_news
from app.live.memory.story_registry import StoryRegistry
from app.live.session.effects import Answer, Ask, Failed, Opened, OpenStory, StoryMissing, StoryWithdrawn
from app.live.story.limits import LiveLimits
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.story_log import StoryHeads, StoryLog
from app.live.tasks import Tasks
from app.wire.announcement import Announcement, StoryHead

STALE_SECONDS = 2.0
"""A process that has not compared its stories with the tables for so long, because it was stopped or is deaf, does so
before it answers from memory."""
COMPARE_SECONDS = 2.0
"""Time for that. Tables that have not answered by then are away: until they are back memory serves as it is."""

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
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        self._tasks = tasks
        self._compared_at = monotonic()
        self._stale_seconds = stale_seconds
        self._are_tables_away = False
        self._comparing: asyncio.Task[None] | None = None
        self._metrics = metrics
        self._monotonic = monotonic
        self._registry = registry = StoryRegistry(limits)
        self._reconciler = reconciler = Reconciler(
            heads, log, registry=registry, fan_out=fan_out, tasks=tasks, metrics=metrics, monotonic=monotonic
        )
        self._loader = StoryLoader(
            heads, registry=registry, reconciler=reconciler, tasks=tasks, metrics=metrics, monotonic=monotonic
        )
        self._comment_news = CommentNews(heads, tell=tell, tasks=tasks, metrics=metrics)
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
        return max(0.0, self._monotonic() - self._compared_at)

    def get(self, story: StoryId) -> LiveStory | None:
        """Return the story of that id, if it is in memory; this does not keep it there."""
        return self._registry.get(story)

    def find(self, ref: str) -> LiveStory | None:
        """Return the story by id or slug and keep it in memory a while longer; None: ask `open`.

        None also where memory may be old: the process was stopped for a while, and has not looked at the tables since.
        """
        now = self._monotonic()
        return None if self._is_stale(now) else self._registry.find(ref, now=now)

    def head(self, ref: str) -> StoryHead | None:
        """Return the head of a story by id or slug and keep it in memory a while longer; None: ask `open`."""
        story = self.find(ref)
        return None if story is None else story.head

    async def open(self, ref: str) -> LiveStory:
        """Return the story, from memory or by one shared read. Raises NotFound, Gone, or an error of the database."""
        if self._is_stale(self._monotonic()):
            await self._read_on_until(lambda: not self._is_stale(self._monotonic()))
        return await self._loader.load(ref)

    async def open_head(self, ref: str) -> StoryHead:
        """Return the story's head, from memory or as `open` reads it. Raises NotFound, Gone, or of the database."""
        return self.head(ref) or (await self.open(ref)).head

    def fetch(self, ask: Ask) -> asyncio.Task[Answer]:
        """Return the task that answers a session; it never fails. It may be shared, so do not cancel it."""
        if isinstance(ask, OpenStory):
            return self._tasks.spawn(self._answer_open(ask.ref))
        return self._reads.fetch(ask)

    def concerns(self, story: StoryId) -> bool:
        """Return whether a commit to the story is to be accepted: it is in memory, or may be about to be."""
        return self._loader.is_loading or self._registry.get(story) is not None

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

    def accept_heard(self, announcement: Announcement) -> bool:
        """Apply what another process says it has committed, if it goes on exactly where its story is.

        Return whether it was: else its number is all that is taken from it.
        """
        live = self._registry.get(announcement.head.story)
        if live is None or not live.is_continued_by(announcement):
            return False
        self._reconciler.accept(live, announcement)
        return True

    def accept_head(self, story: StoryId, head: Cursor) -> None:
        """Read the story's new events from the tables, if it is in memory and this head is news."""
        self._loader.buffer_head(story, head)
        live = self._registry.get(story)
        if live is not None and is_news(head, live.head.cursor):
            self._reconciler.read_on_soon(live)

    async def refresh(self) -> None:
        """Bring every story to what the tables say from now on: one comparison for all who ask meanwhile.

        It may take COMPARE_SECONDS. Errors are counted, not raised; the next reconciliation tries again.
        """
        asked_at = self._monotonic()
        await self._read_on_until(lambda: self._compared_at >= asked_at)

    async def reconcile(self) -> None:
        """Compare every story with the tables, in one query; drop what is unused. Errors are counted, not raised."""
        if self._is_stale(self._monotonic()):
            await self._read_on_until(lambda: not self._is_stale(self._monotonic()))
        else:
            stories, began_at = tuple(self._registry), self._monotonic()
            self._record_comparison(began_at, is_answered=not stories or await self._reconciler.reconcile(stories))
        for story in self._registry:
            self._comment_news.look_at(story)
        self._registry.sweep(now=self._monotonic())
        self._reads.sweep()

    async def _read_on_until(self, is_done: Callable[[], bool]) -> None:
        """Compare with the tables, and read what is new, until that is done or they turn out to be away."""
        try:
            async with asyncio.timeout(COMPARE_SECONDS):
                while not is_done():
                    if self._comparing is None or self._comparing.done():
                        self._comparing = self._tasks.spawn(self._compare_and_read_on())
                    await asyncio.shield(self._comparing)
                    if self._are_tables_away:
                        return
        except TimeoutError:
            self._are_tables_away = True

    async def _compare_and_read_on(self) -> None:
        stories, began_at = tuple(self._registry), self._monotonic()
        is_answered = not stories or await self._reconciler.reconcile(stories)
        if is_answered:
            behind = [story for story in stories if story.is_behind() and not story.gone]
            is_answered = all(await asyncio.gather(*(self._reconciler.read_on(story) for story in behind)))
        self._record_comparison(began_at, is_answered=is_answered)

    def _record_comparison(self, began_at: float, *, is_answered: bool) -> None:
        """Record since when memory is known to be as the tables: a process that is stopped gets an answer of before."""
        self._are_tables_away = not is_answered
        if is_answered:
            self._compared_at = max(self._compared_at, began_at)

    def _is_stale(self, now: float) -> bool:
        return now - self._compared_at > self._stale_seconds and not self._are_tables_away

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
