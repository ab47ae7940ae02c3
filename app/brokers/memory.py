"""The broker of a single process: hands announcements from the threads that commit over to its event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from app.brokers.broker import BrokerHealth, OnAnnouncement, OnHead
from app.wire.announcement import Announcement

_log = structlog.get_logger(__name__)


class MemoryBroker:
    """A Broker within one process."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._subscribers: tuple[OnAnnouncement, ...] = ()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lost = 0

    async def start(self) -> None:
        """Begin to pass announcements on to the running loop."""
        self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        """End; announcements published from now on are lost."""
        self._loop = None

    def publish(self, announcement: Announcement) -> None:
        """Schedule the subscribers' calls on the loop, from any thread. Never raises and never waits."""
        loop = self._loop
        try:
            if loop is not None:
                loop.call_soon_threadsafe(self.deliver, announcement, self._monotonic())
                return
        except RuntimeError:
            _log.warning("announcement after the loop was closed")
        self._lost += 1

    def subscribe(self, on_announcement: OnAnnouncement) -> None:
        """Call `on_announcement` on the loop with every announcement, in the order of publishing."""
        self._subscribers += (on_announcement,)

    def subscribe_heads(self, on_head: OnHead) -> None:
        """Do nothing: there is no other process."""

    def health(self) -> BrokerHealth:
        """Return whether the loop still takes announcements, and how many were lost."""
        return BrokerHealth(self._loop is not None and not self._loop.is_closed(), self._lost)

    def deliver(self, announcement: Announcement, published_at: float | None) -> None:
        """Call the subscribers, on the loop; without a time for an announcement of another process."""
        for on_announcement in self._subscribers:
            try:
                on_announcement(announcement, published_at)
            except Exception:  # noqa: BLE001  (the other subscribers get it all the same)
                _log.exception("announcement_failed", story=announcement.head.story)
