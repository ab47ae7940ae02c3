"""Reads from the tables, shared: ten thousand readers who lack the same thing cost one read.

A read is named by what it asks and by the head the story had when it was asked, so a cached answer never hides an
event. Answers are cached for a moment, within a size, because those who resume after a restart come one by one.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import structlog

from app.domain.errors import Gone, NotFound, Unavailable
from app.live.session.effects import (
    Answer,
    ChangesRead,
    Failed,
    Read,
    ReadChanges,
    ReadSnapshot,
    SnapshotRead,
    StoryMissing,
    StoryWithdrawn,
    Unusable,
)
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Message, Packet
from app.live.story.story_log import (
    CHANGES_LIMIT,
    CHANGES_LIMIT_BYTES,
    PART_LIMIT_BYTES,
    CursorUnusable,
    StoryLog,
)
from app.live.tasks import Tasks
from app.wire.announcement import StoryHead
from app.wire.messages import encode_snapshot

KEPT_LIMIT = 256
KEPT_LIMIT_BYTES = 16 * 1024 * 1024
"""Answers cached for the next who lack the same: enough for a restart of all readers, small beside the rings."""

KEPT_SECONDS = 5.0
"""An answer that nobody has asked for since is dropped: those who come after a restart come one upon the other."""

PREPARED_TIMES = 2
PACKET_BYTES = 1_750
"""What an answer is in memory: its content, the message and frame made of it, and the objects around each event.
Measured: an event with 2.0 KB of content, in all its forms, takes 5.7 KB once it was sent in one."""

READS_AT_ONCE = 8
"""More would not be faster, and each may bring a megabyte."""

Observe = Callable[[LiveStory, StoryHead, StoryHead], None]


@dataclass(slots=True)
class _Kept:
    """A read that is under way while it has no size, and then its answer."""

    task: asyncio.Task[Answer]
    used_at: float
    size_bytes: int = 0


_log = structlog.get_logger(__name__)


class SharedReads:
    """Answers `ReadChanges` and `ReadSnapshot`. `observe` is called with each head read, before its answer returns."""

    def __init__(
        self,
        log: StoryLog,
        *,
        tasks: Tasks,
        metrics: LiveMetrics,
        observe: Observe,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.kept_bytes = 0
        self._monotonic = monotonic
        self._log = log
        self._tasks = tasks
        self._metrics = metrics
        self._observe = observe
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._slots = asyncio.Semaphore(READS_AT_ONCE)

    def __len__(self) -> int:
        return len(self._kept)

    def fetch(self, ask: Read) -> asyncio.Task[Answer]:
        """Return the task that brings the answer; it never fails. Do not cancel it: others wait for it too."""
        key = _key_of(ask)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            kept.used_at = self._monotonic()
            self._metrics.reads_shared += 1
            return kept.task
        task = self._tasks.spawn(self._read(ask))
        self._kept[key] = kept = _Kept(task, used_at=self._monotonic())
        task.add_done_callback(lambda done: self._keep(key, kept, done))
        return task

    def forget(self) -> None:
        """Drop every answer; reads that are under way are answered to those who wait, and not cached."""
        self._kept.clear()
        self.kept_bytes = 0

    def sweep(self) -> None:
        """Drop the answers that nobody has asked for in a while."""
        before = self._monotonic() - KEPT_SECONDS
        for key, kept in tuple(self._kept.items()):
            if kept.size_bytes and kept.used_at <= before:
                self._drop(key, kept)

    async def _read(self, ask: Read) -> Answer:
        try:
            async with self._slots:
                if isinstance(ask, ReadChanges):
                    return await self._read_changes(ask)
                return await self._read_snapshot(ask)
        except CursorUnusable as error:
            return Unusable(error.reason)
        except NotFound:
            return StoryMissing()
        except Gone:
            return StoryWithdrawn()
        except Exception as error:  # noqa: BLE001  (whatever the database raises, the session gets an answer and retries)
            self._metrics.reads_failed += 1
            if not isinstance(error, Unavailable):  # of that the database's health says more, and once
                _log.warning("live read failed", story=ask.story.id, error=repr(error))
            return Failed()

    async def _read_changes(self, ask: ReadChanges) -> ChangesRead:
        self._metrics.reads_changes += 1
        before, generation = ask.story.head, ask.story.generation
        limit_bytes = PART_LIMIT_BYTES if ask.in_parts else CHANGES_LIMIT_BYTES
        page = await self._log.changes(ask.story.id, ask.after, limit=CHANGES_LIMIT, limit_bytes=limit_bytes)
        if ask.story.generation == generation:
            self._observe(ask.story, before, page.head)
        return ChangesRead(tuple(Packet(event) for event in page.events), page.cursor, page.head, page.more)

    async def _read_snapshot(self, ask: ReadSnapshot) -> SnapshotRead:
        self._metrics.reads_snapshot += 1
        before, generation = ask.story.head, ask.story.generation
        head, state = await self._log.snapshot(ask.story.id, ask.variant)
        if ask.story.generation == generation:
            self._observe(ask.story, before, head)
        json = encode_snapshot(ask.story.id, reason=ask.reason, state=state)
        return SnapshotRead(head, Message(json, type="snapshot", sse_id=str(head.cursor)))

    def _keep(self, key: Hashable, kept: _Kept, done: asyncio.Task[Answer]) -> None:
        if self._kept.get(key) is not kept:  # forgotten since
            return
        size = 0 if done.cancelled() else _size_of(done.result())
        if size == 0:
            del self._kept[key]
            return
        kept.size_bytes, kept.used_at = size, self._monotonic()
        self.kept_bytes += size
        for name, oldest in tuple(self._kept.items()):
            if len(self._kept) <= KEPT_LIMIT and self.kept_bytes <= KEPT_LIMIT_BYTES:
                return
            if oldest.size_bytes:
                self._drop(name, oldest)

    def _drop(self, key: Hashable, kept: _Kept) -> None:
        del self._kept[key]
        self.kept_bytes -= kept.size_bytes


def _key_of(ask: Read) -> Hashable:
    story = ask.story
    asked = (
        ("changes", ask.after, ask.in_parts) if isinstance(ask, ReadChanges) else ("snapshot", ask.reason, ask.variant)
    )
    return (story.id, story.generation, story.head.cursor, asked)


def _size_of(answer: Answer) -> int:
    match answer:
        case ChangesRead(packets=packets):
            return 1 + sum(PREPARED_TIMES * packet.size_bytes + PACKET_BYTES for packet in packets)
        case SnapshotRead(message=message):
            return PREPARED_TIMES * len(message.json)
        case Unusable():
            return 1
    return 0
