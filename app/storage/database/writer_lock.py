"""The lock of SQLite's one writer, in two classes: the second writes only while none of the first waits.

A newsroom's write comes before what readers send in a flood: that one waits for a moment in which no editor does.
"""

from __future__ import annotations

import threading
from time import monotonic


class WriterLock:
    """A lock in two classes: the first gets it before all of the second, whatever their order of arrival."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._is_locked = False
        self._first_waiting = 0

    def acquire(self, *, timeout: float, gives_way: bool = False) -> bool:
        """Lock, waiting at most `timeout` seconds; return whether it is ours now.

        With `gives_way` it is not taken while one without waits for it.
        """
        deadline = monotonic() + timeout
        with self._changed:
            if gives_way:
                while self._is_locked or self._first_waiting:
                    if not self._wait_until(deadline):
                        return False
            else:
                self._first_waiting += 1
                try:
                    while self._is_locked:
                        if not self._wait_until(deadline):
                            return False
                finally:
                    self._first_waiting -= 1
            self._is_locked = True
            return True

    def release(self) -> None:
        """Unlock, and wake those who wait."""
        with self._changed:
            self._is_locked = False
            self._changed.notify_all()

    def _wait_until(self, deadline: float) -> bool:
        left = deadline - monotonic()
        if left <= 0:
            # Who gives up may have been the one that others gave way to.
            self._changed.notify_all()
            return False
        self._changed.wait(left)
        return True
