"""A rate limit: a bucket of tokens that refills with time."""

from __future__ import annotations


class RateLimit:
    """Permits at most `per_second` messages a second on average, and as many at once."""

    __slots__ = ("_left", "_per_second", "_updated_at")

    def __init__(self, *, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._left = per_second
        self._updated_at = now

    def spend(self, now: float) -> bool:
        """Spend one token; return False when none is left. `now` is monotonic, in seconds."""
        self._left = min(self._per_second, self._left + (now - self._updated_at) * self._per_second)
        self._updated_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
