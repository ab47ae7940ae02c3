"""Counts connections and says in one line each when one opens and when it closes. Never an address, never a token."""

from __future__ import annotations

from typing import Protocol

import structlog

from app.live.story.metrics import LiveMetrics, Transport

_log = structlog.get_logger(__name__)


class LogLine(Protocol):
    """Writes a line about something that happens thousands of times a second."""

    def __call__(self, event: str, **fields: str | float) -> None: ...


class ConnectionLog:
    """One per process. `say` is the process's log unless something quicker is given."""

    def __init__(self, metrics: LiveMetrics, *, log_line: LogLine | None = None) -> None:
        self._metrics = metrics
        self._log_line: LogLine = _log.info if log_line is None else log_line

    def opened(self, transport: Transport) -> None:
        """A connection was let in."""
        self._metrics.connections[transport] += 1
        self._metrics.connections_opened[transport] += 1
        self._log_line("live connection opened", transport=transport)

    def closed(self, transport: Transport, *, reason: str, code: int, sent: int, lag: int, seconds: float) -> None:
        """It has ended: why, after how many messages of its own and how long, and how many events it was behind."""
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
