"""PostgreSQL, through psycopg 3: many processes may share one database."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.domain.errors import Unavailable
from app.storage.database.commit_listeners import Commit, CommitListener, CommitListeners
from app.storage.database.transactions import ReadTransaction, WriteTransaction

POOL_SIZE = 12
CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 30_000
"""No statement of ours takes longer; one that does is stuck, and must not keep a story locked for ever."""


class PostgresDatabase:
    """A PostgreSQL database. Use cases lock story rows; the process has no lock of its own around writes."""

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        self._listeners = CommitListeners()
        self._is_closed = False
        self._returning = threading.Lock()
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            pool_timeout=CONNECT_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c lock_timeout={STATEMENT_MILLISECONDS}"
                " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
            },
        )
        self._engine = engine
        self._writers = engine.execution_options(isolation_level="READ COMMITTED")
        self._readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def transaction(self) -> Generator[WriteTransaction]:
        with _unavailable_when_gone(), self._connected(self._writers) as connection, connection.begin():
            tx = WriteTransaction(connection)
            yield tx
        self._listeners.notify(Commit(tuple(tx.announcements), tx.is_audited))

    @contextmanager
    def snapshot(self) -> Generator[ReadTransaction]:
        with _unavailable_when_gone(), self._connected(self._readers) as connection, connection.begin():
            yield ReadTransaction(connection)

    def subscribe(self, listener: CommitListener) -> None:
        self._listeners.subscribe(listener)

    def checkpoint(self) -> None:
        """Do nothing: PostgreSQL checkpoints by itself."""

    def close(self) -> None:
        with self._returning:
            self._is_closed = True
            self._engine.dispose()

    @contextmanager
    def _connected(self, engine: Engine) -> Generator[Connection]:
        connection = engine.connect()
        try:
            yield connection
        finally:
            with self._returning:
                if self._is_closed and not connection.invalidated:
                    connection.detach()  # its pool is disposed of: returned there it would stay open for good
                connection.close()


@contextmanager
def _unavailable_when_gone() -> Generator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Unavailable(
            "database_unavailable", "The database cannot be used at the moment.", retry_after_seconds=2
        ) from error
