"""The tables are the truth: noticing where memory differs from them, and settling it by reading.

Whatever goes wrong between a commit and this process (an announcement lost, late or doubled, a restore, a failover)
ends here, at the latest with the reconcile pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any

import structlog

from app.domain.cursor import Cursor
from app.domain.errors import Gone, NotFound
from app.live.hub.fan_out import FanOut
from app.live.hub.story_registry import StoryRegistry
from app.live.hub.tasks import Tasks
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Packet
from app.live.story.story_log import CHANGES_LIMIT, CHANGES_LIMIT_BYTES, CursorUnusable, StoryLog
from app.wire.announcement import Announcement, Closing, StoryHead

GAP_SECONDS = 0.05
"""How long a missing number may still arrive by itself: two writers' announcements can cross."""

_log = structlog.get_logger(__name__)


class Reconciler:
    """Holds the shelf's stories against the log."""

    def __init__(
        self,
        log: StoryLog,
        *,
        registry: StoryRegistry,
        fan_out: FanOut,
        tasks: Tasks,
        metrics: LiveMetrics,
        monotonic: Callable[[], float],
    ) -> None:
        self.reconciled_at: float | None = None
        self._log = log
        self._registry = registry
        self._fan_out = fan_out
        self._tasks = tasks
        self._metrics = metrics
        self._monotonic = monotonic
        self._mending: set[LiveStory] = set()

    def offer(self, story: LiveStory, announcement: Announcement) -> None:
        """Give the story what was announced, and settle what does not fit."""
        before = story.head.cursor.seq
        match story.offer(announcement):
            case "advanced":
                self._advanced(story, before=before)
            case "early":
                self.mend_soon(story)
            case "foreign":
                self._tasks.spawn(self._guarded(self._begin_again(story, story.generation), story))

    def observe(self, story: LiveStory, before: Cursor, head: StoryHead) -> None:
        """Compare a head read from the tables with the story, which stood at `before` when the read began."""
        known = story.head.cursor
        if story.is_distrusted or _is_another_history(head.cursor, before=before, known=known):
            self._reset(story, head)
            return
        if head.cursor == known:
            was_closing, story.head = story.head.closing, head
            if head.closing != was_closing:
                self._tell(story)
        elif head.cursor.seq > known.seq:
            story.expect(head.cursor)
        if story.is_behind():
            self.mend_soon(story)

    def mend_soon(self, story: LiveStory) -> None:
        """Read what is missing, unless it arrives by itself in the next moment."""
        if story not in self._mending:
            self._mending.add(story)
            self._tasks.spawn(self._mend(story))

    async def reconcile(self, stories: Iterable[LiveStory]) -> None:
        """Compare the heads of these stories in one query. Errors are counted, never raised."""
        before = [(story, story.head.cursor, story.generation) for story in stories]
        try:
            heads = await self._log.heads([story.id for story, _, _ in before])
        except Exception as error:  # noqa: BLE001  (readers are served from memory until the database answers again)
            self._failed(error)
            return
        self._metrics.reconciles += 1
        self.reconciled_at = self._monotonic()
        for story, cursor, generation in before:
            head = heads.get(story.id)
            if head is None:
                self._vanished(story, None)
            elif story.generation == generation:
                self.observe(story, cursor, head)

    async def _mend(self, story: LiveStory) -> None:
        try:
            await asyncio.sleep(GAP_SECONDS)
            expected, generation = story.expected_seq, story.generation
            if story.gone or not story.is_behind():
                return
            self._metrics.gaps += 1
            was_read = await self._guarded(self._read_on(story), story)
        finally:
            self._mending.discard(story)
        if was_read and story.generation == generation:
            self._finish_mending(story, expected)

    def _finish_mending(self, story: LiveStory, expected: int) -> None:
        if story.gone:
            return
        match story.finish_mending(expected_seq=expected):
            case "again":
                self.mend_soon(story)
            case "lost":
                self._metrics.resets += 1
                self._tell(story)

    async def _guarded(self, work: Coroutine[Any, Any, None], story: LiveStory) -> bool:
        """Whether the tables could be read; if not, the reconcile pass tries again within its second."""
        try:
            await work
        except NotFound:
            self._vanished(story, None)
        except Gone:
            self._vanished(story, "withdrawn")
        except Exception as error:  # noqa: BLE001  (whatever the database raises, memory serves on)
            self._failed(error)
            return False
        return True

    async def _begin_again(self, story: LiveStory, generation: int) -> None:
        head = await self._log.find(story.id)
        if story.generation == generation:
            self._reset(story, head)

    async def _read_on(self, story: LiveStory) -> None:
        """One read for everybody who follows the story."""
        before, generation = story.head.cursor, story.generation
        try:
            page = await self._log.changes(story.id, before, limit=CHANGES_LIMIT, limit_bytes=CHANGES_LIMIT_BYTES)
        except CursorUnusable:
            # A fork that has grown past our head: only reading on from it shows that it is another history.
            await self._begin_again(story, generation)
            return
        packets = [Packet(event) for event in page.events]
        seq = story.head.cursor.seq
        if story.generation == generation and story.mend(packets, page.head, complete=not page.more):
            self._advanced(story, before=seq)

    def _advanced(self, story: LiveStory, *, before: int) -> None:
        self._metrics.events_accepted += story.head.cursor.seq - before
        self._registry.name(story.head.slug, story)
        self._tell(story)

    def _reset(self, story: LiveStory, head: StoryHead) -> None:
        self._metrics.resets += 1
        _log.warning("story reset", story=story.id, known=str(story.head.cursor), read=str(head.cursor))
        story.reset(head)
        self._tell(story)
        if story.is_behind():
            self.mend_soon(story)

    def _vanished(self, story: LiveStory, closing: Closing | None) -> None:
        """The tables have no such public story any more. One whose last event is known is told of by that."""
        if story.removal_packet is None:
            story.head = replace(story.head, closing=closing)
            story.gone = True
            self._registry.remove(story)
            self._fan_out.tell(story)

    def _tell(self, story: LiveStory) -> None:
        """Bring everybody to the head. Who follows a story that is over has to be woken: there is more to be told."""
        if story.head.closing is not None:
            story.unready_all()
        if story.head.closing == "withdrawn":
            self._registry.remove(story)
        self._fan_out.tell(story)

    def _failed(self, error: Exception) -> None:
        self._metrics.reconciles_failed += 1
        _log.warning("live cannot compare with the tables", error=repr(error))


def _is_another_history(read: Cursor, *, before: Cursor, known: Cursor) -> bool:
    """Whether `read`, taken from the tables after `before` was known, cannot lie on the way to `known` or beyond."""
    if read.epoch != known.epoch or read.seq < before.seq:
        return True
    return (read != before and read.seq == before.seq) or (read != known and read.seq == known.seq)
