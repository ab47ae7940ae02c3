"""The broker protocol: carries announcements from the processes that commit to all that have readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.wire.announcement import Announcement

OnAnnouncement = Callable[[Announcement, float | None], None]
"""Called on the event loop with an announcement and when this process published it, in monotonic seconds; None for one
of another process, whose clock means nothing here."""


@dataclass(frozen=True, slots=True)
class BrokerHealth:
    """The state of a broker: whether it passes announcements on now, and how many it has lost since the start."""

    is_connected: bool
    announcements_lost: int


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

    def health(self) -> BrokerHealth:
        """Return the state now."""
        ...
