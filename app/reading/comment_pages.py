"""Pages of comments, kept for a second: ten thousand readers who open them together cost one read.

No cursor changes when a comment is approved. What this process itself has changed is never kept beyond the commit.
"""

from __future__ import annotations

from collections.abc import Callable

from app.reading.comments import CommentsRequest, read_comments
from app.reading.kept_reads import KeptReads
from app.reading.representations import Representation
from app.reading.stories import require_story_by_current_name
from app.reading.story_lists import content_tag
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import ReadTransaction
from app.wire.links import Links

KEPT_LIMIT = 500


class CommentPages:
    """A cache of pages of comments. It belongs to one event loop. `monotonic` is in seconds."""

    def __init__(self, snapshots: Snapshots, *, links: Links, monotonic: Callable[[], float]) -> None:
        self._links = links
        self._kept: KeptReads[tuple[str, CommentsRequest]] = KeptReads(snapshots, limit=KEPT_LIMIT, monotonic=monotonic)

    def outdate(self) -> None:
        """Serve nothing of before: comments were approved or taken away. Call from any thread, before the answer."""
        self._kept.outdate()

    def forget(self) -> None:
        """Drop every page; one that is being read serves those who wait, and is not kept. Call on the event loop."""
        self._kept.forget()

    async def current(self, ref: str, request: CommentsRequest) -> Representation:
        """Return a page of a story's comments. Raises NotFound, Gone, Redirected, InvalidInput, Unavailable."""

        def work(tx: ReadTransaction) -> Representation:
            story = require_story_by_current_name(tx, ref)
            body = read_comments(tx, story, request, links=self._links)
            return Representation(plain=body, tag=content_tag(body), surrogate=f"story-{story.head.story}")

        return await self._kept.current((ref, request), work)
