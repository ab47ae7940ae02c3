"""SQLite: one writer for the whole system, any number of readers.

SQLite before 3.51.3 can corrupt a WAL file when two connections write or checkpoint at once, so exactly one
connection does both, and its process holds an exclusive lock on `liveblog.lock` beside the file. Commits
are announced while the writer's lock is still held, so that announcement order is commit order.

Other processes of the machine read (`ReadOnlySqlite`): a connection with `mode=ro` has the file open for reading alone,
so that it can neither write nor checkpoint, not even as the last to close (docs/decisions/0038).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import cast
from urllib.parse import quote

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool, StaticPool

from app.domain.errors import Unavailable
from app.metrics.histogram import COMMIT_BOUNDS, Histogram
from app.storage.database.commit_listeners import Commit, CommitListener, CommitListeners
from app.storage.database.failures import describe_failure
from app.storage.database.health import DatabaseHealth, DatabaseUnusable, Trouble, first_line
from app.storage.database.pools import count_in_use
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.database.writer_lock import WriterLock
from app.wire.encoding import encode_json

BUSY_MILLISECONDS = 5_000
WRITER_SECONDS = 5.0
"""Time to wait for the writer: one that hangs on its disk must not take every thread with it."""
CLOSE_SECONDS = 1.0
"""Time for the writer to end what it does before a close; the file needs no goodbye, a commit is on disk."""
READERS = 14
"""Connections that may read at once; a server opens as many as it has threads that read (app/composition/capacity.py),
so that none waits for one."""
CHECKPOINT_PAGES = 4_000
"""A commit that leaves the WAL longer than this (16 MB) checkpoints at once, without waiting for an idle writer."""

_OF_THE_FILE = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")


class StoreLocked(Exception):
    """Another process has the writer's lock of this data directory."""


class _SqliteReads:
    """The reading side of a SQLite file: a connection for each thread that reads, none of which can write."""

    def __init__(self, path: Path, *, readers: int) -> None:
        self.health = DatabaseHealth()
        self.commits = Histogram(COMMIT_BOUNDS)
        self._readers = _reader_engine(path, readers)

    @contextmanager
    def snapshot(self) -> Generator[ReadTransaction]:
        with self._unavailable_when_refused(is_write=False), self._readers.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield ReadTransaction(connection)
            finally:
                connection.exec_driver_sql("ROLLBACK")
        self.health.record_read()

    @contextmanager
    def _unavailable_when_refused(self, *, is_write: bool) -> Generator[None]:
        try:
            yield
        except PoolTimeout as error:
            self.health.record_failure("refused", "every reading connection of this process is in use")
            raise _unavailable() from error
        except (OperationalError, sqlite3.OperationalError) as error:  # locked, disk full, file gone
            original = error.orig if isinstance(error, OperationalError) else error
            self.health.record_failure(_trouble_of(original, is_write=is_write), first_line(original or error))
            raise _unavailable() from error


