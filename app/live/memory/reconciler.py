"""Keeps stories in memory equal to the tables, which are right: detects differences and settles them by reading.

Whatever goes wrong between a commit and this process (an announcement lost, late or doubled, a restore, a failover)
is settled here, at the latest by the next reconciliation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any

import structlog

from app.domain.cursor import Cursor
from app.domain.errors import Gone, NotFound
from app.live.memory.story_registry import StoryRegistry
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Packet
from app.live.story.story_log import (
    CHANGES_LIMIT,
    CHANGES_LIMIT_BYTES,
    CursorUnusable,
    StoryHeads,
    StoryLog,
    require_public,
)
from app.live.tasks import Tasks
from app.wire.announcement import Announcement, Closing, StoryHead

GAP_SECONDS = 0.05
"""How long a missing number may still arrive by itself: two writers' announcements can cross."""

FanOutStory = Callable[[LiveStory], None]
"""Brings the story's subscribers to its head."""

_log = structlog.get_logger(__name__)


class Reconciler:
    """Compares the registry's stories with the tables, and has their subscribers brought to what it learns."""

    def __init__(
        self,
        heads: StoryHeads,
        log: StoryLog,
        *,
        registry: StoryRegistry,
        fan_out: FanOutStory,
        tasks: Tasks,
        metrics: LiveMetrics,
        monotonic: Callable[[], float],
    ) -> None:
        self.reconciled_at: float | None = None
        self._heads = heads
        self._log = log
        self._registry = registry
        self._fan_out = fan_out
        self._tasks = tasks
        self._metrics = metrics
        self._monotonic = monotonic
        self._filling: set[LiveStory] = set()
        self._reading: dict[LiveStory, bool] = {}
        self._failing_since: float | None = None

    def accept(self, story: LiveStory, announcement: Announcement) -> None:
        """Apply an announcement to its story, and begin to settle what does not fit."""
        before = story.head.cursor.seq
        match story.accept(announcement):
            case "advanced":
                self._finish_advance(story, before=before)
            case "early":
                self.fill_gap_soon(story)
            case "foreign":
                self._tasks.spawn(self._guarded(self._restart(story, story.generation), story))

    def observe(self, story: LiveStory, before: StoryHead, head: StoryHead) -> None:
        """Compare a head read from the tables with the story, which was at `before` when the read began."""
        known = story.head.cursor
        if story.is_distrusted or _is_another_history(head.cursor, before=before.cursor, known=known):
            self._reset(story, head)
            return
        if head.cursor == known:
            was_closing, story.head = story.head.closing, story.keep_comments(head)
            if head.closing != was_closing:
                self._publish(story)
        elif head.cursor.seq > known.seq:
            story.expect(head.cursor)
        if head.comments.version > story.head.comments.version or _went_back(head, before=before, known=story.head):
            story.head = replace(story.head, comments=head.comments)
        if story.is_behind():
            self.fill_gap_soon(story)

    def fill_gap_soon(self, story: LiveStory) -> None:
        """Read the missing events after `GAP_SECONDS`, unless they arrive by themselves before."""
        if story not in self._filling:
            self._filling.add(story)
            self._tasks.spawn(self._fill_gap(story))

    def read_on_soon(self, story: LiveStory) -> None:
        """Read the events after the story's head now; asked for while such a read is under way, once more after it."""
        if story in self._reading:
            self._reading[story] = True
            return
        self._reading[story] = True
        self._tasks.spawn(self._keep_reading_on(story))

    async def reconcile(self, stories: Iterable[LiveStory]) -> bool:
        """Compare the heads of these stories in one query; return whether the tables answered.

        Errors are counted, never raised.
        """
        before = [(story, story.head, story.generation) for story in stories]
        try:
            heads = await self._heads.heads([story.id for story, _, _ in before])
        except Exception as error:  # noqa: BLE001  (readers are served from memory until the database answers again)
            self._record_failure(error)
            return False
        self._metrics.reconciles += 1
        self.reconciled_at = self._monotonic()
        self._end_failing()
        for story, known, generation in before:
            head = heads.get(story.id)
            if head is None:
                self._remove_vanished(story, None)
            elif story.generation == generation:
                self.observe(story, known, head)
        return True

    async def read_on(self, story: LiveStory) -> bool:
        """Read the events after the story's head, once for all its subscribers; return whether the tables answered.

        After a failed read the next reconciliation tries again.
        """
        return await self._guarded(self._read_on(story), story)

    async def _keep_reading_on(self, story: LiveStory) -> None:
        try:
            while self._reading[story] and not story.gone:
                self._reading[story] = False
                if not await self.read_on(story):
                    return
        finally:
            del self._reading[story]

    async def _fill_gap(self, story: LiveStory) -> None:
        try:
            await asyncio.sleep(GAP_SECONDS)
            expected, generation = story.expected_seq, story.generation
            if story.gone or not story.is_behind():
                return
            self._metrics.gaps += 1
            was_read = await self.read_on(story)
        finally:
            self._filling.discard(story)
        if was_read and story.generation == generation:
            self._finish_gap(story, expected)

    def _finish_gap(self, story: LiveStory, expected: int) -> None:
        if story.gone:
            return
        match story.finish_gap(expected_seq=expected):
            case "again":
                self.fill_gap_soon(story)
            case "lost":
                self._metrics.resets += 1
                self._publish(story)

    async def _guarded(self, work: Coroutine[Any, Any, None], story: LiveStory) -> bool:
        try:
            await work
        except NotFound:
            self._remove_vanished(story, None)
        except Gone:
            self._remove_vanished(story, "withdrawn")
        except Exception as error:  # noqa: BLE001  (whatever the database raises, memory serves on)
            self._record_failure(error)
            return False
        return True

    async def _restart(self, story: LiveStory, generation: int) -> None:
        head = require_public(await self._heads.find(story.id))
        if story.generation == generation:
            self._reset(story, head)

    async def _read_on(self, story: LiveStory) -> None:
        before, generation = story.head.cursor, story.generation
        try:
            page = await self._log.changes(story.id, before, limit=CHANGES_LIMIT, limit_bytes=CHANGES_LIMIT_BYTES)
        except CursorUnusable:
            # A fork that has grown past our head: only reading on from it shows that it is another history.
            await self._restart(story, generation)
            return
        packets = [Packet(event) for event in page.events]
        seq = story.head.cursor.seq
        if story.generation == generation and story.fill_gap(packets, page.head, complete=not page.more):
            self._finish_advance(story, before=seq)

    def _finish_advance(self, story: LiveStory, *, before: int) -> None:
        self._metrics.events_accepted += story.head.cursor.seq - before
        self._registry.add_name(story.head.slug, story)
        self._publish(story)

    def _reset(self, story: LiveStory, head: StoryHead) -> None:
        self._metrics.resets += 1
        _log.warning("story reset", story=story.id, known=str(story.head.cursor), read=str(head.cursor))
        story.reset(head)
        self._publish(story)
        if story.is_behind():
            self.fill_gap_soon(story)

    def _remove_vanished(self, story: LiveStory, closing: Closing | None) -> None:
        """Remove a story that is public no more. If its last event is known, that event says so to its readers."""
        if story.removal_packet is None:
            story.head = replace(story.head, closing=closing)
            story.gone = True
            self._registry.remove(story)
            story.unready_all()  # a fan-out that is under way may be of events, and write to who is ready
            self._fan_out(story)

    def _publish(self, story: LiveStory) -> None:
        """Bring subscribers to the head. Those of a story that is over are woken: a goodbye follows its last event."""
        if story.head.closing is not None:
            story.unready_all()
        if story.head.closing == "withdrawn":
            self._registry.remove(story)
        self._fan_out(story)

    def _record_failure(self, error: Exception) -> None:
        self._metrics.reconciles_failed += 1
        if self._failing_since is None:  # once, not with each of four attempts a second
            self._failing_since = self._monotonic()
            _log.warning("reconcile_failed", cause=str(error) or repr(error))

    def _end_failing(self) -> None:
        if self._failing_since is not None:
            seconds, self._failing_since = self._monotonic() - self._failing_since, None
            _log.warning("reconcile_failed_over", after_seconds=round(seconds, 3))


def _went_back(read: StoryHead, *, before: StoryHead, known: StoryHead) -> bool:
    """Return whether the tables have lost comments whose number was known before they were read."""
    return known.comments == before.comments and read.comments.version < before.comments.version


def _is_another_history(read: Cursor, *, before: Cursor, known: Cursor) -> bool:
    """Return whether `read`, taken from the tables after `before` was known, cannot lie on the way to `known`."""
    if read.epoch != known.epoch or read.seq < before.seq:
        return True
    return (read != before and read.seq == before.seq) or (read != known and read.seq == known.seq)
