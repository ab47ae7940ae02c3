"""One connection of a process that reads to the one that commits: applies its frames in their order, and probes it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

import structlog

from app.brokers.known_waits import KnownWaits
from app.brokers.local_frames import (
    FRAME_LIMIT_BYTES,
    Frame,
    FrameReader,
    Kind,
    MalformedFrame,
    encode_frame,
    encode_hello,
    require_hello,
)

_log = structlog.get_logger(__name__)


class FollowingEnded(Exception):
    """The end of one connection."""


class Following(asyncio.Protocol):
    """One connection. `apply` is called with each frame; what it returns ends before its number is acknowledged.

    `on_late` is called when a wait for what is to be applied has begun to be in vain.
    """

    def __init__(
        self,
        apply: Callable[[Frame], Awaitable[None] | None],
        *,
        on_late: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float],
    ) -> None:
        self.answered_at = float("-inf")
        self._apply = apply
        self._on_late = on_late
        self._monotonic = monotonic
        self._reader = FrameReader(limit_bytes=FRAME_LIMIT_BYTES)
        self._transport: asyncio.Transport | None = None
        self._greeted = asyncio.Event()
        self._over = asyncio.Event()
        self._error: MalformedFrame | None = None
        self._is_left = False
        self._applied = 0
        self._acknowledged = -1
        self._late_until = -1
        self._waits = KnownWaits(lambda _: self._acknowledged)
        self._unfinished: dict[asyncio.Future[None], int] = {}
        self._probes: dict[int, float] = {}
        self._probe = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # a stream socket's
        transport.write(encode_hello(os.getpid()))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._over.set()

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._reader.feed(data):
                self._receive(frame)
        except MalformedFrame as error:
            self._error = error
            self._over.set()
            return
        self._acknowledge()

    @property
    def is_over(self) -> bool:
        """Return whether the connection has ended."""
        return self._transport is None or self._is_left

    async def wait_greeted(self) -> None:
        """Wait for the other side's greeting. Raises MalformedFrame for one of another version, FollowingEnded."""
        greeted = asyncio.ensure_future(self._greeted.wait())
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait([greeted, over], return_when=asyncio.FIRST_COMPLETED)
        finally:
            greeted.cancel()
            over.cancel()
        self._raise_error()
        if not self._greeted.is_set():
            raise FollowingEnded("the connection has ended before a greeting")

    async def wait_over(self, timeout_seconds: float) -> bool:
        """Wait for the connection's end; return whether it has come. Raises MalformedFrame."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._over.wait()
        self._raise_error()
        return self._over.is_set()

    async def wait_applied(self, number: int, timeout_seconds: float) -> bool:
        """Wait until everything up to that number is applied; return whether it is."""
        if self._is_late():
            return False
        if await self._waits.wait(number, timeout_seconds):
            return True
        if not self.is_over:
            if not self._is_late():
                self._on_late()
                _log.warning("applying_late", behind=number - self._acknowledged)
            self._late_until = max(self._late_until, number)
        return False

    def probe(self) -> None:
        """Send a probe, which the other side sends back."""
        if self._transport is not None:
            self._probe += 1
            self._probes[self._probe] = self._monotonic()
            self._transport.write(encode_frame(Kind.PING, number=self._probe))

    def end(self) -> None:
        """Cancel what has not ended, and wait for it no more."""
        self._is_left = True
        self._waits.end()
        for each in tuple(self._unfinished):
            each.cancel()

    def _receive(self, frame: Frame) -> None:
        if not self._greeted.is_set():
            require_hello(frame)
            self.answered_at = self._monotonic()
            self._greeted.set()
        if frame.kind == Kind.PONG:
            sent_at = self._probes.pop(frame.number, None)
            self.answered_at = max(self.answered_at, sent_at or self.answered_at)
            self._probes = {number: at for number, at in self._probes.items() if number > frame.number}
            return
        unfinished = self._apply(frame)
        self._applied = max(self._applied, frame.number)
        if unfinished is not None:
            task = asyncio.ensure_future(unfinished)
            self._unfinished[task] = frame.number
            task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Future[None]) -> None:
        del self._unfinished[task]
        log_incomplete(task)
        self._acknowledge()

    def _acknowledge(self) -> None:
        """Say up to which number everything is applied."""
        known = min(self._unfinished.values()) - 1 if self._unfinished else self._applied
        if self._transport is not None and self._greeted.is_set() and known > self._acknowledged:
            was_late, self._acknowledged = self._is_late(), known
            self._transport.write(encode_frame(Kind.KNOWN, number=known))
            self._waits.settle()
            if was_late and not self._is_late():
                _log.warning("applying_late_over")

    def _is_late(self) -> bool:
        return self._acknowledged < self._late_until

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error


def log_incomplete(task: asyncio.Future[None]) -> None:
    """Log why what was to be applied was not, or not whole."""
    if not task.cancelled() and (error := task.exception()) is not None:
        # What it was to read is read by the watches and the reconciliation, which look every second.
        _log.warning("following_incomplete", cause=str(error) or repr(error))
