"""The portable shells' common connection: runs one session against the hub, one write at a time.

The shell's coroutine is the only writer. It pulls a step, writes it, and sleeps until the story, the peer or the
clock wakes it. A peer that reads slowly only delays the next pull.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from app.live.hub.connection_log import describe_stories
from app.live.hub.hub import Hub
from app.live.session.effects import Answer, Ask, Close
from app.live.session.goodbyes import Goodbye
from app.live.session.session import Session
from app.live.session.subscription import PendingSubscription, Subscription
from app.live.story.metrics import Transport
from app.live.story.packets import Message
from app.wire.close_codes import ABNORMAL, GOING_AWAY
from app.wire.encoding import BodyVariant

SLOWEST_BYTES_PER_SECOND = 4096
"""A write is given up after the time a peer may stall and the time its bytes take at this pace: an ASGI server does
not report progress, and a snapshot of a megabyte must reach a reader on a bad line."""

Write = Callable[[Sequence[Message]], Awaitable[None]]
Finish = Callable[[Close], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Left:
    reason: str
    code: int


class PortableConnection:
    """One open connection. Use as a context manager: it is counted, logged, and detached from its stories."""

    def __init__(
        self, hub: Hub, *, transport: Transport, variant: BodyVariant, sole: bool, stories: Sequence[str] = ()
    ) -> None:
        """`stories` are those asked for at the start, for the log."""
        self._hub = hub
        self._asked_for = describe_stories(stories)
        self._transport: Transport = transport
        self._awake = asyncio.Event()
        self._task = asyncio.current_task()
        self._gives_up_at: float | None = None
        self._unsent_bytes = 0
        self._has_given_up = False
        self._left: _Left | None = None
        now = hub.read_clocks()
        self._opened_at = now.seconds
        self._sent = 0
        self.session = Session(
            variant=variant,
            heartbeat_seconds=hub.heartbeat_seconds,
            limits=hub.limits,
            sole=sole,
            ended_seconds=hub.limits.ended_socket_seconds if transport == "websocket" else 0.0,
            metrics=hub.metrics,
            wake=self._awake.set,
            hello=hub.hello(now),
            now=now,
        )

    def __enter__(self) -> Self:
        self._hub.connections.add(self, due_at=self.session.due_at())
        self._hub.connection_log.opened(self._transport, stories=self._asked_for)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lag, stories = self.session.lag(), describe_stories(self.session.story_refs())
        self.session.end()
        self._hub.connections.remove(self)
        left = self._left or _Left("cancelled", GOING_AWAY.code)
        seconds = self._hub.read_clocks().seconds - self._opened_at
        self._hub.connection_log.closed(
            self._transport,
            stories=stories,
            reason=left.reason,
            code=left.code,
            sent=self._sent,
            lag=lag,
            seconds=seconds,
        )

    async def run(self, write: Write, finish: Finish) -> None:
        """Serve until the session ends (then `finish`), or the peer does. `write` waits for room in the buffer."""
        try:
            close = await self._serve(write)
            if close is not None:
                self._expect_progress(0)
                await finish(close)
        except OSError:
            self.leave("peer lost")
        except asyncio.CancelledError:
            if not self._has_given_up or self._task is None or self._task.uncancel() > 0:
                raise

    def receive(self, data: str | bytes) -> None:
        """Pass a message of the peer to the session."""
        self.session.receive(data, self._hub.read_clocks())
        self._awake.set()

    def leave(self, reason: str, *, code: int = ABNORMAL.code) -> None:
        """Record that the connection has ended; the first reason counts."""
        if self._left is None:
            self._left = _Left(reason, code)
        self._awake.set()

    def tick(self, now: float) -> float:
        """Wake for a heartbeat or a retry, or give up a write that stalls; return when to tick again."""
        if self._gives_up_at is not None:
            if now >= self._gives_up_at and not self._has_given_up:
                self._hub.metrics.connections_stalled += 1
                self._give_up("no write progress")
            return max(self._gives_up_at, now + 1)
        due_at = self.session.due_at()
        if due_at <= now:
            self._awake.set()
            return now + self._hub.heartbeat_seconds
        return due_at

    def dismiss(self, goodbye: Goodbye) -> None:
        """Send the goodbye, then close."""
        self.session.dismiss(goodbye)

    def cut(self) -> None:
        """Close now, without a goodbye."""
        self._give_up("cut at the end of the drain")

    def _give_up(self, reason: str) -> None:
        if self._task is not None and not self._has_given_up:
            self._has_given_up = True
            self.leave(reason)
            self._task.cancel()

    async def _serve(self, write: Write) -> Close | None:
        while self._left is None:
            self._awake.clear()
            step = self.session.pull(self._hub.read_clocks())
            for asker, ask in step.asks:
                self._ask(asker, ask)
            if step.writes:
                await self._write(write, step.writes)
            if step.close is not None and self._left is None:
                self.leave(step.close.reason, code=step.close.code.code)
                return step.close
            if not step.writes:
                await self._awake.wait()
        return None

    async def _write(self, write: Write, messages: Sequence[Message]) -> None:
        self._expect_progress(sum(len(message.json) for message in messages))
        await write(messages)
        self._gives_up_at = None
        self._sent += len(messages)
        self._hub.metrics.messages_sent += len(messages)
        self._hub.connections.tick_by(self, due_at=self.session.due_at())

    def _expect_progress(self, size: int) -> None:
        """Set the time limit of a write; a server lets it begin once the one before is through, so both count."""
        patience = self._hub.limits.stall_seconds + (self._unsent_bytes + size) / SLOWEST_BYTES_PER_SECOND
        self._unsent_bytes = size
        self._gives_up_at = self._hub.read_clocks().seconds + patience
        self._hub.connections.tick_by(self, due_at=self._gives_up_at)

    def _ask(self, asker: Subscription | PendingSubscription, ask: Ask) -> None:
        def answered(task: asyncio.Task[Answer]) -> None:
            if not task.cancelled():
                self.session.answer(asker, ask, task.result(), self._hub.read_clocks())
                self._hub.connections.tick_by(self, due_at=self.session.due_at())
                self._awake.set()

        self._hub.stories.fetch(ask).add_done_callback(answered)
