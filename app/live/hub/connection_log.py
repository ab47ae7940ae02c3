"""Counts connections and logs one line when each opens and closes. Never an address, never a token."""

from __future__ import annotations

from typing import Protocol

import structlog

from app.live.story.metrics import LiveMetrics, Transport

_log = structlog.get_logger(__name__)


class LogLine(Protocol):
    """Logs a line about an event that happens thousands of times a second."""

    def __call__(self, event: str, **fields: str | float) -> None: ...


class ConnectionLog:
    """One per process. `log_line` is the process's log unless a quicker one is given."""

    def __init__(self, metrics: LiveMetrics, *, log_line: LogLine | None = None) -> None:
        self._metrics = metrics
        self._log_line: LogLine = _log.info if log_line is None else log_line

    def opened(self, transport: Transport) -> None:
        """Record a connection that was admitted."""
        self._metrics.connections[transport] += 1
        self._metrics.connections_opened[transport] += 1
        self._log_line("live connection opened", transport=transport)

    def closed(self, transport: Transport, *, reason: str, code: int, sent: int, lag: int, seconds: float) -> None:
        """Record its end: why, after how many messages of its own and how long, and how many events it was behind."""
        self._metrics.connections[transport] -= 1
        self._log_line(
            "live connection closed",
            transport=transport,
            reason=reason,
            code=code,
            sent=sent,
            lag=lag,
            seconds=round(seconds, 3),
        )
