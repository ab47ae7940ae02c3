"""Counts connections and logs one line when each opens and closes. Never an address, never a token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import quote

import structlog

from app.live.story.metrics import LiveMetrics, Transport

STORY_LETTERS = 100
"""Letters of a story's id or slug in a line: what a client asks for may be anything."""

_log = structlog.get_logger(__name__)


class LogLine(Protocol):
    """Logs a line about an event that happens thousands of times a second."""

    def __call__(self, event: str, **fields: str | float) -> None: ...


class ConnectionLog:
    """One per process. `log_line` is the process's log unless a quicker one is given."""

    def __init__(self, metrics: LiveMetrics, *, log_line: LogLine | None = None) -> None:
        self._metrics = metrics
        self._log_line: LogLine = _log.info if log_line is None else log_line

    def opened(self, transport: Transport, *, stories: str) -> None:
        """Record a connection that was admitted, and the stories it asks for, as `describe_stories` returns them."""
        self._metrics.connections[transport] += 1
        self._metrics.connections_opened[transport] += 1
        self._log_line("live connection opened", transport=transport, story=stories)

    def closed(
        self, transport: Transport, *, stories: str, reason: str, code: int, sent: int, lag: int, seconds: float
    ) -> None:
        """Record its end: why, after how many messages of its own and how long, and how many events it was behind."""
        self._metrics.connections[transport] -= 1
        self._log_line(
            "live connection closed",
            transport=transport,
            story=stories,
            reason=reason,
            code=code,
            sent=sent,
            lag=lag,
            seconds=round(seconds, 3),
        )


def describe_stories(refs: Sequence[str]) -> str:
    """Name the stories of a connection for its lines: the first, as it stands in addresses, and how many more."""
    if not refs:
        return ""
    first = refs[0][:STORY_LETTERS]
    if not (first.isascii() and first.isprintable()):
        first = quote(first, safe="", errors="replace")
    return first if len(refs) == 1 else f"{first} and {len(refs) - 1} more"
