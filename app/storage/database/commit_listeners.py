"""The listeners that are called after each commit, and can neither undo nor fail what is on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.domain.sites import SiteList
from app.wire.announcement import Announcement

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Commit:
    """A transaction that is on disk: its announcements in order, and whether it wrote an audit row or purged text.

    `sites` are all of them, if it changed one.
    """

    announcements: tuple[Announcement, ...]
    is_audited: bool
    is_purge: bool = False
    sites: SiteList | None = None


CommitListener = Callable[[Commit], None]


class CommitListeners:
    """The listeners of one database. `failures` counts their errors; every process re-reads the tables anyway."""

    def __init__(self) -> None:
        self.failures = 0
        self._listeners: tuple[CommitListener, ...] = ()

    def subscribe(self, listener: CommitListener) -> None:
        """Call `listener` after each commit that announced something or wrote an audit row, in the commit's thread."""
        self._listeners += (listener,)

    def notify(self, commit: Commit) -> None:
        """Call every listener, in the order they subscribed. Call after COMMIT, in commit order."""
        if not commit.announcements and not commit.is_audited:
            return
        for listener in self._listeners:
            try:
                listener(commit)
            except Exception:  # the commit stands; reconciliation finds the events that this listener missed
                self.failures += 1
                log.exception("commit_listener_failed", stories=[each.head.story for each in commit.announcements])
