"""Which media are public, asked before each file is sent: the row in the tables decides, remembered for a moment.

A commit of this process forgets it all; what another process commits is seen within KEPT_SECONDS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.storage.database.snapshots import Snapshots
from app.storage.public.media import has_public_media

KEPT_SECONDS = 1.0
"""How long an answer is remembered: what another process takes back is gone a second later."""

KEPT_NAMES = 10_000
"""More than are shown on an election night; then all is forgotten, and each costs one read more."""


class PublicMedia:
    """Answers whether a media is public. It belongs to one event loop, but for `forget`. `monotonic` is in seconds."""

    def __init__(self, snapshots: Snapshots, *, monotonic: Callable[[], float]) -> None:
        self.reads = 0
        self._snapshots = snapshots
        self._monotonic = monotonic
        self._kept: dict[str, tuple[bool, float]] = {}
        self._reading: dict[str, asyncio.Task[bool]] = {}
        self._forgotten = 0

    async def is_public(self, name: str) -> bool:
        """Return whether anything public shows the media of this name. Raises Unavailable when it cannot be read."""
        kept = self._kept.get(name)
        if kept is not None and self._monotonic() < kept[1]:
            return kept[0]
        task = self._reading.get(name)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._read(name))
            self._reading[name] = task
            task.add_done_callback(lambda done: self._done(name, done))
        return await asyncio.shield(task)  # who goes away must not end the read for the others

    def forget(self) -> None:
        """Forget every answer, from any thread: something public has changed."""
        self._forgotten += 1
        self._kept = {}
        self._reading = {}  # what is being read may have been read before the change

    async def _read(self, name: str) -> bool:
        asked_at, forgotten = self._monotonic(), self._forgotten
        self.reads += 1
        found = await self._snapshots.read(lambda tx: has_public_media(tx, name))
        if forgotten == self._forgotten:
            if len(self._kept) >= KEPT_NAMES:
                self._kept = {}
            self._kept[name] = (found, asked_at + KEPT_SECONDS)
        return found

    def _done(self, name: str, done: asyncio.Task[bool]) -> None:
        if self._reading.get(name) is done:
            del self._reading[name]
        if not done.cancelled():
            done.exception()  # retrieved, though all who waited may have been cancelled
