"""The connections that have sent no byte yet, with a time limit for the first."""

from __future__ import annotations

import asyncio
from typing import Protocol

from app.live.story.connection_states import ConnectionState
from app.live.story.metrics import LiveMetrics


class PendingConnection(Protocol):
    """A connection that may still become a reader's or an HTTP one."""

    transport: asyncio.Transport

    @property
    def state(self) -> ConnectionState:
        """Return the state it is counted in."""
        ...


class PendingConnections:
    """The connections that have sent no byte yet, the oldest first."""

    def __init__(self, metrics: LiveMetrics) -> None:
        self._metrics = metrics
        self._pending: dict[PendingConnection, float] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, connection: PendingConnection, *, until: float) -> None:
        """Wait for the connection's first byte until that monotonic time."""
        self._pending[connection] = until
        self._metrics.connections_by_state.add(connection)

    def remove(self, connection: PendingConnection) -> None:
        """Remove a connection that has sent a byte or closed."""
        if self._pending.pop(connection, None) is not None:
            self._metrics.connections_by_state.discard(connection)

    def tick(self, now: float) -> float:
        """Abort those whose time is up; return when to be called again."""
        for connection, until in tuple(self._pending.items()):
            if until > now:
                break
            self._metrics.connections_timed_out[ConnectionState.FIRST_BYTE] += 1
            connection.transport.abort()
        return now + 1.0

    def close(self) -> None:
        """Close all: the server stops."""
        for connection in tuple(self._pending):
            connection.transport.close()
