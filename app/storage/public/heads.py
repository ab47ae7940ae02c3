"""The heads of the public stories, for the stories in memory and below everything that reads from them."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.identifiers import EntryId, StoryId
from app.domain.slugs import story_ref
from app.storage.database.snapshots import Snapshots
from app.storage.database.threads import Turn
from app.storage.database.transactions import ReadTransaction
from app.storage.public.comments import list_counts_since
from app.storage.public.reads import read_heads, read_public_story
from app.wire.announcement import StoryHead

_FINDING: Turn = ("find", None)


class PublicHeads:
    """app.live.story.story_log.StoryHeads over the readers' tables."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    async def find(self, ref: str) -> StoryHead | None:
        """Return the head of a public or withdrawn story by id or slug, however it is spelt; None for what is none.

        Raises Unavailable when the database cannot be reached.
        """
        named = story_ref(ref)
        return None if named is None else await self._snapshots.read(lambda tx: _find(tx, named), turn=_FINDING)

    async def heads(self, stories: Sequence[StoryId]) -> dict[StoryId, StoryHead]:
        """Return the heads of those stories that are public or withdrawn, in one query. Raises as `find` does."""
        return await self._snapshots.read_for_upkeep(lambda tx: read_heads(tx, stories))

    async def comment_counts(self, story: StoryId, version: int) -> dict[EntryId, int]:
        """Return the entries whose number of comments has changed after that version. Raises as `find` does."""
        return await self._snapshots.read_for_upkeep(lambda tx: list_counts_since(tx, story, version=version))


def _find(tx: ReadTransaction, ref: str) -> StoryHead | None:
    story = read_public_story(tx, ref)
    return None if story is None else story.head
