"""After the commit: tell the live side, and never let that undo or fail what is on disk."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from app.storage.database.transactions import Announce, WriteTransaction
from app.wire.announcement import Announcement

log = structlog.get_logger()


class Announcer:
    """Holds whom to tell, and counts what could not be told (every process re-reads the tables anyway)."""

    def __init__(self) -> None:
        self.failures = 0
        self._announce: Announce = _nobody_follows
        self._audited: Callable[[], None] = _nobody_watches

    def announce_to(self, announce: Announce, *, audited: Callable[[], None] | None) -> None:
        """Set whom to tell."""
        self._announce = announce
        self._audited = audited or _nobody_watches

    def tell(self, tx: WriteTransaction) -> None:
        """Hand over what `tx` has announced. Call after COMMIT."""
        for announcement in tx.announcements:
            try:
                self._announce(announcement)
            except Exception:  # the commit stands; the reconcile pass tells what this could not
                self.failures += 1
                log.exception("announcement_failed", story=announcement.head.story)
        if tx.is_audited:
            try:
                self._audited()
            except Exception:  # the newsroom's stream reads the tables anyway, a moment later
                self.failures += 1
                log.exception("announcement_failed")


def _nobody_follows(announcement: Announcement) -> None:
    """Before anybody is set."""


def _nobody_watches() -> None:
    """Before anybody is set."""
