"""The counters of live: plain integers, raised where things happen and read by `/metrics`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from app.live.story.connection_states import ConnectionsByState, ConnectionState
from app.live.story.packets import Framing
from app.metrics.histogram import DELIVERY_BOUNDS, Histogram

Transport = Literal["websocket", "sse"]

REFUSED_WITH = (400, 404, 408, 410, 426, 429, 431, 503)
"""The statuses a connection is refused with before it is a reader's."""


@dataclass(slots=True)
class LiveMetrics:
    """Totals since the start, and what is now: `connections`, those by state, those slow, and `waiting_polls`.

    `connections_timed_out` were ended by the time limit of their state. `lag_seconds` is how late the loop or a fan-out
    was when it was last looked at, `overloaded` 1 while readers are turned away for it. `fan_outs` took
    `fan_out_seconds` together; `deliveries` are from a commit of this process to the last reader who was up to
    date, for fan-outs that had one. `/metrics` shows the fields by their
    names, but for these three.
    """

    connections: dict[Transport, int] = field(default_factory=lambda: {"websocket": 0, "sse": 0})
    connections_opened: dict[Transport, int] = field(default_factory=lambda: {"websocket": 0, "sse": 0})
    connections_by_state: ConnectionsByState = field(default_factory=ConnectionsByState)
    connections_timed_out: dict[ConnectionState, int] = field(default_factory=lambda: dict.fromkeys(ConnectionState, 0))
    connections_stalled: int = 0
    connections_slow: int = 0
    connections_shed: int = 0
    lag_seconds: float = 0.0
    overloaded: int = 0
    refusals: Counter[int] = field(default_factory=lambda: Counter(dict.fromkeys(REFUSED_WITH, 0)))
    waiting_polls: int = 0
    announcements: int = 0
    announcements_heard: int = 0
    heads_heard: int = 0
    events_accepted: int = 0
    messages_sent: int = 0
    bytes_written: Counter[Framing] = field(default_factory=lambda: Counter(dict.fromkeys(Framing, 0)))
    fan_outs: int = 0
    fan_out_seconds: float = 0.0
    deliveries: Histogram = field(default_factory=lambda: Histogram(DELIVERY_BOUNDS))
    resumes: dict[str, int] = field(default_factory=lambda: {"live": 0, "exact": 0, "snapshot": 0, "reset": 0})
    resumes_from_ring: int = 0
    reads_shared: int = 0
    reads_changes: int = 0
    reads_snapshot: int = 0
    reads_find: int = 0
    reads_failed: int = 0
    gaps: int = 0
    resets: int = 0
    reconciles: int = 0
    reconciles_failed: int = 0
