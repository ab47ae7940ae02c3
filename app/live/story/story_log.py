"""The reads that live needs from the readers' tables: the heads of stories, and their log.

Heads are implemented by storage, the log by reading; main hands both over. Every method reads one consistent state,
waits without blocking the loop, and may raise any exception when the database cannot answer: live keeps what it has
and tries again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from app.domain.cursor import Cursor
from app.domain.errors import story_not_found, story_withdrawn
from app.domain.identifiers import EntryId, StoryId
from app.wire.announcement import ChangesPage, StoryHead
from app.wire.encoding import BodyVariant

CHANGES_LIMIT = 1000
CHANGES_LIMIT_BYTES = 1024 * 1024
"""A reader who lacks more than one such page gets a snapshot, unless it asked for `replay=full`."""

PART_LIMIT_BYTES = 128 * 1024
"""A page of a catch-up that is sent whole, however much it is: a few pieces, because a slow reader may read it anew for
each of them."""

UnusableReason = Literal["epoch", "fork"]


class CursorUnusable(Exception):
    """A cursor that cannot be continued from; the reader must begin again from a snapshot.

    `epoch`: it was issued before a restore or rebuild. `fork`: this epoch has no event with that number and that
    check: one of another story, of a lost branch, or of the future.
    """

    def __init__(self, reason: UnusableReason) -> None:
        super().__init__(reason)
        self.reason: UnusableReason = reason


class StoryHeads(Protocol):
    """The heads of the public stories, from the tables."""

    async def find(self, ref: str) -> StoryHead | None:
        """Return the head of a public or withdrawn story by id, slug or old slug; None if there is none."""
        ...

    async def heads(self, stories: Sequence[StoryId]) -> dict[StoryId, StoryHead]:
        """Return the heads of those stories that are public or withdrawn, in one query."""
        ...

    async def comment_counts(self, story: StoryId, version: int) -> dict[EntryId, int]:
        """Return the entries whose number of comments has changed after that version, with the number."""
        ...


def require_public(head: StoryHead | None) -> StoryHead:
    """Return the head of a story that is public now. Raises NotFound, and Gone for a withdrawn one."""
    if head is None:
        raise story_not_found()
    if head.closing == "withdrawn":
        raise story_withdrawn()
    return head


class StoryLog(Protocol):
    """The events and the state of the public stories, from the tables."""

    async def changes(self, story: StoryId, after: Cursor | None, *, limit: int, limit_bytes: int) -> ChangesPage:
        """Return everything after `after` by state, in `last_seq` order; None is from the beginning.

        A page ends after `limit` events, or with the event whose encoded bytes bring the page over `limit_bytes`; it
        has at least one event if there is one. `more` says that events were left over. Raises CursorUnusable, NotFound,
        and for a withdrawn story Gone, unless its one change, `story.removed`, is known.
        """
        ...

    async def snapshot(self, story: StoryId, variant: BodyVariant) -> tuple[StoryHead, bytes]:
        """Return the body of `GET /v1/stories/{story}` and the head it shows. Raises NotFound, Gone."""
        ...
