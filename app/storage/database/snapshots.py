"""Reads off the event loop: each in one thread and one snapshot, at most READS_AT_ONCE at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from app.storage.database.transactions import Database, ReadTransaction, answers_queries

READ_THREADS = 8
"""The threads of a process's public reads. Each needs a database connection; more would only wait for each other."""

T = TypeVar("T")


class Snapshots:
    """Runs blocking reads for the event loop, in at most `threads` threads. Made on the loop that uses it."""

    def __init__(self, database: Database, *, threads: int = READ_THREADS) -> None:
        self._database = database
        self._limiter = CapacityLimiter(threads)

    async def read(self, work: Callable[[ReadTransaction], T]) -> T:
        """Run `work` in a thread on one consistent view of the tables, and return its result.

        Raises what `work` raises, and Unavailable when the database cannot be reached.
        """

        def in_one_snapshot() -> T:
            with self._database.snapshot() as tx:
                return work(tx)

        return await to_thread.run_sync(in_one_snapshot, limiter=self._limiter)

    async def probe(self) -> bool:
        """Return whether the database answers a query. Raises Unavailable when it cannot be reached."""
        return await self.read(answers_queries)
