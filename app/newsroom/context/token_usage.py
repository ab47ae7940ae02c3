"""When each token was used last: noted in memory with every call, written together once a minute."""

from __future__ import annotations

from threading import Lock

from app.domain.clock import Micros
from app.storage.database.transactions import Database
from app.storage.newsroom.people import update_last_used


class TokenUsage:
    """What one process has seen. A call costs an entry in a dictionary, never a write."""

    def __init__(self) -> None:
        self._noted: dict[str, Micros] = {}
        self._lock = Lock()

    def note(self, token: str, at: Micros) -> None:
        """The token was used."""
        with self._lock:
            self._noted[token] = at

    def last(self, token: str) -> Micros | None:
        """When it was used last, if that has not been written yet."""
        return self._noted.get(token)

    def write(self, database: Database) -> None:
        """Write what was noted since the last time, in one transaction. What cannot be written is kept."""
        with self._lock:
            noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            with database.transaction() as tx:
                update_last_used(tx, noted)
        except BaseException:
            with self._lock:
                self._noted = {**noted, **self._noted}
            raise
