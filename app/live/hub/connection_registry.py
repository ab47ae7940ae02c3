"""Everybody who is connected to this process: when each is looked after, and how they are sent away."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Protocol

import structlog

from app.live.hub.timing_wheel import SLOT_SECONDS, TimingWheel
from app.live.session.goodbyes import Goodbye

SLICE = 50
"""Connections looked after or sent away before the loop may do something else."""

_log = structlog.get_logger(__name__)


class Timed(Protocol):
    """Somebody with a deadline."""

    def tick(self, now: float) -> float | None:
        """Do what is due; the monotonic time to be called again, or None for never."""
        ...


class Connection(Timed, Protocol):
    """An open connection of a reader."""

    def dismiss(self, goodbye: Goodbye) -> None:
        """Say goodbye and end."""
        ...

    def cut(self) -> None:
        """End now."""
        ...


class ConnectionRegistry:
    """Readers' connections in the order they came, and whoever else waits for a moment. Times are monotonic."""

    def __init__(self, *, now: float) -> None:
        self._dismissed: dict[Connection, bool] = {}
        self._wheel: TimingWheel[Timed] = TimingWheel(now=now)
        self._emptied = asyncio.Event()

    def __len__(self) -> int:
        return len(self._dismissed)

    def enter(self, connection: Connection, *, due_at: float) -> None:
        """Count a connection in; it ticks once `due_at` has passed."""
        self._dismissed[connection] = False
        self._emptied.clear()
        self._wheel.schedule(connection, at=due_at)

    def leave(self, connection: Connection) -> None:
        """Count a connection out."""
        self._dismissed.pop(connection, None)
        self._wheel.cancel(connection)
        if not self._dismissed:
            self._emptied.set()

    def tick_by(self, connection: Connection, *, due_at: float) -> None:
        """Make sure the connection ticks no later than about `due_at`. Later ticks set themselves."""
        scheduled = self._wheel.scheduled_at(connection)
        if scheduled is not None and due_at + SLOT_SECONDS < scheduled:
            self._wheel.schedule(connection, at=due_at)

    def watch(self, watched: Timed, *, due_at: float) -> None:
        """Let somebody who is no reader's connection tick once, at `due_at`."""
        self._wheel.schedule(watched, at=due_at)

    def is_watched(self, watched: Timed) -> bool:
        """Whether a tick is still to come."""
        return self._wheel.scheduled_at(watched) is not None

    def unwatch(self, watched: Timed) -> None:
        """Whatever it was did happen in time."""
        self._wheel.cancel(watched)

    def tick(self, now: float) -> bool:
        """Let some of those tick whose time has come; whether there may be more of them."""
        due = self._wheel.turn(now, limit=SLICE)
        for watched in due:
            try:
                again_at = watched.tick(now)
            except Exception:  # noqa: BLE001 - or nobody else would ever get a heartbeat again
                _log.exception("live tick failed")
                continue
            if again_at is not None:
                self._wheel.schedule(watched, at=again_at)
        return len(due) == SLICE

    def shed(self, count: int, goodbye: Goodbye) -> int:
        """Send away those who came last and have not been sent away yet; how many that were.

        Who opened the page just now has read the story whole and loses least; and whoever comes back is again among
        the last, so that the same few wait, instead of everybody being interrupted in turn.
        """
        newest = (each for each, is_dismissed in reversed(self._dismissed.items()) if not is_dismissed)
        chosen = list(islice(newest, count))
        for connection in chosen:
            self._dismiss(connection, goodbye)
        return len(chosen)

    async def dismiss_all(self, goodbye: Goodbye, *, spread_seconds: float) -> None:
        """Say goodbye to everybody who is here now, a slice at a time, over `spread_seconds`."""
        connections = tuple(self._dismissed)
        slices = [connections[start : start + SLICE] for start in range(0, len(connections), SLICE)]
        for part in slices:
            for connection in part:
                self._dismiss(connection, goodbye)
            await asyncio.sleep(spread_seconds / len(slices))

    async def cut_after(self, timeout_seconds: float) -> None:
        """Wait until everybody has left, and cut whoever is still here when the time is out."""
        if self._dismissed:
            try:
                async with asyncio.timeout(timeout_seconds):
                    await self._emptied.wait()
            except TimeoutError:
                _log.warning("drain timed out", connections=len(self))
        for connection in tuple(self._dismissed):
            connection.cut()

    def _dismiss(self, connection: Connection, goodbye: Goodbye) -> None:
        if connection in self._dismissed:
            self._dismissed[connection] = True
        connection.dismiss(goodbye)
