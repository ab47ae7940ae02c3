"""Which stories take no comments for now, because nobody in the newsroom reads those that wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

from app.domain.clock import Micros
from app.domain.errors import LiveblogError
from app.domain.identifiers import StoryId
from app.newsroom.context.newsroom import Newsroom
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.comments import list_unattended, read_pending_counts

AGAIN_SECONDS = 1.0
"""What a page of a story says is read again after so long."""

MOST_STORIES = 1_000
"""Stories of which it is known; beyond them the one that was read first is forgotten."""


def find_unattended(newsroom: Newsroom, tx: ReadTransaction, stories: Collection[StoryId]) -> set[StoryId]:
    """Find the stories whose oldest comment has waited too long, while nobody has decided about any."""
    patience = newsroom.comments.unattended_seconds * 1_000_000
    return list_unattended(tx, stories, before=Micros(newsroom.clock() - patience)) if patience else set()


def read_closed(newsroom: Newsroom, story: str) -> str | None:
    """Return the code with which any comment on the story would be refused for what waits; None if none would."""
    with newsroom.database.snapshot() as tx:
        if find_unattended(newsroom, tx, [StoryId(story)]):
            return "comments_unattended"
        waiting = sum(read_pending_counts(tx).values())
        return "comments_full" if waiting >= newsroom.comments.pending_limit else None


@dataclass(slots=True)
class _Known:
    read_at: float
    code: str | None = None


class Attention:
    """Says for pages which stories are closed for what waits; `monotonic` is in seconds, `read` reads one anew."""

    def __init__(self, read: Callable[[str], Awaitable[str | None]], *, monotonic: Callable[[], float]) -> None:
        self._read = read
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    async def closed(self, story: str) -> str | None:
        """Return the code of a story that takes none now. While it cannot be read it is what it was."""
        now, known = self._monotonic(), self._known.get(story)
        if known is not None and now - known.read_at < AGAIN_SECONDS:
            return known.code
        if known is None:
            if len(self._known) >= MOST_STORIES:
                del self._known[next(iter(self._known))]
            known = self._known[story] = _Known(now)
        known.read_at = now  # who asks meanwhile is told what is known, and reads nothing
        with suppress(LiveblogError):  # the form is answered with the database's absence, in a sentence
            known.code = await self._read(story)
        return known.code
