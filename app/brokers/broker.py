"""The broker protocol: carries announcements from the processes that commit to all that have readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.domain.cursor import Cursor
from app.domain.identifiers import StoryId
from app.wire.announcement import Announcement

OnAnnouncement = Callable[[Announcement, float | None], None]
"""Called on the event loop with an announcement and when this process published it, in monotonic seconds; None for one
of another process, whose clock means nothing here."""


OnHead = Callable[[StoryId, Cursor], None]
"""Called on the event loop with a story and the head that another process has committed, whose events are in the
tables. It may be late, doubled, or nobody's."""


OnNote = Callable[[str, str, int, bytes], None]
"""Called on the event loop with the kind of a note, the process that tells it, its number among those of that process
and its bytes. It may be late, lost or doubled; nobody but a process of the same database has written it."""


@dataclass(frozen=True, slots=True)
class BrokerHealth:
    """The state of a broker: whether it passes announcements on now, and counts since the start.

    `refused` are messages that said they were signed, and were not by us, or were old. `late` counts how often a write
    was answered before a process of this machine had applied it.
    """

    is_connected: bool
    announcements_lost: int
    refused: int = 0
    late: int = 0


class Broker(Protocol):
    """Passes announcements on, at most once each and in the order one process published those of a story.

    A lost announcement is no lost event: every hub compares its stories with the tables and reads what is missing.
    """

    async def start(self) -> None:
        """Begin to pass announcements on, to the running event loop. Call after the first `subscribe`."""
        ...

    async def stop(self) -> None:
        """End. Announcements published from now on are lost."""
        ...

    def publish(self, announcement: Announcement) -> None:
        """Pass on an announcement of a commit, from any thread, in commit order. Never raises and never waits."""
        ...

    def subscribe(self, on_announcement: OnAnnouncement) -> None:
        """Call `on_announcement` with every announcement; an error of one subscriber is logged and no other's."""
        ...

    def subscribe_heads(self, on_head: OnHead) -> None:
        """Call `on_head` with every head that another process told of by its number alone."""
        ...

    def health(self) -> BrokerHealth:
        """Return the state now."""
        ...


class Notes(Protocol):
    """Carries a few bytes from each process to all others, at most once each mostly, and in any order."""

    def tell(self, kind: str, body: bytes, *, part: str = "") -> None:
        """Send all other processes a few bytes, from any thread. Never raises and never waits.

        Of notes of one kind and part that still wait, the newest is sent.
        """
        ...

    def subscribe_notes(self, on_note: OnNote) -> None:
        """Call `on_note` with what another process tells."""
        ...
