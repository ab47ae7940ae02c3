"""The list of public stories, cached for a second: no cursor changes whenever any of them does."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from anyio import to_thread

from app.domain.errors import Unavailable
from app.reading.pages import PAGE_LIMIT
from app.reading.representations import Representation, compressed
from app.reading.stories import StoryListPage, read_story_list
from app.storage.database.snapshots import Snapshots
from app.wire.links import Links

KEPT_SECONDS = 1.0


def content_tag(body: bytes) -> str:
    """Return an ETag, without quotes, that is equal exactly for equal bytes."""
    return hashlib.sha256(body).hexdigest()[:24]


def represent_list(page: StoryListPage) -> Representation:
    """Build the answer that shows one page of the list."""
    links = tuple((url, rel) for url, rel in ((page.next, "next"), (page.prev, "prev")) if url)
    return Representation(plain=page.body, tag=content_tag(page.body), links=links, surrogate="stories")


class StoryLists:
    """A cache of the first page of the list of stories. It belongs to one event loop. `monotonic` is in seconds."""

    def __init__(self, snapshots: Snapshots, *, links: Links, monotonic: Callable[[], float]) -> None:
        self._snapshots = snapshots
        self._links = links
        self._monotonic = monotonic
        self._kept: Representation | None = None
        self._kept_until = 0.0
        self._reading: asyncio.Task[Representation] | None = None
        self._forgotten = 0

    def forget(self) -> None:
        """Drop the list; a read that is under way serves those who wait for it, nobody else, and is not cached."""
        self._forgotten += 1
        self._kept, self._kept_until, self._reading = None, 0.0, None

    def ready(self) -> Representation | None:
        """Return the list if it was read within the last second, else None. Never waits."""
        return self._kept if self._monotonic() < self._kept_until else None

    async def first(self) -> Representation:
        """Return the list, read again once a second at most; while the database is unavailable, as it was last read.

        Raises Unavailable when it has never been read.
        """
        kept = self.ready()
        if kept is not None:
            return kept
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read())
            self._reading.add_done_callback(self._done)
        try:
            return await asyncio.shield(self._reading)
        except Unavailable:
            if self._kept is None:
                raise
            return self._kept

    async def _read(self) -> Representation:
        asked_at, forgotten = self._monotonic(), self._forgotten
        page = await self._snapshots.read(
            lambda tx: read_story_list(tx, position=None, limit=PAGE_LIMIT, links=self._links)
        )
        fresh = represent_list(page)
        if self._kept is None or self._kept.tag != fresh.tag:
            fresh = await to_thread.run_sync(compressed, fresh)
        else:
            fresh = self._kept
        if self._forgotten == forgotten:
            self._kept, self._kept_until = fresh, asked_at + KEPT_SECONDS
        return fresh

    def _done(self, done: asyncio.Task[Representation]) -> None:
        if self._reading is done:
            self._reading = None
        if not done.cancelled():
            done.exception()  # retrieved, though all who waited may have been cancelled
