"""The reads of structured data, entries' pages and sitemaps: kept under the story's head, or for a second."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.clock import Clock
from app.reading.discovery.sitemaps import SITEMAP_STORIES, read_news, read_sitemap, read_sitemap_index
from app.reading.kept_reads import KeptReads
from app.reading.markup import EntryView, MarkupView
from app.reading.representations import Heads, Representation, Representations
from app.storage.database.snapshots import Snapshots
from app.wire.links import Links

STORIES_LIMIT_BYTES = 4 * 1024 * 1024
"""For stories with their key events; what is made of one is kept with it, and takes about as much again."""

ENTRIES_LIMIT_BYTES = 2 * 1024 * 1024
SITEMAPS_LIMIT = 8
"""Sitemaps that are kept, of five megabytes at most; hardly anybody asks for one twice in a second."""


class DiscoveryReads:
    """The kept reads of stories, entries and sitemaps for who finds them. It belongs to one event loop.

    `links` are those of the settings' site; sitemaps are read for the host of any. `monotonic` is in seconds.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        heads: Heads,
        *,
        links: Links,
        clock: Clock,
        monotonic: Callable[[], float],
        sitemap_stories: int = SITEMAP_STORIES,
    ) -> None:
        self.links = links
        self._clock = clock
        self._sitemap_stories = sitemap_stories
        self._stories = Representations(snapshots, heads, links=links, limit_bytes=STORIES_LIMIT_BYTES)
        self._entries = Representations(snapshots, heads, links=links, limit_bytes=ENTRIES_LIMIT_BYTES)
        self._sitemaps: KeptReads[tuple[str, str | int]] = KeptReads(
            snapshots, limit=SITEMAPS_LIMIT, monotonic=monotonic
        )

    def outdate(self) -> None:
        """Serve no sitemap of before: something public has changed. Call from any thread, before the answer."""
        self._sitemaps.outdate()

    def forget(self) -> None:
        """Drop all that is kept. Call on the event loop."""
        self._stories.forget()
        self._entries.forget()
        self._sitemaps.forget()

    async def read_story(self, ref: str) -> Representation:
        """Return a public story with its newest entries and every key event.

        Raises NotFound, Gone for a withdrawn one, Redirected for a name it had before, Unavailable.
        """
        return await self._stories.current(ref, MarkupView())

    async def read_entry(self, ref: str, entry: str) -> Representation:
        """Return an entry that is public now, with its story.

        Raises as `read_story`; NotFound and Gone also for the entry.
        """
        return await self._entries.current(ref, EntryView(entry))

    async def read_sitemap_index(self, links: Links) -> Representation:
        """Return when each sitemap at the host of these links last changed. Raises Unavailable."""
        now, size = self._clock(), self._sitemap_stories
        return await self._sitemaps.current(
            (links.public_url, "index"), lambda tx: read_sitemap_index(tx, links, now=now, size=size)
        )

    async def read_sitemap(self, links: Links, number: int) -> Representation:
        """Return the stories of one sitemap, counted from 1. Raises NotFound behind the last, Unavailable."""
        size = self._sitemap_stories
        return await self._sitemaps.current(
            (links.public_url, number), lambda tx: read_sitemap(tx, links, number, size=size)
        )

    async def read_news(self, links: Links) -> Representation:
        """Return the stories of the last two days. Raises Unavailable."""
        now = self._clock()
        return await self._sitemaps.current((links.public_url, "news"), lambda tx: read_news(tx, links, now=now))
