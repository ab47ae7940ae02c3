"""What the portable shells share: run one session against the hub, one write at a time.

The shell's coroutine is the only writer. It pulls a step, writes it, and sleeps until the story, the peer or the
clock wakes it. A peer that reads slowly only delays the next pull.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog

from app.live.effects import Answer, Ask, Close
from app.live.hub import Hub
from app.live.metrics import Transport
from app.live.packets import Message
from app.live.place import Opening, Place
from app.live.session import Session
from app.wire.close_codes import ABNORMAL, GOING_AWAY
from app.wire.encoding import BodyVariant

STALL_SECONDS = 30.0
"""A write that makes no progress for so long is given up: the reader resumes from its cursor when it can read."""

Write = Callable[[Sequence[Message]], Awaitable[None]]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Left:
    reason: str
    code: int


class Connection:
    """One open connection. Use as a context manager: it is counted, logged, and detached from its stories."""

    def __init__(self, hub: Hub, *, transport: Transport, variant: BodyVariant, sole: bool) -> None:
        self._hub = hub
        self._transport: Transport = transport
        self._awake = asyncio.Event()
        self._task = asyncio.current_task()
        self._writing_since: float | None = None
        self._left: _Left | None = None
        self._opened_at = hub.moment().seconds
        self._sent = 0
        self.session = Session(
            variant=variant,
            heartbeat_seconds=hub.heartbeat_seconds,
            sole=sole,
            metrics=hub.metrics,
            wake=self._awake.set,
            now=hub.moment(),
        )

    def __enter__(self) -> Self:
        metrics = self._hub.metrics
        metrics.connections[self._transport] += 1
        metrics.connections_opened[self._transport] += 1
        self._hub.enter(self, due_at=self.session.due_at())
        _log.info("live connection opened", transport=self._transport)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lag = self.session.lag()
        self.session.end()
        self._hub.leave(self)
        self._hub.metrics.connections[self._transport] -= 1
        left = self._left or _Left("cancelled", GOING_AWAY.code)
        _log.info(
            "live connection closed",
            transport=self._transport,
            reason=left.reason,
            code=left.code,
            sent=self._sent,
            lag=lag,
            seconds=round(self._hub.moment().seconds - self._opened_at, 3),
        )

    async def run(self, write: Write) -> Close | None:
        """Serve until the session ends, or the peer does (None). `write` returns when the peer's buffer has room."""
        close: Close | None = None
        try:
            while self._left is None:
                self._awake.clear()
                step = self.session.pull(self._hub.moment())
                for asker, ask in step.asks:
                    self._ask(asker, ask)
                if step.writes:
                    await self._write(write, step.writes)
                elif step.close is None:
                    await self._awake.wait()
                if step.close is not None and self._left is None:
                    close = step.close
                    self.left(close.reason, code=close.code.code)
        except asyncio.CancelledError:
            if self._left is None or self._task is None or self._task.uncancel() > 0:
                raise
        return close

    def receive(self, data: str | bytes) -> None:
        """Give the session a message of the peer."""
        self.session.receive(data, self._hub.moment())
        self._awake.set()

    def left(self, reason: str, *, code: int = ABNORMAL.code) -> None:
        """The connection has ended; the first reason counts."""
        if self._left is None:
            self._left = _Left(reason, code)
        self._awake.set()

    def tick(self, now: float) -> float:
        """Wake for a heartbeat or a retry; give up a write that stalls."""
        if self._writing_since is not None:
            if now - self._writing_since >= STALL_SECONDS:
                self._hub.metrics.connections_stalled += 1
                self._give_up("no write progress")
            return self._writing_since + STALL_SECONDS
        due_at = self.session.due_at()
        if due_at <= now:
            self._awake.set()
            return now + self._hub.heartbeat_seconds
        return due_at

    def drain(self, reconnect_after_ms: tuple[int, int]) -> None:
        """Say goodbye and end."""
        self.session.drain(reconnect_after_ms)

    def cut(self) -> None:
        """End now, without a goodbye."""
        self._give_up("cut at the end of the drain")

    def _give_up(self, reason: str) -> None:
        if self._left is None and self._task is not None:
            self._left = _Left(reason, ABNORMAL.code)
            self._task.cancel()

    async def _write(self, write: Write, messages: Sequence[Message]) -> None:
        self._writing_since = self._hub.moment().seconds
        self._hub.tick_by(self, due_at=self._writing_since + STALL_SECONDS)
        await write(messages)
        self._writing_since = None
        self._sent += len(messages)
        self._hub.metrics.messages_sent += len(messages)
        self._hub.tick_by(self, due_at=self.session.due_at())

    def _ask(self, asker: Place | Opening, ask: Ask) -> None:
        def answered(task: asyncio.Task[Answer]) -> None:
            if not task.cancelled():
                self.session.answer(asker, ask, task.result(), self._hub.moment())
                self._hub.tick_by(self, due_at=self.session.due_at())
                self._awake.set()

        self._hub.fetch(ask).add_done_callback(answered)
