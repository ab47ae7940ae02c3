"""The log of the public stories, for live: changes and snapshots."""

from __future__ import annotations

from app.domain.cursor import Cursor
from app.domain.errors import story_not_found
from app.domain.identifiers import StoryId
from app.reading.changes import read_changes
from app.reading.stories import require_story
from app.reading.views import View, read_view
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import ReadTransaction
from app.storage.public.reads import read_public_story
from app.wire.announcement import ChangesPage, StoryHead
from app.wire.encoding import BodyVariant
from app.wire.links import Links


class PublicStoryLog:
    """app.live.story.story_log.StoryLog over the readers' tables; each method is described there."""

    def __init__(self, snapshots: Snapshots, *, links: Links) -> None:
        self._snapshots = snapshots
        self._links = links

    async def changes(self, story: StoryId, after: Cursor | None, *, limit: int, limit_bytes: int) -> ChangesPage:
        """Return all after `after` by state; for a withdrawn story its removal. Raises CursorUnusable, NotFound."""

        def work(tx: ReadTransaction) -> ChangesPage:
            found = read_public_story(tx, story)
            if found is None:
                raise story_not_found()
            return read_changes(tx, found, after=after, limit=limit, limit_bytes=limit_bytes, links=self._links)

        return await self._snapshots.read_for_live(work)

    async def snapshot(self, story: StoryId, variant: BodyVariant) -> tuple[StoryHead, bytes]:
        """Return the body of `GET /v1/stories/{story}` and the head it shows. Raises NotFound, Gone."""

        def work(tx: ReadTransaction) -> tuple[StoryHead, bytes]:
            found = require_story(tx, story)
            return found.head, read_view(tx, found, View("state", variant), links=self._links).body

        return await self._snapshots.read_for_live(work)
