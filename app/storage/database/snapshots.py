"""Reads off the event loop: each in one thread and one snapshot, at most READ_THREADS at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.storage.database.threads import Threads
from app.storage.database.transactions import Database, ReadTransaction, answers_queries

READ_THREADS = 8
"""The threads of a process's public reads. Each needs a database connection; more would only wait for each other."""

UPKEEP_THREADS = 2
"""For what keeps the process itself right, reconciliation and probes: never behind a queue of readers."""

UPKEEP_SECONDS = 12.0
"""Time for one of those, which is then abandoned and tried again; a connection's own limits end it before."""

T = TypeVar("T")


class Snapshots:
    """Runs blocking reads for the event loop, in at most `threads` threads. Made on the loop that uses it."""

    def __init__(self, database: Database, *, threads: int = READ_THREADS) -> None:
        self._database = database
        self._threads = Threads(threads, name="public-read")
        self._upkeep_threads = Threads(UPKEEP_THREADS, name="upkeep", answer_seconds=UPKEEP_SECONDS)

    async def read(self, work: Callable[[ReadTransaction], T]) -> T:
        """Run `work` in a thread on one consistent view of the tables, and return its result.

        Raises what `work` raises, and Unavailable when the database cannot be reached or does not answer in time.
        """
        return await self._threads.run(lambda: self._in_one_snapshot(work))

    async def read_for_upkeep(self, work: Callable[[ReadTransaction], T]) -> T:
        """Run `work` as `read` does, in a thread that no reader can keep busy."""
        return await self._upkeep_threads.run(lambda: self._in_one_snapshot(work))

    async def probe(self) -> bool:
        """Return whether the database answers a query. Raises Unavailable when it cannot be reached."""
        return await self.read_for_upkeep(answers_queries)

    def close(self, *, within_seconds: float) -> None:
        """Wait at most `within_seconds` for each kind of read that is under way, and end the threads."""
        for threads in (self._threads, self._upkeep_threads):
            threads.close(within_seconds=within_seconds)

    def _in_one_snapshot(self, work: Callable[[ReadTransaction], T]) -> T:
        with self._database.snapshot() as tx:
            return work(tx)
