"""Runs reads off the event loop: each in one thread, in one snapshot, and only so many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from app.storage.database.transactions import Database, ReadTransaction

READS_AT_ONCE = 8
"""As many as the SQLite store keeps connections for; more threads would only wait for each other."""

T = TypeVar("T")


class Snapshots:
    """Runs blocking reads for the event loop. Made on the loop that uses it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._limiter = CapacityLimiter(READS_AT_ONCE)

    async def read(self, work: Callable[[ReadTransaction], T]) -> T:
        """Return the result of `work` on one consistent view of the tables.

        Raises what `work` raises, and Unavailable when the database cannot be reached.
        """

        def in_one_snapshot() -> T:
            with self._database.snapshot() as tx:
                return work(tx)

        return await to_thread.run_sync(in_one_snapshot, limiter=self._limiter)
