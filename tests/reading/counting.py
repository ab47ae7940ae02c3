"""A database whose reads a test can count, delay and refuse."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from app.domain.errors import Unavailable
from app.storage.database.commit_listeners import CommitListener
from app.storage.database.health import DatabaseHealth
from app.storage.database.transactions import Database, ReadTransaction, WriteTransaction


class CountingDatabase:
    """The database, with its snapshots counted; they wait while `gate` is closed and fail while `is_away`."""

    def __init__(self, database: Database) -> None:
        self.snapshots = 0
        self.is_away = False
        self.gate = threading.Event()
        self.gate.set()
        self._database = database

    @property
    def health(self) -> DatabaseHealth:
        return self._database.health

    @contextmanager
    def snapshot(self) -> Generator[ReadTransaction]:
        self.snapshots += 1
        assert self.gate.wait(20)
        if self.is_away:
            raise Unavailable("database_unavailable", "Away.", retry_after_seconds=1)
        with self._database.snapshot() as tx:
            yield tx

    @contextmanager
    def transaction(self) -> Generator[WriteTransaction]:
        with self._database.transaction() as tx:
            yield tx

    def subscribe(self, listener: CommitListener) -> None:
        self._database.subscribe(listener)

    def checkpoint(self) -> None:
        self._database.checkpoint()

    def scrub(self) -> bool:
        return self._database.scrub()

    def close(self) -> None:
        self._database.close()
