"""A database that passes everything on to another: a test's own does one thing differently."""

from __future__ import annotations

from contextlib import AbstractContextManager

from app.metrics.histogram import Histogram
from app.storage.database.commit_listeners import CommitListener
from app.storage.database.health import DatabaseHealth
from app.storage.database.transactions import Database, ReadTransaction, WriteTransaction


class WrappedDatabase:
    """The database that it was given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def health(self) -> DatabaseHealth:
        return self._database.health

    @property
    def commits(self) -> Histogram:
        return self._database.commits

    def count_connections(self) -> tuple[int, int]:
        return self._database.count_connections()

    def transaction(self, *, gives_way: bool = False) -> AbstractContextManager[WriteTransaction]:
        return self._database.transaction(gives_way=gives_way)

    def snapshot(self) -> AbstractContextManager[ReadTransaction]:
        return self._database.snapshot()

    def subscribe(self, listener: CommitListener) -> None:
        self._database.subscribe(listener)

    def checkpoint(self) -> None:
        self._database.checkpoint()

    def scrub(self) -> bool:
        return self._database.scrub()

    def close(self) -> None:
        self._database.close()
