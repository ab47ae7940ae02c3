"""Messages that wait to be sent: bounded, each key once, the oldest dropped where there is no room or they are old."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

WAITING_LIMIT = 10_000
WAITING_LIMIT_BYTES = 16 * 1024 * 1024
"""Messages that may wait while what carries them is away; what is dropped beyond that is found in the tables."""
KEPT_SECONDS = 10.0
"""A message that has waited longer is dropped: others have looked into the tables since, and take nothing signed that
is fifteen seconds old."""


class WaitingMessages:
    """A queue for many threads that put and one that takes. `lost` counts what was dropped, or reported as lost."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.lost = 0
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._waiting: dict[str, bytes] = {}
        self._since: dict[str, float] = {}
        self._taken_since: dict[str, float] = {}
        self._size = 0

    def put(self, key: str, message: bytes) -> None:
        """Let a message wait, in the place of one of the same key. Never blocks for longer than another `put`."""
        with self._lock:
            self._drop(key)
            self._append(key, message, self._monotonic())

    def take(self) -> dict[str, bytes]:
        """Return all that waits and is not too old, the oldest first, and wait for none of it any more."""
        with self._lock:
            waiting, self._waiting, self._size = self._waiting, {}, 0
            self._taken_since, self._since = self._since, {}
        oldest = self._monotonic() - KEPT_SECONDS
        taken = {key: message for key, message in waiting.items() if self._taken_since[key] >= oldest}
        self.lost += len(waiting) - len(taken)
        return taken

    def put_back(self, taken: dict[str, bytes]) -> None:
        """Let messages wait again, before those that have come since; one of the same key is the newer.

        They are those that were taken last, and as old as they were.
        """
        with self._lock:
            newer, self._waiting, self._size = self._waiting, {}, 0
            since = self._taken_since | self._since
            for key, message in {**{k: m for k, m in taken.items() if k not in newer}, **newer}.items():
                self._append(key, message, since[key])

    def _append(self, key: str, message: bytes, since: float) -> None:
        self._waiting[key] = message
        self._since[key] = since
        self._size += len(message)
        while len(self._waiting) > WAITING_LIMIT or (self._size > WAITING_LIMIT_BYTES and len(self._waiting) > 1):
            self._drop(next(iter(self._waiting)))
            self.lost += 1

    def _drop(self, key: str) -> None:
        message = self._waiting.pop(key, None)
        if message is not None:
            del self._since[key]
            self._size -= len(message)
