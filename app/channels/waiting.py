"""Messages that wait to be sent: bounded, each key once, the oldest dropped where there is no room."""

from __future__ import annotations

import threading

WAITING_LIMIT = 10_000
WAITING_LIMIT_BYTES = 16 * 1024 * 1024
"""Messages that may wait while what carries them is away; what is dropped beyond that is found in the tables."""


class WaitingMessages:
    """A queue for many threads that put and one that takes. `lost` counts what was dropped, or reported as lost."""

    def __init__(self) -> None:
        self.lost = 0
        self._lock = threading.Lock()
        self._waiting: dict[str, bytes] = {}
        self._size = 0

    def put(self, key: str, message: bytes) -> None:
        """Let a message wait, in the place of one of the same key. Never blocks for longer than another `put`."""
        with self._lock:
            self._drop(key)
            self._append(key, message)

    def take(self) -> dict[str, bytes]:
        """Return all that waits, the oldest first, and wait for none of it any more."""
        with self._lock:
            taken, self._waiting, self._size = self._waiting, {}, 0
        return taken

    def put_back(self, taken: dict[str, bytes]) -> None:
        """Let messages wait again, before those that have come since; one of the same key is the newer."""
        with self._lock:
            newer, self._waiting, self._size = self._waiting, {}, 0
            for key, message in {**{k: m for k, m in taken.items() if k not in newer}, **newer}.items():
                self._append(key, message)

    def _append(self, key: str, message: bytes) -> None:
        self._waiting[key] = message
        self._size += len(message)
        while len(self._waiting) > WAITING_LIMIT or (self._size > WAITING_LIMIT_BYTES and len(self._waiting) > 1):
            self._drop(next(iter(self._waiting)))
            self.lost += 1

    def _drop(self, key: str) -> None:
        message = self._waiting.pop(key, None)
        if message is not None:
            self._size -= len(message)
