"""The lists of public stories, cached for a second: no cursor changes whenever any of them does."""

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
    """A cache of the first page of each site's list of stories. It belongs to one event loop.

    `monotonic` is in seconds.
    """

    def __init__(self, snapshots: Snapshots, *, monotonic: Callable[[], float]) -> None:
        self._snapshots = snapshots
        self._monotonic = monotonic
        self._lists: dict[str, _List] = {}

    def forget(self) -> None:
        """Drop every list; a read that is under way serves those who wait for it, nobody else, and is not cached."""
        self._lists.clear()

    def ready(self, links: Links) -> Representation | None:
        """Return the list of the links' site if it was read within the last second, else None. Never waits."""
        known = self._lists.get(links.site.slug)
        return known.kept if known is not None and self._monotonic() < known.kept_until else None

    async def first(self, links: Links) -> Representation:
        """Return the list of the links' site, read again once a second at most.

        While the database is unavailable it is as it was last read. Raises Unavailable when it has never been read.
        """
        kept = self.ready(links)
        if kept is not None:
            return kept
        known = self._lists.setdefault(links.site.slug, _List())
        if known.reading is None:
            known.reading = asyncio.get_running_loop().create_task(self._read(known, links))
            known.reading.add_done_callback(known.done)
        try:
            return await asyncio.shield(known.reading)
        except Unavailable:
            if known.kept is None:
                raise
            return known.kept

    async def _read(self, known: _List, links: Links) -> Representation:
        asked_at = self._monotonic()
        page = await self._snapshots.read(lambda tx: read_story_list(tx, position=None, limit=PAGE_LIMIT, links=links))
        fresh = represent_list(page)
        if known.kept is None or known.kept.tag != fresh.tag:
            fresh = await to_thread.run_sync(compressed, fresh)
        else:
            fresh = known.kept
        known.kept, known.kept_until = fresh, asked_at + KEPT_SECONDS
        return fresh


class _List:
    """One site's list as it was last read, and the read that is under way; forgotten, it is nobody's any more."""

    def __init__(self) -> None:
        self.kept: Representation | None = None
        self.kept_until = 0.0
        self.reading: asyncio.Task[Representation] | None = None

    def done(self, done: asyncio.Task[Representation]) -> None:
        if self.reading is done:
            self.reading = None
        if not done.cancelled():
            done.exception()  # retrieved, though all who waited may have been cancelled