class SqliteDatabase(_SqliteReads):
    """A SQLite file, opened for writing by this process alone."""

    def __init__(self, path: Path, *, readers: int = READERS) -> None:
        """Open `path`, creating it if need be. Raises DatabaseUnusable, or StoreLocked when another process has it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(path, readers=readers)
        self._lock_file = _lock(path.parent)
        self._path = path
        self._writer_lock = WriterLock()
        self._listeners = CommitListeners()
        self._writer_engine = _writer_engine(path)
        try:
            self._writer: Connection = self._writer_engine.connect()
        except DatabaseError as error:
            os.close(self._lock_file)
            raise DatabaseUnusable(f"{path}: {describe_failure(error)}") from error
        self._driver = driver_of(self._writer)

    @contextmanager
    def transaction(self, *, gives_way: bool = False) -> Generator[WriteTransaction]:
        with self._locked_writer(gives_way=gives_way):
            self.health.gate.require_open()  # under the lock: who closes it waits for the lock once, and all is written
            tx = WriteTransaction(self._writer, driver=self._driver)
            with self._unavailable_when_refused(is_write=True):
                self._driver.execute("BEGIN IMMEDIATE")
                try:
                    yield tx
                    began = self.health.seconds()
                    self._driver.execute("COMMIT")
                    seconds = self.health.seconds() - began
                except BaseException:
                    if self._driver.in_transaction:
                        self._driver.execute("ROLLBACK")
                    raise
            if tx.announcements or tx.is_audited:
                self.commits.observe(seconds)  # under the writer's lock
                self.health.record_write()
            self._listeners.notify(Commit(tuple(tx.announcements), tx.is_audited, tx.is_purge, tx.sites))

    def count_connections(self) -> tuple[int, int]:
        in_use, kept = count_in_use(self._readers)
        return in_use + self._writer_lock.is_locked, kept + 1

    def subscribe(self, listener: CommitListener) -> None:
        self._listeners.subscribe(listener)

    def checkpoint(self) -> None:
        """Checkpoint the WAL as far as readers allow, if the writer is idle now; else do nothing."""
        if self._writer_lock.acquire(timeout=0, gives_way=True):
            try:
                self._driver.execute("PRAGMA wal_checkpoint(PASSIVE)")
            finally:
                self._writer_lock.release()

    def scrub(self) -> bool:
        """Empty the write-ahead log into the file; drop what readers and statements have cached.

        Returns False, without waiting, while the writer is busy or a reader still needs the log.
        """
        for engine in (self._writer_engine, self._readers):
            engine.clear_compiled_cache()  # each statement with the values of its first run
        if not self._writer_lock.acquire(timeout=0, gives_way=True):
            return False
        try:
            self._driver.execute("PRAGMA busy_timeout = 0")
            is_busy = self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            self._driver.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            self._writer_lock.release()
        if not is_busy:
            self._readers.dispose()
        return not is_busy

    def close(self) -> None:
        """Close the file; what cannot be written into it now stays in the write-ahead log beside it."""
        if not self._writer_lock.acquire(timeout=CLOSE_SECONDS):
            return  # a commit hangs in its disk: the process ends, and leaves the log as a crash would
        try:
            self._readers.dispose()
            with suppress(sqlite3.OperationalError):
                self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.close()
            self._writer_engine.dispose()
        finally:
            self._writer_lock.release()
        os.close(self._lock_file)

    @contextmanager
    def _locked_writer(self, *, gives_way: bool) -> Generator[None]:
        if not self._writer_lock.acquire(timeout=WRITER_SECONDS, gives_way=gives_way):
            self.health.record_failure("refused", "another write has not ended")
            raise _unavailable()
        try:
            yield
        finally:
            self._writer_lock.release()


class ReadOnlySqlite(_SqliteReads):
    """A SQLite file that another process of this machine writes to: this one reads, and cannot do more."""

    def transaction(self, *, gives_way: bool = False) -> AbstractContextManager[WriteTransaction]:
        """Raise RuntimeError: a write belongs to the process that writes, and should have been sent there."""
        raise RuntimeError("this process reads the database, and forwards what writes")

    def count_connections(self) -> tuple[int, int]:
        return count_in_use(self._readers)

    def subscribe(self, listener: CommitListener) -> None:
        """Do nothing: this process commits nothing."""

    def checkpoint(self) -> None:
        """Do nothing: the process that writes does it."""

    def scrub(self) -> bool:
        """Drop what connections and statements have cached; the log is the writer's to empty."""
        self._readers.clear_compiled_cache()
        self._readers.dispose()
        return True

    def close(self) -> None:
        self._readers.dispose()


def driver_of(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection under one of SQLAlchemy's."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def sqlite_uri(path: Path, *, read_only: bool) -> str:
    """Return the `file:` URI for sqlite3; read-only connections can neither write nor checkpoint."""
    return f"file:{quote(str(path.resolve()))}{'?mode=ro' if read_only else ''}"


_read_json = partial(from_json, cache_strings="keys")
"""Reads a column; its values are text, of which nothing stays in memory."""


def _trouble_of(error: BaseException | None, *, is_write: bool) -> Trouble:
    name = getattr(error, "sqlite_errorname", "")
    if not name.startswith(_OF_THE_FILE):
        return "refused"  # busy, locked; or a statement that is wrong
    return "unwritable" if is_write else "unreachable"


def _unavailable() -> Unavailable:
    return Unavailable("database_unavailable", "The database cannot be used at the moment.", retry_after_seconds=2)


@contextmanager
def lock_store(folder: Path) -> Generator[None]:
    """Lock a data directory as its writer does, for the block. Raises StoreLocked."""
    handle = _lock(folder)
    try:
        yield
    finally:
        os.close(handle)


def open_reader(path: Path) -> sqlite3.Connection:
    """Open a connection that reads, with or without a server beside it, and can neither write nor checkpoint."""
    connection = sqlite3.connect(sqlite_uri(path, read_only=True), uri=True, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    return connection


def open_for_migration(path: Path) -> sqlite3.Connection:
    """Open the writer's connection with foreign keys off, because a table rebuilt under them would lose its children.

    Hold `lock_store` first. The switch has no effect inside a transaction, so it is set here, before any begins.
    """
    connection = _open_writer(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


def _lock(folder: Path) -> int:
    path = folder / "liveblog.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise StoreLocked(str(path)) from None
    return handle


def _open(path: Path, *, read_only: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        sqlite_uri(path, read_only=read_only),
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA mmap_size = 0")
    return connection


def _open_writer(path: Path) -> sqlite3.Connection:
    connection = _open(path, read_only=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return connection


def _writer_engine(path: Path) -> Engine:
    # AUTOCOMMIT: the driver begins nothing by itself; BEGIN and COMMIT are ours.
    return create_engine(
        "sqlite://",
        creator=lambda: _open_writer(path),
        poolclass=StaticPool,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        json_serializer=lambda value: encode_json(value).decode(),
        json_deserializer=_read_json,
    )


def _reader_engine(path: Path, readers: int) -> Engine:
    return create_engine(
        "sqlite://",
        creator=lambda: _open(path, read_only=True),
        poolclass=QueuePool,
        hide_parameters=True,
        pool_size=readers,
        max_overflow=0,
        isolation_level="AUTOCOMMIT",
        json_deserializer=_read_json,
    )
