"""The reads of feeds: a story's is kept under its head, those of a tag and of the site for a second."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.errors import NotFound
from app.domain.slugs import MAX_TAG_SLUG_LENGTH, canonical_slug, fits, is_folded
from app.reading.feeds import FeedView, read_latest_feed
from app.reading.kept_reads import KeptReads
from app.reading.representations import Heads, Representation, Representations
from app.reading.story_lists import content_tag
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import ReadTransaction
from app.wire.links import Links

STORIES_LIMIT_BYTES = 4 * 1024 * 1024
"""For what stories' feeds are made from; what is made of it is kept with it, and takes about three times as much."""

LISTS_LIMIT = 20
"""Feeds of tags and of the site that are kept, of 2 MiB at most each (FEED_LIMIT_BYTES)."""


class FeedReads:
    """The entries that feeds show, `limit` at most in each. It belongs to one event loop. `monotonic` is in seconds.

    `links` are those of the settings' site; feeds of a tag and of a site are read for the links of any.
    """

    def __init__(
        self, snapshots: Snapshots, heads: Heads, *, links: Links, limit: int, monotonic: Callable[[], float]
    ) -> None:
        self.links = links
        self._view = FeedView(limit)
        self._stories = Representations(snapshots, heads, links=links, limit_bytes=STORIES_LIMIT_BYTES)
        self._lists: KeptReads[tuple[str, str | None]] = KeptReads(snapshots, limit=LISTS_LIMIT, monotonic=monotonic)

    def outdate(self) -> None:
        """Serve no list of before: something public has changed. Call from any thread, before the answer."""
        self._lists.outdate()

    def forget(self) -> None:
        """Drop all that is kept. Call on the event loop."""
        self._stories.forget()
        self._lists.forget()

    async def read_story(self, ref: str) -> Representation:
        """Return a public story with its newest entries.

        Raises NotFound, Gone for a withdrawn one, Redirected for a name it had before, Unavailable.
        """
        return await self._stories.current(ref, self._view)

    async def read_tag(self, tag: str, links: Links) -> Representation:
        """Return the newest entries of a site with a tag, however it is spelt; none if nothing public has it.

        Raises NotFound for what can be no tag, Unavailable.
        """
        slug = canonical_slug(tag)
        if not (fits(slug, MAX_TAG_SLUG_LENGTH) and is_folded(slug)):
            raise NotFound("not_found", "There is nothing at this address.")
        return await self._read_list(slug, links)

    async def read_site(self, links: Links) -> Representation:
        """Return the newest entries of a site. Raises Unavailable."""
        return await self._read_list(None, links)

    async def _read_list(self, tag: str | None, links: Links) -> Representation:
        def work(tx: ReadTransaction) -> Representation:
            body = read_latest_feed(tx, tag=tag, limit=self._view.limit, links=links)
            return Representation(plain=body, tag=content_tag(body), surrogate="stories")

        return await self._lists.current((links.site.slug, tag), work)
