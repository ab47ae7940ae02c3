"""What live needs from the readers' tables, and nothing more.

Implemented by reading, handed over by main. Every method reads one consistent state, waits without a thread of the
loop, and may raise any exception when the database cannot answer: live keeps what it has and asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from app.domain.cursor import Cursor
from app.domain.identifiers import StoryId
from app.wire.announcement import ChangesPage, StoryHead
from app.wire.encoding import BodyVariant

CHANGES_LIMIT = 1000
CHANGES_LIMIT_BYTES = 1024 * 1024
"""A reader who lacks more than one such page gets a snapshot, unless they want everything."""

UnusableReason = Literal["epoch", "fork"]


class CursorUnusable(Exception):
    """A cursor that cannot be continued from; the reader must begin again from a snapshot.

    `epoch`: it was given out before a restore or rebuild. `fork`: this epoch has no event with that number and that
    check: one of another story, of a lost branch, or of the future.
    """

    def __init__(self, reason: UnusableReason) -> None:
        super().__init__(reason)
        self.reason: UnusableReason = reason


class StoryLog(Protocol):
    """The public stories as the tables hold them now."""

    async def find(self, ref: str) -> StoryHead:
        """The head of a public story named by id, slug or old slug. Raises NotFound, and Gone for a withdrawn one."""
        ...

    async def changes(self, story: StoryId, after: Cursor | None, *, limit: int, limit_bytes: int) -> ChangesPage:
        """Everything after `after` by state, in `last_seq` order; None is from the beginning.

        A page ends after `limit` events, or with the event whose encoded bytes bring the page over `limit_bytes`; it
        has at least one event if there is one. `more` says that events were left over. Raises CursorUnusable, NotFound,
        and for a withdrawn story Gone, unless its one change, `story.removed`, is given.
        """
        ...

    async def snapshot(self, story: StoryId, variant: BodyVariant) -> tuple[StoryHead, bytes]:
        """The body of `GET /v1/stories/{story}` and the head it shows, read together. Raises NotFound, Gone."""
        ...

    async def heads(self, stories: Sequence[StoryId]) -> dict[StoryId, StoryHead]:
        """The heads of those stories that are public or withdrawn, in one query."""
        ...
