"""The interface of both databases: read snapshots, and write transactions that announce.

Storage functions take a transaction and cannot commit. A write transaction's type is another than a read
transaction's, so that a function that writes cannot be handed a reader's snapshot.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import Connection

from app.domain.sites import SiteList
from app.metrics.histogram import Histogram
from app.storage.database.commit_listeners import CommitListener
from app.storage.database.health import DatabaseHealth
from app.wire.announcement import Announcement


class ReadTransaction:
    """One consistent view of the tables; every statement in it sees the same heads."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection


def answers_queries(tx: ReadTransaction) -> bool:
    """Return whether the database answers the simplest query there is."""
    return bool(tx.connection.exec_driver_sql("SELECT 1").scalar_one())


class WriteTransaction(ReadTransaction):
    """One transaction that will commit whole or leave no trace.

    `publish_changes` leaves an announcement here; listeners are called after the commit, never before.
    """

    __slots__ = ("announcements", "driver", "is_audited", "is_purge", "sites")

    def __init__(self, connection: Connection, *, driver: sqlite3.Connection | None = None) -> None:
        super().__init__(connection)
        self.driver = driver
        """The driver's own connection, on SQLite, for prepared statements (app/storage/database/prepared.py)."""
        self.announcements: list[Announcement] = []
        self.is_audited = False
        """Whether an audit row was written, of which the newsroom's stream may have to be told."""
        self.is_purge = False
        """Whether text was purged, which the process may keep in memory."""
        self.sites: SiteList | None = None
        """All sites as this transaction leaves them, if it changes one."""

    def announce(self, announcement: Announcement) -> None:
        """Announce these events to the live side once they are committed."""
        self.announcements.append(announcement)

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """Run a part that can fail alone: an exception undoes its writes and announcements, and is raised again."""
        announced = len(self.announcements)
        self.connection.exec_driver_sql("SAVEPOINT part")
        try:
            yield
        except BaseException:
            del self.announcements[announced:]
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
            self.connection.exec_driver_sql("RELEASE SAVEPOINT part")
            raise
        self.connection.exec_driver_sql("RELEASE SAVEPOINT part")


class Database(Protocol):
    """A database that is open. All calls block; call them from a thread, not from the event loop.

    Its errors do not quote the values of a write: errors reach the log, and unpublished text must not.
    `health` is told how each transaction went.
    """

    @property
    def health(self) -> DatabaseHealth: ...

    @property
    def commits(self) -> Histogram:
        """Return how long COMMIT took, of writes that changed something."""
        ...

    def count_connections(self) -> tuple[int, int]:
        """Return how many connections transactions have now, and how many they may have; waits for nothing."""
        ...

    def transaction(self, *, gives_way: bool = False) -> AbstractContextManager[WriteTransaction]:
        """Open a write transaction. Leaving the block commits, then announces; an exception rolls back.

        With `gives_way` it begins only while no other write waits for the one writer that SQLite has.
        Raises Unavailable `database_unavailable` when the database cannot be reached or is locked by another.
        """
        ...

    def snapshot(self) -> AbstractContextManager[ReadTransaction]:
        """Open a read-only view of one moment. Raises Unavailable `database_unavailable`."""
        ...

    def subscribe(self, listener: CommitListener) -> None:
        """Call `listener` after each commit that announced something or wrote an audit row, in the commit's thread.

        The composition root subscribes; there may be several listeners. An error of one is counted and logged, and
        neither fails the commit nor keeps the commit from the others.
        """
        ...

    def checkpoint(self) -> None:
        """Checkpoint while no write is under way (SQLite: copy the WAL into the file)."""
        ...

    def scrub(self) -> bool:
        """Take what was deleted out of the files beside the tables; return False where that must be tried again.

        What the database's connections have cached is dropped too. SQLite: empty the write-ahead log into the file,
        which keeps nothing that was deleted.
        """
        ...

    def close(self) -> None: ...
