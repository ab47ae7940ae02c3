"""Follows purges of text: drops what this process caches, and takes what was deleted out of the database's log.

Another node's purge is noticed by a count in the database. This process's own has dropped the caches already, with its
commit; what a process left that was killed in the middle is cleared at the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import read_purge_count

PAUSE_SECONDS = 1.0
"""One read of one row; so much later another node has dropped what it cached."""
LIMIT_SECONDS = 15.0
PATIENCE_ATTEMPTS = 60
"""A reader that keeps the log for so many attempts, a backup say, is worth a line in the log."""


class LogStillRead(Exception):
    """Purged text is still in SQLite's write-ahead log, because a reader needs it."""


class PurgeWatch:
    """The count of purges known to the process, and whether the last one is out of the database's log."""

    def __init__(self, database: Database, *, forget: Callable[[], None]) -> None:
        """`forget` drops what the process caches; it is called on the event loop."""
        self._database = database
        self._forget = forget
        self._known: int | None = None
        self._attempts = 0
        self._is_scrubbed = False

    async def run(self) -> None:
        """Look once. Raises LogStillRead when the log could not be emptied for long."""
        count = await run_in_thread(self._read_count)
        if count != self._known:
            if self._known is not None:
                self._forget()
            self._known, self._is_scrubbed, self._attempts = count, False, 0
        if self._is_scrubbed:
            return
        self._is_scrubbed = await run_in_thread(self._database.scrub)
        self._attempts += 1
        if not self._is_scrubbed and self._attempts > PATIENCE_ATTEMPTS:
            raise LogStillRead("text that was purged is still in the write-ahead log, which a reader keeps open")

    def _read_count(self) -> int:
        with self._database.snapshot() as tx:
            return read_purge_count(tx)


def purge_watch_job(database: Database, *, forget: Callable[[], None], woken: asyncio.Event | None = None) -> Job:
    """Make the job that follows purges, of this process and of every other; it looks at once when it is `woken`."""
    watch = PurgeWatch(database, forget=forget)
    return Job(
        "purge watch", run=watch.run, pause_seconds=lambda: PAUSE_SECONDS, limit_seconds=LIMIT_SECONDS, woken=woken
    )
