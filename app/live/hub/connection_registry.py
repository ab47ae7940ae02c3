"""The registry of the readers' connections of this process: their timers, and how they are dismissed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Protocol

import structlog

from app.live.hub.timing_wheel import SLOT_SECONDS, TimingWheel
from app.live.session.goodbyes import Goodbye

SLICE = 50
"""Connections ticked or dismissed before the loop may do something else."""

_log = structlog.get_logger(__name__)


class Timed(Protocol):
    """An object with a deadline."""

    def tick(self, now: float) -> float | None:
        """Do what is due; return the monotonic time to be called again, or None for never."""
        ...


class ReaderConnection(Timed, Protocol):
    """An open connection of a reader, on any transport."""

    def dismiss(self, goodbye: Goodbye) -> None:
        """Send the goodbye, then close."""
        ...

    def cut(self) -> None:
        """Close now."""
        ...


class ConnectionRegistry:
    """Readers' connections in the order they came, and the timers of other connections. Times are monotonic."""

    def __init__(self, *, now: float) -> None:
        self._dismissed: dict[ReaderConnection, bool] = {}
        self._wheel: TimingWheel[Timed] = TimingWheel(now=now)
        self._emptied = asyncio.Event()

    def __len__(self) -> int:
        return len(self._dismissed)

    def __iter__(self) -> Iterator[ReaderConnection]:
        return iter(tuple(self._dismissed))

    def add(self, connection: ReaderConnection, *, due_at: float) -> None:
        """Add a connection; it ticks once `due_at` has passed."""
        self._dismissed[connection] = False
        self._emptied.clear()
        self._wheel.schedule(connection, at=due_at)

    def remove(self, connection: ReaderConnection) -> None:
        """Remove a connection."""
        self._dismissed.pop(connection, None)
        self._wheel.cancel(connection)
        if not self._dismissed:
            self._emptied.set()

    def tick_by(self, connection: ReaderConnection, *, due_at: float) -> None:
        """Bring the connection's next tick forward to about `due_at`. Later ticks set themselves."""
        scheduled = self._wheel.scheduled_at(connection)
        if scheduled is not None and due_at + SLOT_SECONDS < scheduled:
            self._wheel.schedule(connection, at=due_at)

    def watch(self, watched: Timed, *, due_at: float) -> None:
        """Let an object that is no reader's connection tick once, at `due_at`."""
        self._wheel.schedule(watched, at=due_at)

    def unwatch(self, watched: Timed) -> None:
        """Cancel the tick: what was waited for happened in time."""
        self._wheel.cancel(watched)

    def tick(self, now: float) -> bool:
        """Tick a slice of those whose time has come; return whether there may be more of them."""
        due = self._wheel.turn(now, limit=SLICE)
        for watched in due:
            try:
                again_at = watched.tick(now)
            except Exception:  # noqa: BLE001 - or no other connection would get a heartbeat again
                _log.exception("live tick failed")
                continue
            if again_at is not None:
                self._wheel.schedule(watched, at=again_at)
        return len(due) == SLICE

    def shed(self, count: int, goodbye: Goodbye) -> int:
        """Dismiss the newest `count` connections that are not dismissed yet; return how many those were.

        A reader who opened the page just now has read the story whole and loses least; and one who comes back is again
        among the newest, so that the same few wait, instead of all being interrupted in turn.
        """
        newest = (each for each, is_dismissed in reversed(self._dismissed.items()) if not is_dismissed)
        chosen = list(islice(newest, count))
        for connection in chosen:
            self._dismiss(connection, goodbye)
        return len(chosen)

    async def dismiss_all(self, goodbye: Goodbye, *, spread_seconds: float) -> None:
        """Dismiss all present connections, a slice at a time, over `spread_seconds`; sooner if nobody is left."""
        connections = tuple(self._dismissed)
        slices = [connections[start : start + SLICE] for start in range(0, len(connections), SLICE)]
        for number, part in enumerate(slices, start=1):
            for connection in part:
                self._dismiss(connection, goodbye)
            if number < len(slices):  # after the last there is nobody to wait for
                await self._pause_while_connected(spread_seconds / (len(slices) - 1))

    async def _pause_while_connected(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._emptied.wait()

    async def cut_after(self, timeout_seconds: float) -> None:
        """Wait until all connections have closed, and cut those that are left when the time is out."""
        if self._dismissed:
            try:
                async with asyncio.timeout(timeout_seconds):
                    await self._emptied.wait()
            except TimeoutError:
                _log.warning("drain timed out", connections=len(self))
        for connection in tuple(self._dismissed):
            connection.cut()

    def _dismiss(self, connection: ReaderConnection, goodbye: Goodbye) -> None:
        if connection in self._dismissed:
            self._dismissed[connection] = True
        connection.dismiss(goodbye)
