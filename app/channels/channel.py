"""The channel protocol: short messages from each process to all others, on which nothing that is right may depend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

PROBE_SECONDS = 1.0
"""How often a probe is sent, which has to come back: that a connection is open does not say that anything arrives."""
DEAF_SECONDS = 3.0
"""A probe that is not back by then tells of a connection that hears nothing: another is opened."""
RECONNECT_SECONDS = (0.1, 1.0)
"""The shortest and the longest pause before the next attempt, at random, so that processes do not come together."""


class Deaf(Exception):
    """No probe came back in time."""

    def __init__(self) -> None:
        super().__init__(f"nothing that was sent came back for {DEAF_SECONDS:g} seconds")


class Channel(Protocol):
    """A channel of short messages between processes, which may lose, double, delay and reorder them."""

    @property
    def is_connected(self) -> bool:
        """Return whether what is sent arrives."""
        ...

    @property
    def lost(self) -> int:
        """Count the messages that were dropped unsent."""
        ...

    def start(self) -> None:
        """Begin to listen. Call on the event loop."""
        ...

    def wait_connected(self, timeout_seconds: float) -> bool:
        """Wait until it is connected, not longer than this. Blocks: not for the event loop."""
        ...

    def stop(self, *, within_seconds: float) -> None:
        """End. Blocks so long at most: not for the event loop."""
        ...

    def send(self, key: str, message: bytes) -> None:
        """Send a message to all other processes; one of the same key that still waits is replaced. Never waits."""
        ...


OnMessage = Callable[[bytes], None]
"""Called in any thread with what other processes have sent, or whoever else can."""

OpenChannel = Callable[[OnMessage], Channel]
"""Makes a channel that calls the given function."""
