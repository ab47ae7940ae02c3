"""A database whose reads a test can count, delay and refuse."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from app.domain.errors import Unavailable
from app.storage.database.transactions import Database, ReadTransaction
from tests.storage.wrapped_database import WrappedDatabase


class CountingDatabase(WrappedDatabase):
    """The database, with its snapshots counted; they wait while `gate` is closed and fail while `is_away`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.snapshots = 0
        self.is_away = False
        self.gate = threading.Event()
        self.gate.set()

    @contextmanager
    def snapshot(self) -> Generator[ReadTransaction]:
        self.snapshots += 1
        assert self.gate.wait(20)
        if self.is_away:
            raise Unavailable("database_unavailable", "Away.", retry_after_seconds=1)
        with self._database.snapshot() as tx:
            yield tx
