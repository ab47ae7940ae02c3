"""The metrics of requests: plain numbers, incremented where things happen and read by `/metrics`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from app.metrics.histogram import REQUEST_BOUNDS, Histogram


@dataclass(slots=True)
class RequestMetrics:
    """Totals since the start of the process; `in_flight` alone counts the requests being answered now."""

    in_flight: int = 0
    seconds: float = 0.0
    bytes_sent: int = 0
    failures: int = 0
    """Requests in which something of ours broke."""
    by_status: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    durations: dict[str, Histogram] = field(
        default_factory=lambda: {kind: Histogram(REQUEST_BOUNDS) for kind in ("read", "write", "wait")}
    )
    """How long requests took; those of the kind `wait` are polls and streams, which take as long as nothing happens."""
