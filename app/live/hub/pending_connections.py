"""Connections that have not said anything yet."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Silent(Protocol):
    """A connection that may still turn out to be anything."""

    transport: asyncio.Transport


class Waiting:
    """Connections that have not said anything yet, the oldest first."""

    def __init__(self) -> None:
        self._silent: dict[Silent, float] = {}

    def __len__(self) -> int:
        return len(self._silent)

    def add(self, silent: Silent, *, until: float) -> None:
        """Wait for the connection's first byte."""
        self._silent[silent] = until

    def remove(self, silent: Silent) -> None:
        """It has spoken, or gone."""
        self._silent.pop(silent, None)

    def tick(self, now: float) -> float:
        """Close those whose time is up; when to be called again."""
        for silent, until in tuple(self._silent.items()):
            if until > now:
                break
            silent.transport.abort()
        return now + 1.0

    def close(self) -> None:
        """Close them all: the server stops."""
        for silent in tuple(self._silent):
            silent.transport.close()
