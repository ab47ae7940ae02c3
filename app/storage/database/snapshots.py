"""Reads off the event loop: each in one thread and one snapshot, in threads of its kind.

Readers on WebSockets and event streams catch up in threads of their own, which never rest. Those for requests rest
between two reads for as long as the loop has readers to serve (docs/decisions/0044).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.storage.database.threads import NOBODYS, Threads, Turn
from app.storage.database.transactions import Database, ReadTransaction, answers_queries

REQUEST_READ_THREADS = 4
"""The threads in which requests are answered. Each needs a database connection; more would only wait for each other."""

LIVE_READ_THREADS = 8
"""The threads in which readers on WebSockets and event streams catch up: one for each read that is shared by those who
lack the same (app/live/memory/shared_reads.py)."""

UPKEEP_THREADS = 2
"""For what keeps the process itself right, reconciliation and probes: never behind a queue of readers."""

UPKEEP_SECONDS = 12.0
"""Time for one of those, which is then abandoned and tried again; a connection's own limits end it before."""

T = TypeVar("T")


class Snapshots:
    """Runs blocking reads for the event loop. Made on the loop that uses it.

    With `rests`, reads for requests leave the loop its share: the process serves readers.
    """

    def __init__(self, database: Database, *, rests: bool = True) -> None:
        self._database = database
        self._request_threads = Threads(REQUEST_READ_THREADS, name="request-read", rests=rests)
        self._live_threads = Threads(LIVE_READ_THREADS, name="live-read")
        self._upkeep_threads = Threads(UPKEEP_THREADS, name="upkeep", answer_seconds=UPKEEP_SECONDS)

    async def read(self, work: Callable[[ReadTransaction], T], *, turn: Turn = NOBODYS) -> T:
        """Run `work` in a thread on one consistent view of the tables, and return its result: what a request asks for.

        Reads of one `turn` are begun in their order, and alternate with others, so that what many wait for is not
        behind all that one asks for.

        Raises what `work` raises, and Unavailable when the database cannot be reached or does not answer in time.
        """
        return await self._request_threads.run(lambda: self._in_one_snapshot(work), turn=turn)

    async def read_for_live(self, work: Callable[[ReadTransaction], T]) -> T:
        """Run `work` as `read` does, in a thread that no request can keep busy: what connected readers lack."""
        return await self._live_threads.run(lambda: self._in_one_snapshot(work))

    async def read_for_upkeep(self, work: Callable[[ReadTransaction], T]) -> T:
        """Run `work` as `read` does, in a thread that no reader can keep busy."""
        return await self._upkeep_threads.run(lambda: self._in_one_snapshot(work))

    async def probe(self) -> bool:
        """Return whether the database answers a query. Raises Unavailable when it cannot be reached."""
        return await self.read_for_upkeep(answers_queries)

    def close(self, *, within_seconds: float) -> None:
        """Wait at most `within_seconds` for each kind of read that is under way, and end the threads."""
        for threads in (self._request_threads, self._live_threads, self._upkeep_threads):
            threads.close(within_seconds=within_seconds)

    def _in_one_snapshot(self, work: Callable[[ReadTransaction], T]) -> T:
        with self._database.snapshot() as tx:
            return work(tx)
