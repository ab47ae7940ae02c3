"""After the commit: tell the live side, and never let that undo or fail what is on disk."""

from __future__ import annotations

import structlog

from app.storage.database import Announce, WriteTransaction

log = structlog.get_logger()


class Announcer:
    """Holds whom to tell, and counts what could not be told (every process re-reads the tables anyway)."""

    def __init__(self) -> None:
        self.failures = 0
        self._announce: Announce | None = None

    def announce_to(self, announce: Announce) -> None:
        """Set whom to tell."""
        self._announce = announce

    def tell(self, tx: WriteTransaction) -> None:
        """Hand over what `tx` has announced. Call after COMMIT."""
        if self._announce is None:
            return
        for announcement in tx.announcements:
            try:
                self._announce(announcement)
            except Exception:  # the commit stands; the reconcile pass tells what this could not
                self.failures += 1
                log.exception("announcement_failed", story=announcement.head.story)
