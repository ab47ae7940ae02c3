"""Detects that this process cannot keep up, and how many readers to send away until it can. Pure."""

from __future__ import annotations

import math

SUSTAINED_SECONDS = 5.0
"""How long the lag must have lasted. A large fan-out, ten thousand pages that come at once and a machine that was
paused are all over sooner."""

CALM_SECONDS = 10.0
"""How long it must have been gone before newcomers are let in again, or they would bring it back at once."""

SHARE_PER_SECOND = 0.02
"""The share of the connections sent away each second: few enough to see in time that it was enough."""

SHARE_AT_MOST = 0.5
"""The share one overload may cost in all: if it does not help that every other reader has left, readers are not what
takes this process's time."""


class Overload:
    """The state of an overload, fed with how late the process is. `lag_seconds`: from when on it is too late; 0: never.

    All times are monotonic, in seconds.
    """

    def __init__(self, *, lag_seconds: float, now: float) -> None:
        self.is_active = False
        self._lag_seconds = lag_seconds
        self._observed_at = now
        self._late_since: float | None = None
        self._calm_since: float | None = None
        self._keep = 0

    def observe(self, lag: float, *, connections: int, now: float) -> int:
        """Record a measurement; return how many of the connections to send away now."""
        elapsed, self._observed_at = min(1.0, now - self._observed_at), now
        if self._lag_seconds == 0:
            return 0
        if not self.is_active:
            self._look_for_begin(lag, connections=connections, now=now)
            return 0
        self._look_for_end(lag, now=now)
        if lag < self._lag_seconds:
            return 0
        share = max(1, math.ceil(connections * SHARE_PER_SECOND * elapsed))
        return max(0, min(share, connections - self._keep))

    def _look_for_begin(self, lag: float, *, connections: int, now: float) -> None:
        if lag < self._lag_seconds:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = now
        elif now - self._late_since >= SUSTAINED_SECONDS:
            self.is_active = True
            self._late_since = self._calm_since = None
            self._keep = math.ceil(connections * (1 - SHARE_AT_MOST))

    def _look_for_end(self, lag: float, *, now: float) -> None:
        if lag >= self._lag_seconds / 2:
            self._calm_since = None
        elif self._calm_since is None:
            self._calm_since = now
        elif now - self._calm_since >= CALM_SECONDS:
            self.is_active = False
