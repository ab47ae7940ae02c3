"""Reads whose answers are kept for a second, so that all who ask meanwhile cost one; what is outdated is not served."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from app.reading.representations import Representation
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import ReadTransaction

KEPT_SECONDS = 1.0

_Key = TypeVar("_Key")


class KeptReads(Generic[_Key]):
    """A cache of answers by key, `limit` at most. It belongs to one event loop. `monotonic` is in seconds."""

    def __init__(self, snapshots: Snapshots, *, limit: int, monotonic: Callable[[], float]) -> None:
        self._snapshots = snapshots
        self._limit = limit
        self._monotonic = monotonic
        self._kept: OrderedDict[_Key, tuple[Representation, float, int]] = OrderedDict()
        self._reads: dict[tuple[_Key, int], asyncio.Task[Representation]] = {}
        self._changes = 0

    def outdate(self) -> None:
        """Serve nothing of before. Call from any thread, before the change is answered."""
        self._changes += 1

    def forget(self) -> None:
        """Drop every answer; one that is being read serves those who wait, and is not kept. Call on the event loop."""
        self._changes += 1
        self._kept.clear()

    async def current(self, key: _Key, read: Callable[[ReadTransaction], Representation]) -> Representation:
        """Return the answer under this key, made by `read` if none is kept. Raises what `read` does, and Unavailable.

        One that is read again and has not changed is the one of before, with all that was prepared from it.
        """
        changes = self._changes
        kept = self._kept.get(key)
        if kept is not None and kept[2] == changes and self._monotonic() < kept[1]:
            return kept[0]
        task = self._reads.get((key, changes))
        if task is None:
            task = asyncio.get_running_loop().create_task(self._snapshots.read(read))
            self._reads[key, changes] = task
            task.add_done_callback(lambda done: self._done(key, changes, done))
        found = await asyncio.shield(task)
        return kept[0] if kept is not None and kept[0].tag == found.tag else found

    def _done(self, key: _Key, changes: int, done: asyncio.Task[Representation]) -> None:
        del self._reads[key, changes]
        if done.cancelled() or done.exception() is not None or changes != self._changes:
            return
        found, before = done.result(), self._kept.get(key)
        if before is not None and before[0].tag == found.tag:
            found = before[0]
        self._kept[key] = (found, self._monotonic() + KEPT_SECONDS, changes)
        self._kept.move_to_end(key)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
