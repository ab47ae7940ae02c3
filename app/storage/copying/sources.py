"""Sources of a copy: databases whose writing has ended, for as long as the copy takes, and for good once it is whole.

What is acknowledged is in the copy, and what is not in the copy is refused. If the command ends half-way, by itself or
killed, its connection ends with it, and writing goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.storage.database import schema
from app.storage.database.failures import require_usable_file
from app.storage.database.sqlite import lock_store, open_for_migration, open_reader
from app.storage.upkeep.backup import SILENCE_SECONDS
from app.storage.upkeep.closing import COPY_LOCK, close_tables, read_closed, reopen_moved
from app.storage.upkeep.migrations import open_postgres, open_sqlite
from app.storage.upkeep.table_rows import count_other_connections

TABLE_SECONDS = 30
"""Time for the writes that are under way; each of ours ends by itself within 20 seconds."""
NOTICE_SECONDS = 3.0
"""Time for servers to see that the database is being copied, so that their writes are refused instead of waiting for a
lock, with a connection each. Nothing depends on it: the locks keep every write out."""
ATTEMPTS = 3
"""Locking every table at once may meet a write that locks two of them the other way round: one of the two gives way."""
FROZEN_SECONDS = 1_800
"""A command that does nothing for so long has been frozen: the database ends its transaction, and writing goes on."""
_DEADLOCK = "40P01"
_LOCKED = "55P03"


class DatabaseNotCopied(Exception):
    """A copy that cannot be made; the message is a sentence with the reason and the remedy."""


class ClosedSource(Protocol):
    """A database that takes no writes now."""

    @property
    def connection(self) -> Connection:
        """Return a connection that reads everything that was ever acknowledged."""
        ...

    @property
    def was_moved(self) -> bool:
        """Return whether it has been closed for good before."""
        ...

    def require_closed(self) -> None:
        """Raise DatabaseNotCopied if writes may have been taken since it was closed."""
        ...

    def close_for_good(self) -> None:
        """Let it take no more writes. Raises DatabaseNotCopied if some may have been taken since it was closed."""
        ...


@contextmanager
def close_postgres(url: str, *, sleep: Callable[[float], None] = time.sleep) -> Generator[ClosedSource]:
    """Close a PostgreSQL database to writes of every node until the end of the block. Raises DatabaseNotCopied."""
    with open_postgres(url, silence_seconds=SILENCE_SECONDS).connect() as connection:
        source = _begin_postgres(connection, sleep)
        yield source
        if connection.in_transaction():
            connection.rollback()


def _begin_postgres(connection: Connection, sleep: Callable[[float], None]) -> _Postgres:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _lock_postgres(connection, sleep)
        except DBAPIError as error:
            connection.rollback()
            state = getattr(error.orig, "sqlstate", None)
            if state in {_DEADLOCK, _LOCKED} and (state == _LOCKED or attempt == ATTEMPTS):
                raise DatabaseNotCopied(
                    "Writes that are under way do not end: look for a transaction that holds the tables, and try again."
                ) from error
            if state != _DEADLOCK:
                raise
    raise AssertionError("the last attempt returns or raises")


class _Postgres:
    """A transaction that has locked every table against writes, with the triggers that close them for good."""

    def __init__(self, connection: Connection, *, was_moved: bool) -> None:
        self.connection = connection
        self.was_moved = was_moved

    def require_closed(self) -> None:
        """Ask for an answer, so that a server that ends idle transactions sees none; an error ends the copy."""
        self.connection.exec_driver_sql("SELECT 1")

    def close_for_good(self) -> None:
        self.connection.commit()


def _lock_postgres(connection: Connection, sleep: Callable[[float], None]) -> _Postgres:
    connection.exec_driver_sql(
        f"SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '{FROZEN_SECONDS}s';"
        f" SET LOCAL lock_timeout = '{TABLE_SECONDS}s'; SET LOCAL tcp_keepalives_idle = 10;"
        " SET LOCAL tcp_keepalives_interval = 5; SET LOCAL tcp_keepalives_count = 3"
    )
    query = text("SELECT pg_try_advisory_xact_lock(:key)")
    if not connection.execute(query, {"key": COPY_LOCK}).scalar_one():
        raise DatabaseNotCopied("Another command is copying this database: wait for its end.")
    if (closed := read_closed(connection)) == "unfinished":
        raise DatabaseNotCopied("This database is a copy that was not finished: copy from the one that is served.")
    if closed is None and count_other_connections(connection):
        sleep(NOTICE_SECONDS)
    prepare = connection.dialect.identifier_preparer
    tables = ", ".join(prepare.format_table(table) for table in schema.metadata.sorted_tables)
    connection.exec_driver_sql(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
    if closed is None:
        close_tables(connection, "moved")
    return _Postgres(connection, was_moved=closed is not None)


@contextmanager
def close_sqlite(url: str) -> Generator[ClosedSource]:
    """Close a SQLite file that no server uses. Raises StoreLocked where one does, and DatabaseNotCopied."""
    path = _path_of(url)
    require_usable_file(path)
    with lock_store(path.parent), _read_sqlite(path) as connection:
        yield _Locked(connection, path)


@contextmanager
def open_moved_sqlite(url: str) -> Generator[ClosedSource | None]:
    """Open a SQLite file that has been closed for good; yield None for one that is open. Raises DatabaseNotCopied."""
    path = _path_of(url)
    with _read_sqlite(path) as connection:
        yield _Locked(connection, path) if read_closed(connection) == "moved" else None


@contextmanager
def close_held_sqlite(url: str, hold: Hold) -> Generator[ClosedSource]:
    """Open a SQLite file whose server takes no writes now, as `hold` knows. Raises DatabaseNotCopied."""
    with _read_sqlite(_path_of(url)) as connection:
        yield _Held(connection, hold)


class Hold(Protocol):
    """A server that takes no writes, for as long as it hears that the command is still there."""

    def require_held(self) -> None:
        """Raise DatabaseNotCopied once writes may have been taken again."""
        ...

    def finish(self) -> None:
        """Let the server close its database for good. Raises DatabaseNotCopied."""
        ...


class _Locked:
    """A file whose lock is held, or that is closed for good: nobody writes to it."""

    def __init__(self, connection: Connection, path: Path) -> None:
        self.connection = connection
        self.was_moved = read_closed(connection) == "moved"
        self._path = path

    def require_closed(self) -> None:
        """Do nothing: the lock ends with this process."""

    def close_for_good(self) -> None:
        if not self.was_moved:
            _write_sqlite(self._path, lambda connection: close_tables(connection, "moved"))


class _Held:
    """A file of a server that takes no writes."""

    was_moved = False

    def __init__(self, connection: Connection, hold: Hold) -> None:
        self.connection = connection
        self._hold = hold

    def require_closed(self) -> None:
        self._hold.require_held()

    def close_for_good(self) -> None:
        self._hold.finish()


def reopen_sqlite(url: str) -> bool:
    """Take a file back that has moved, and that no server uses; return whether it was closed. Raises StoreLocked."""
    path = _path_of(url)
    require_usable_file(path)
    found: list[bool] = []
    with lock_store(path.parent):
        _write_sqlite(path, lambda connection: found.append(reopen_moved(connection)))
    return found == [True]


def reopen_postgres(url: str) -> bool:
    """Take a PostgreSQL database back that has moved; return whether it was closed."""
    with open_postgres(url, silence_seconds=SILENCE_SECONDS).connect() as connection, connection.begin():
        return reopen_moved(connection)


def _path_of(url: str) -> Path:
    path = Path(make_url(url).database or "")
    if not path.exists():
        raise DatabaseNotCopied(f"There is no database at {path}: check LIVEBLOG_DATA_DIR and LIVEBLOG_DATABASE_URL.")
    return path


@contextmanager
def _read_sqlite(path: Path) -> Generator[Connection]:
    """Open one view of a file, in which nothing that is written later is."""
    with open_sqlite(lambda: open_reader(path)).connect() as connection:
        connection.exec_driver_sql("BEGIN")
        if read_closed(connection) == "unfinished":
            raise DatabaseNotCopied("This database is a copy that was not finished: copy from the one that is served.")
        yield connection


def _write_sqlite(path: Path, change: Callable[[Connection], object]) -> None:
    with open_sqlite(lambda: open_for_migration(path)).connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        change(connection)
        connection.exec_driver_sql("COMMIT")
