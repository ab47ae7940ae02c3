"""When to come back: the back-off that docs/protocol.md asks of every client, and which answers are final."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

MAX_BACK_OFF_SECONDS = 15.0
"""After an outage of any length everybody is back within this."""

_WORTH_ANOTHER_TRY = {408, 425, 429}


@dataclass(slots=True)
class Pace:
    """Time and chance, as a client uses them. A test passes its own."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], float] = time.monotonic
    random: Callable[[], float] = field(default=random.random)

    def within(self, begin: float, end: float) -> float:
        """Return a number drawn uniformly between two."""
        return begin + self.random() * (end - begin)


def back_off_seconds(failures: int, pace: Pace) -> float:
    """Return uniform(0, min(15 s, 0.5 s · 2ⁿ)): clients that were cut off together do not return together."""
    return pace.within(0, min(MAX_BACK_OFF_SECONDS, 0.5 * 2.0 ** min(failures, 16)))


def is_final_status(status: int) -> bool:
    """Return whether an HTTP status says that asking again is no use."""
    return 400 <= status < 500 and status not in _WORTH_ANOTHER_TRY


def is_final_code(code: int) -> bool:
    """Return whether a close code says the same."""
    return 4500 <= code < 4600


def retry_after_seconds(value: str | None) -> float | None:
    """Return what a Retry-After header of whole seconds asks for; None without one, and for no time at all."""
    if value is None or not (value.isascii() and value.isdigit()) or len(value) > 9:
        return None
    return float(value) or None
