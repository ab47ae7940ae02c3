"""Probes of a channel: messages to oneself, which show whether what is sent is heard."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.channels.channel import DEAF_SECONDS, PROBE_SECONDS, Deaf

PROBE = b"probe "
"""What the message of a probe begins with."""


class Probes:
    """The probes of one process, all used by the one thread that serves the channel but for `is_heard` and `wait`."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._sent: dict[bytes, float] = {}
        self._answered_at = 0.0
        self._next_at = 0.0
        self._is_heard = threading.Event()

    @property
    def is_heard(self) -> bool:
        """Return whether a probe of the last seconds came back."""
        return self._is_heard.is_set() and self._monotonic() - self._answered_at <= DEAF_SECONDS

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until one came back, not longer than this. Blocks."""
        return self._is_heard.wait(timeout_seconds)

    def begin(self) -> None:
        """Begin with a new connection, which has its time until the first probe is back."""
        self._answered_at = self._next_at = self._monotonic()
        self._sent = {}

    def end(self) -> None:
        """End with a connection: nothing is heard until a probe on the next one comes back."""
        self._is_heard.clear()

    @property
    def pause_seconds(self) -> float:
        """Return how long until the next probe is due."""
        return max(0.0, self._next_at - self._monotonic())

    def require_heard(self) -> None:
        """Raise Deaf if none has come back for too long. Call once all that has arrived was heard."""
        if self._monotonic() - self._answered_at > DEAF_SECONDS:
            raise Deaf

    def take_due(self) -> bytes | None:
        """Return the probe that is to be sent now, if one is."""
        now = self._monotonic()
        if now < self._next_at:
            return None
        self._next_at = now + PROBE_SECONDS
        self._sent = {probe: at for probe, at in self._sent.items() if now - at <= DEAF_SECONDS}
        probe = PROBE + str(now).encode()
        self._sent[probe] = now
        return probe

    def hear(self, message: bytes) -> bool:
        """Record a message that came back to its sender; return whether it was a probe that was waited for."""
        sent_at = self._sent.pop(message, None)
        if sent_at is None:
            return False
        self._answered_at = sent_at
        self._is_heard.set()
        return True
