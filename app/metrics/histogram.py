"""Histograms of durations, in the form in which Prometheus adds them up over processes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

REQUEST_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds for what a client waits for: a read from memory takes a fraction of a millisecond, a write some."""
COMMIT_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Upper bounds for what waits for a disk; no transaction takes longer than 20 seconds."""
DELIVERY_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds from a commit to the last reader."""
LATENESS_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 600.0)
"""Upper bounds for how late the clock's own work is done: half a second is as intended, a minute is an outage."""


class Histogram:
    """Counts durations in seconds by the smallest of its `bounds` that is not less, and adds them up.

    Not locked: call `observe` from one thread, or under a lock that all callers share. Reading is safe from any.
    """

    __slots__ = ("_counts", "bounds", "total_seconds")

    def __init__(self, bounds: Sequence[float]) -> None:
        """Begin with nothing counted. `bounds` are in seconds and ascend; what is above the last is counted, too."""
        self.bounds = tuple(bounds)
        self.total_seconds = 0.0
        self._counts = [0] * (len(self.bounds) + 1)

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self._counts[bisect_left(self.bounds, seconds)] += 1
        self.total_seconds += seconds

    def cumulative(self) -> list[int]:
        """Return for each bound how many were not longer, and at the end how many there were."""
        return list(accumulate(self._counts))
