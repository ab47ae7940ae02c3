"""Connections that have not said anything yet."""

from __future__ import annotations

import asyncio
from typing import Protocol


class PendingConnection(Protocol):
    """A connection that may still turn out to be anything."""

    transport: asyncio.Transport


class PendingConnections:
    """Connections that have not said anything yet, the oldest first."""

    def __init__(self) -> None:
        self._pending: dict[PendingConnection, float] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, connection: PendingConnection, *, until: float) -> None:
        """Wait for the connection's first byte."""
        self._pending[connection] = until

    def remove(self, connection: PendingConnection) -> None:
        """It has spoken, or gone."""
        self._pending.pop(connection, None)

    def tick(self, now: float) -> float:
        """Close those whose time is up; when to be called again."""
        for connection, until in tuple(self._pending.items()):
            if until > now:
                break
            connection.transport.abort()
        return now + 1.0

    def close(self) -> None:
        """Close them all: the server stops."""
        for connection in tuple(self._pending):
            connection.transport.close()
