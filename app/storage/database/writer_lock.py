"""The lock of SQLite's one writer, in two classes: the second writes only while none of the first waits.

A newsroom's write comes before what readers send in a flood: that one waits for a moment in which no editor does.
"""

from __future__ import annotations

import threading
from collections import deque


class WriterLock:
    """A lock in two classes: the first gets it before all of the second, and within a class who came first.

    It is handed on, never free for whoever is fastest: a thread that writes again and again would have it always.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._is_locked = False
        self._queues: tuple[deque[threading.Lock], deque[threading.Lock]] = (deque(), deque())

    @property
    def is_locked(self) -> bool:
        """Return whether anybody has it now."""
        return self._is_locked

    def acquire(self, *, timeout: float, gives_way: bool = False) -> bool:
        """Lock, waiting at most `timeout` seconds; return whether it is ours now.

        With `gives_way` it is not taken while one without waits for it.
        """
        queue = self._queues[1 if gives_way else 0]
        with self._mutex:
            if not self._is_locked:  # nobody waits either: it is handed on as long as somebody does
                self._is_locked = True
                return True
            if timeout <= 0:
                return False
            turn = threading.Lock()
            turn.acquire()
            queue.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._mutex:
            if turn not in queue:
                return True  # it was handed on at this very moment
            queue.remove(turn)
            return False

    def release(self) -> None:
        """Hand the lock on to who is next, or unlock it."""
        with self._mutex:
            for queue in self._queues:
                if queue:
                    queue.popleft().release()
                    return
            self._is_locked = False
