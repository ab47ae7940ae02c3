"""When a reader's page connects again: the rules of app/web/static/client.js and transport_choice.js.

tests/benchmarks/test_simulated_clients.py runs those beside these, and compares when and by what each tries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

TRANSPORTS = ("websocket", "sse", "poll")
FIRST_WORD_SECONDS = 15.0
"""A connection on which nothing was heard by then is given up."""
STEADY_SECONDS = 10.0
SILENT_TRIES = 2
WATCHDOG_HEARTBEATS = 2.2
"""A connection that has been silent for so many heartbeats is given up."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """The rule of the waits, in seconds: uniform(0, once) after a connection that lasted, as those of a crowd have.

    Else uniform(0, min(most, first · 2ⁿ)).
    """

    once: float = 2.0
    first: float = 0.5
    most: float = 15.0

    def seconds(self, failures: int, random: Callable[[], float]) -> float:
        """Return the wait after so many failures in a row; none: the connection had lasted."""
        return random() * (min(self.most, self.first * 2.0 ** min(failures - 1, 16)) if failures else self.once)


PRESENT = BackOff()
"""The rule in use."""


class Client:
    """One reader's page. Times are seconds on any clock that only goes on."""

    __slots__ = ("_attempt", "_back_off", "_silent", "_transport")

    def __init__(self, back_off: BackOff = PRESENT) -> None:
        self._back_off = back_off
        self._attempt = 0
        self._silent = 0
        self._transport = 0

    @property
    def transport(self) -> str:
        """Return the name of the transport that is tried next."""
        return TRANSPORTS[self._transport]

    def heard(self) -> bool:
        """Record a connection's first word; return whether the best transport is tried beside it at once."""
        if self._transport == 0:
            self._silent = 0
            return False
        return True

    def took_over(self) -> None:
        """Record that the best transport serves in the place of a lesser one."""
        self._transport = self._silent = 0

    def closed(self, random: Callable[[], float], *, heard: bool, lived: float = 0.0) -> float:
        """Record the end of a connection without a goodbye; return the seconds until the next try."""
        self._attempt = 0 if heard and lived >= STEADY_SECONDS else self._attempt + 1
        self._silent = 0 if heard else self._silent + 1
        if self._silent == SILENT_TRIES:
            self._silent = 0
            self._transport = (self._transport + 1) % len(TRANSPORTS)
        return self._back_off.seconds(self._attempt, random)
