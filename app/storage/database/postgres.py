"""PostgreSQL, through psycopg 3: many processes may share one database."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain.errors import Unavailable
from app.metrics.histogram import COMMIT_BOUNDS, Histogram
from app.storage.database.commit_listeners import Commit, CommitListener, CommitListeners
from app.storage.database.health import DatabaseHealth, Trouble, first_line
from app.storage.database.limited_connection import (
    ConnectionLimits,
    begin_limits,
    end_limits,
    make_connect,
    socket_options,
)
from app.storage.database.pools import count_in_use
from app.storage.database.sessions import begin_session, begin_shared_session
from app.storage.database.transactions import ReadTransaction, WriteTransaction

POOL_SIZE = 12
OVERFLOW = 4
"""Connections beyond the pool's, opened when all of it are in use and closed when they come back."""
POOL_SECONDS = 4
"""Time to wait for a connection that comes back; all of them are in use."""

_REFUSED = ("25P03", "25P04", "40001", "40P01", "55006", "55P03", "57014")
"""Transactions in which we did nothing for too long, serialization, deadlock, an object in use, and a lock or a
statement that took too long."""
_UNWRITABLE = ("0A000", "25006", "42501", "53", "54", "58")
"""A replica, read-only, no right, disk or memory full, a limit or an error of the system."""
_GONE = ("08", "57P")
"""Connections lost, and a server that ends or starts."""

_NORMAL_LIMITS = ConnectionLimits()


class PostgresDatabase:
    """A PostgreSQL database. Use cases lock story rows; the process has no lock of its own around writes."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = POOL_SIZE,
        limits: ConnectionLimits = _NORMAL_LIMITS,
        connection_name: str = "liveblog",
        is_sharing: bool = False,
    ) -> None:
        """Open it; `connection_name` is what others see of who is connected, unless the URL says another.

        `is_sharing` says that a pooler hands each transaction to whichever session is free.
        """
        self.health = DatabaseHealth()
        self.commits = Histogram(COMMIT_BOUNDS)
        self._counting = threading.Lock()
        self._limits = limits
        self._listeners = CommitListeners()
        self._is_closed = False
        self._returning = threading.Lock()
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=OVERFLOW,
            pool_timeout=POOL_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                **_named(connection_name, make_url(url).query),
                **socket_options(make_url(url).query),
                **({"prepare_threshold": None} if is_sharing else {}),
            },
        )
        self._is_sharing = is_sharing
        _limit_connections(engine, limits, is_sharing=is_sharing)
        self._engine = engine
        self._writers = engine.execution_options(isolation_level="READ COMMITTED")
        self._readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def transaction(self, *, gives_way: bool = False) -> Generator[WriteTransaction]:
        # Each write has a connection of its own here, and none waits for one that locks no story.
        self.health.require_our_schema()
        self.health.gate.require_open()
        with (
            self._unavailable_when_gone(is_write=True),
            self._connected(self._writers) as connection,
            connection.begin() as begun,
        ):
            self._begin_session(connection)
            tx = WriteTransaction(connection)
            yield tx
            began = self.health.seconds()
            begun.commit()
            seconds = self.health.seconds() - began
        if tx.announcements or tx.is_audited:
            with self._counting:
                self.commits.observe(seconds)
            self.health.record_write()
        else:
            self.health.record_read()
        self._listeners.notify(Commit(tuple(tx.announcements), tx.is_audited, tx.is_purge, tx.sites))

    @contextmanager
    def snapshot(self) -> Generator[ReadTransaction]:
        with (
            self._unavailable_when_gone(is_write=False),
            self._connected(self._readers) as connection,
            connection.begin(),
        ):
            self._begin_session(connection)
            yield ReadTransaction(connection)
        self.health.record_read()

    def count_connections(self) -> tuple[int, int]:
        in_use, kept = count_in_use(self._engine)
        return in_use, kept + OVERFLOW

    def subscribe(self, listener: CommitListener) -> None:
        self._listeners.subscribe(listener)

    def checkpoint(self) -> None:
        """Do nothing: PostgreSQL checkpoints by itself."""

    def scrub(self) -> bool:
        """Drop what statements have cached; PostgreSQL's own files are its operator's to clear (docs/erasure.md)."""
        self._engine.clear_compiled_cache()  # each statement with the values of its first run
        return True

    def close(self) -> None:
        with self._returning:
            self._is_closed = True
            self._engine.dispose()

    def _begin_session(self, connection: Connection) -> None:
        if self._is_sharing:
            begin_shared_session(connection, self._limits)

    @contextmanager
    def _connected(self, engine: Engine) -> Generator[Connection]:
        connection = engine.connect()
        try:
            begin_limits(connection.connection.driver_connection, self._limits)
            yield connection
        finally:
            with self._returning:
                if self._is_closed and not connection.invalidated:
                    connection.detach()  # its pool is disposed of: returned there it would stay open for good
                connection.close()

    @contextmanager
    def _unavailable_when_gone(self, *, is_write: bool) -> Generator[None]:
        began = self.health.seconds()
        try:
            yield
        except PoolTimeout as error:
            self.health.record_failure("refused", "every connection of this process is in use")
            raise _unavailable() from error
        except DBAPIError as error:
            trouble = trouble_of(error, is_write=is_write)
            if trouble is None:
                raise
            self.health.record_failure(trouble, first_line(error.orig or error), began=began)
            raise _unavailable() from error


def _named(name: str, url_query: Mapping[str, Any]) -> dict[str, str]:
    return {} if "application_name" in url_query else {"application_name": name}


def trouble_of(error: DBAPIError, *, is_write: bool) -> Trouble | None:
    """Return which trouble of the database an error shows; None for one that is ours."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:  # of the client's side: no connection, or one that was given up
        return "unreachable" if _is_of_connection(error) else None
    if state.startswith(_REFUSED):
        return "refused"
    if state.startswith(_UNWRITABLE):
        return "unwritable" if is_write else "unreachable"
    return "unreachable" if state.startswith(_GONE) or _is_of_connection(error) else None


def _is_of_connection(error: DBAPIError) -> bool:
    return error.connection_invalidated or type(error).__name__ in {"OperationalError", "InterfaceError"}


def _unavailable() -> Unavailable:
    return Unavailable("database_unavailable", "The database cannot be used at the moment.", retry_after_seconds=2)


def _limit_connections(engine: Engine, limits: ConnectionLimits, *, is_sharing: bool) -> None:
    connect = make_connect(engine.dialect.loaded_dbapi.Connection, limits)

    @event.listens_for(engine, "do_connect")
    def open_limited(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        connection = connect(*arguments, **options)
        if not is_sharing:
            begin_session(connection, limits)
        return connection

    @event.listens_for(engine, "checkin")
    def limit_idle(connection: Any, _record: Any) -> None:
        if connection is None or connection.closed:
            return
        end_limits(connection, limits)
        if connection.read_only is False:
            # SQLAlchemy leaves it so behind a reader, and the next writer would overrule an operator's (or provider's)
            # default_transaction_read_only, which keeps a disk from being filled to its end.
            connection.read_only = None
