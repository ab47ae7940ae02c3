"""The log of public stories, as the live side asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.cursor import Cursor
from app.domain.errors import NotFound
from app.domain.identifiers import StoryId
from app.reading.changes import read_changes
from app.reading.snapshots import Snapshots
from app.reading.stories import is_story_ref, require_story
from app.reading.views import View, read_view
from app.storage.database.transactions import ReadTransaction
from app.storage.public.reads import read_heads, read_public_story
from app.wire.announcement import ChangesPage, StoryHead
from app.wire.encoding import BodyVariant
from app.wire.links import Links


class PublicStoryLog:
    """app.live.story.story_log.StoryLog over the readers' tables; each method is described there."""

    def __init__(self, snapshots: Snapshots, *, links: Links) -> None:
        self._snapshots = snapshots
        self._links = links

    async def find(self, ref: str) -> StoryHead:
        """The head of a public story. Raises NotFound, at once for what could name none."""
        if not is_story_ref(ref):
            raise NotFound("story_not_found", "No such story.")
        return await self._snapshots.read(lambda tx: require_story(tx, ref).head)

    async def changes(self, story: StoryId, after: Cursor | None, *, limit: int, limit_bytes: int) -> ChangesPage:
        """Everything after `after` by state; of a withdrawn story, that it is. Raises CursorUnusable, NotFound."""

        def work(tx: ReadTransaction) -> ChangesPage:
            found = read_public_story(tx, story)
            if found is None:
                raise NotFound("story_not_found", "No such story.")
            return read_changes(tx, found, after=after, limit=limit, limit_bytes=limit_bytes, links=self._links)

        return await self._snapshots.read(work)

    async def snapshot(self, story: StoryId, variant: BodyVariant) -> tuple[StoryHead, bytes]:
        """The body of `GET /v1/stories/{story}` and the head it shows. Raises NotFound."""

        def work(tx: ReadTransaction) -> tuple[StoryHead, bytes]:
            found = require_story(tx, story)
            return found.head, read_view(tx, found, View("state", variant), links=self._links).body

        return await self._snapshots.read(work)

    async def heads(self, stories: Sequence[StoryId]) -> dict[StoryId, StoryHead]:
        """The heads of those stories that are still public."""
        return await self._snapshots.read(lambda tx: read_heads(tx, stories))
