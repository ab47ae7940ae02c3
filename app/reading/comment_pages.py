"""Pages of comments, kept for a second: ten thousand readers who open them together cost one read.

No cursor changes when a comment is approved. What this process itself has changed is never kept beyond the commit.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from app.reading.comments import CommentsRequest, read_comments
from app.reading.representations import Representation
from app.reading.stories import require_story_by_current_name
from app.reading.story_lists import content_tag
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import ReadTransaction
from app.wire.links import Links

KEPT_SECONDS = 1.0
KEPT_LIMIT = 500

_Key = tuple[str, CommentsRequest]


class CommentPages:
    """A cache of pages of comments. It belongs to one event loop. `monotonic` is in seconds."""

    def __init__(self, snapshots: Snapshots, *, links: Links, monotonic: Callable[[], float]) -> None:
        self._snapshots = snapshots
        self._links = links
        self._monotonic = monotonic
        self._kept: OrderedDict[_Key, tuple[Representation, float, int]] = OrderedDict()
        self._reads: dict[tuple[_Key, int], asyncio.Task[Representation]] = {}
        self._changes = 0

    def outdate(self) -> None:
        """Serve nothing of before: comments were approved or taken away. Call from any thread, before the answer."""
        self._changes += 1

    def forget(self) -> None:
        """Drop every page; one that is being read serves those who wait, and is not kept. Call on the event loop."""
        self._changes += 1
        self._kept.clear()

    async def current(self, ref: str, request: CommentsRequest) -> Representation:
        """Return a page of a story's comments. Raises NotFound, Gone, Redirected, InvalidInput, Unavailable."""
        key, changes = (ref, request), self._changes
        kept = self._kept.get(key)
        if kept is not None and kept[2] == changes and self._monotonic() < kept[1]:
            return kept[0]
        task = self._reads.get((key, changes))
        if task is None:
            task = asyncio.get_running_loop().create_task(self._read(ref, request))
            self._reads[key, changes] = task
            task.add_done_callback(lambda done: self._done(key, changes, done))
        return await asyncio.shield(task)

    async def _read(self, ref: str, request: CommentsRequest) -> Representation:
        def work(tx: ReadTransaction) -> Representation:
            story = require_story_by_current_name(tx, ref)
            body = read_comments(tx, story, request, links=self._links)
            return Representation(plain=body, tag=content_tag(body), surrogate=f"story-{story.head.story}")

        return await self._snapshots.read(work)

    def _done(self, key: _Key, changes: int, done: asyncio.Task[Representation]) -> None:
        del self._reads[key, changes]
        if done.cancelled() or done.exception() is not None or changes != self._changes:
            return
        self._kept[key] = (done.result(), self._monotonic() + KEPT_SECONDS, changes)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT_LIMIT:
            self._kept.popitem(last=False)
