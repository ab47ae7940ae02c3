"""The time each token was used last: recorded in memory with every call, written together once a minute."""

from __future__ import annotations

from threading import Lock

from app.domain.clock import Micros
from app.storage.database.transactions import Database
from app.storage.newsroom.people import update_last_used


class TokenUsage:
    """The uses that one process has seen. A call costs an entry in a dictionary, never a write."""

    def __init__(self) -> None:
        self._recorded: dict[str, Micros] = {}
        self._lock = Lock()

    def record(self, token: str, at: Micros) -> None:
        """Record that the token was used."""
        with self._lock:
            self._recorded[token] = at

    def last_used_at(self, token: str) -> Micros | None:
        """Return when the token was used last, or None if that has been written."""
        return self._recorded.get(token)

    def write(self, database: Database) -> None:
        """Write what was recorded since the last write, in one transaction. What cannot be written is kept."""
        with self._lock:
            recorded, self._recorded = self._recorded, {}
        if not recorded:
            return
        try:
            with database.transaction() as tx:
                update_last_used(tx, recorded)
        except BaseException:
            with self._lock:
                self._recorded = {**recorded, **self._recorded}
            raise
