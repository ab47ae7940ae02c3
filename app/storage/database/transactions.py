"""What both databases are to the rest of the program: read snapshots, and write transactions that announce.

Storage functions take a transaction and cannot commit. A write transaction's type is another than a read
transaction's, so that a function that writes cannot be handed a reader's snapshot.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import Connection

from app.storage.database.commit_listeners import CommitListener
from app.wire.announcement import Announcement


class ReadTransaction:
    """One consistent view of the tables; every statement in it sees the same heads."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection


class WriteTransaction(ReadTransaction):
    """One transaction that will commit whole or leave no trace.

    Whoever moves content through the door leaves an announcement here; it is told after the commit, never before.
    """

    __slots__ = ("announcements", "is_audited")

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.announcements: list[Announcement] = []
        self.is_audited = False
        """Something was written that the newsroom may be told of."""

    def announce(self, announcement: Announcement) -> None:
        """Tell the live side of these events once they are on disk."""
        self.announcements.append(announcement)

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """A part that can fail alone: on an exception its writes and announcements are undone and it is raised on."""
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

    Its errors do not quote what was to be written: they reach the log, and unpublished text must not.
    """

    def transaction(self) -> AbstractContextManager[WriteTransaction]:
        """A write transaction. Leaving the block commits, then announces; an exception rolls back.

        Raises Unavailable `database_unavailable` when the database cannot be reached or is locked by another.
        """
        ...

    def snapshot(self) -> AbstractContextManager[ReadTransaction]:
        """A read-only view of one moment. Raises Unavailable `database_unavailable`."""
        ...

    def subscribe(self, listener: CommitListener) -> None:
        """Call `listener` after each commit that announced something or wrote an audit row, in the commit's thread.

        The composition root subscribes; there may be several listeners. An error of one is counted and logged, and
        neither fails the commit nor keeps the commit from the others.
        """
        ...

    def checkpoint(self) -> None:
        """Housekeeping for an idle moment (SQLite: copy the WAL into the file)."""
        ...

    def close(self) -> None: ...
