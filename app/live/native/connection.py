"""A reader's connection on its transport, without a server between: no task, queue, event or timer of its own.

The connection is itself the protocol, and a story's fan-out writes prepared bytes straight to its transport while it
is *ready*: caught up, with room in its buffer. All else (joining, catching up, heartbeats, refusals, the close) goes
through the same session as on the portable path.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import structlog

from app.live.hub.connection_log import describe_stories
from app.live.hub.hub import Hub
from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.effects import Answer, Ask, Close
from app.live.session.goodbyes import Goodbye
from app.live.session.session import Session
from app.live.session.subscription import PendingSubscription, Subscription
from app.live.story.live_story import LiveStory
from app.live.story.metrics import Transport
from app.live.story.packets import Form, Message
from app.wire.close_codes import ABNORMAL, INTERNAL_ERROR, CloseCode

_log = structlog.get_logger(__name__)

HIGH_WATER_BYTES = 64 * 1024
"""Bytes that may wait in our buffer for one peer before fan-outs leave it out."""

SHARED_FROM_BYTES = 8 * 1024
"""A message of a piece that is at least so large is written as the bytes all connections share, without a copy."""

LINGER_SECONDS = 5.0
"""Time for a peer to close after our last byte."""


class NativeConnection(asyncio.Protocol, ABC):
    """One open connection. A subclass encodes messages and decodes the peer's bytes."""

    __slots__ = (
        "_cut_at",
        "_form",
        "_head",
        "_hub",
        "_is_in_pieces",
        "_is_pumping",
        "_left",
        "_opened_at",
        "_paused_since",
        "_sent",
        "_unsent_bytes",
        "on_close",
        "session",
        "transport",
    )

    kind: Transport

    def __init__(self, hub: Hub, transport: asyncio.Transport, *, form: Form, sole: bool) -> None:
        now = hub.read_clocks()
        self._hub = hub
        self._form = form
        self._opened_at = now.seconds
        self._left: tuple[str, CloseCode] | None = None
        self._cut_at: float | None = None
        self._paused_since: float | None = None
        self._unsent_bytes = 0
        self._sent = 0
        self._is_pumping = False
        self._is_in_pieces = False
        self._head = b""
        self.on_close: Callable[[], None] | None = None
        self.transport = transport
        self.session = Session(
            variant=form.variant,
            heartbeat_seconds=hub.heartbeat_seconds,
            limits=hub.limits,
            sole=sole,
            ended_seconds=hub.limits.ended_socket_seconds if self.kind == "websocket" else 0.0,
            metrics=hub.metrics,
            wake=self.wake,
            hello=hub.hello(now),
            now=now,
        )

    def begin(self, requests: Sequence[SubscribeRequest], *, story: LiveStory | None, head: bytes) -> None:
        """Register the connection and begin its subscriptions, in one write with the response's `head`."""
        self._head = head
        self.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
        self._hub.connections.add(self, due_at=self.session.due_at())
        refs = [request.ref for request in requests] if story is None else [story.id]
        self._hub.connection_log.opened(self.kind, stories=describe_stories(refs))
        for request in requests:
            self.session.subscribe(request, story=story)
        self.pump()

    def wake(self) -> None:
        """Wake the session: a fan-out could not write to this connection, or the session has something to write."""
        if not self._is_pumping and self._paused_since is None:
            self.pump()

    def pump(self) -> None:
        """Write what the session has, as long as the peer's buffer has room; then be ready for fan-outs."""
        if self._left is not None:
            return
        self._is_pumping = True
        try:
            self.session.unready(self._form)
            self._pump()
        except Exception:  # noqa: BLE001 - must not reach the fan-out or drain that called, and with it all other readers
            self._break()
        finally:
            self._is_pumping = False

    def pause_writing(self) -> None:
        """Let fan-outs leave this connection out: its buffer is full."""
        self._paused_since = self._hub.seconds()
        self._unsent_bytes = self.transport.get_write_buffer_size()
        self._hub.metrics.connections_slow += 1
        self.session.unready(self._form)
        self._hub.connections.tick_by(self, due_at=self._paused_since + self._hub.limits.stall_seconds)

    def resume_writing(self) -> None:
        """Bring the peer to the head, by the newest state only: its buffer has room again."""
        if self._paused_since is not None:
            self._paused_since = None
            self._hub.metrics.connections_slow -= 1
            self.wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Detach, unregister and log a connection that has closed."""
        if self._paused_since is not None:
            self._hub.metrics.connections_slow -= 1
        if isinstance(exc, TimeoutError) and self._left is None:  # the kernel, too, cuts a peer that reads nothing
            self._leave_stalled()
        self.leave("peer closed" if exc is None else "peer lost", ABNORMAL)
        reason, code = self._left or ("", ABNORMAL)
        lag, stories = self.session.lag(), describe_stories(self.session.story_refs())
        self.session.end()
        self._hub.connections.remove(self)
        if self.on_close is not None:
            self.on_close()
        seconds = self._hub.seconds() - self._opened_at
        self._hub.connection_log.closed(
            self.kind, stories=stories, reason=reason, code=code.code, sent=self._sent, lag=lag, seconds=seconds
        )

    def tick(self, now: float) -> float:
        """Send a heartbeat, retry a read, or cut a peer that makes no progress; return when to tick again."""
        if self._cut_at is not None:
            if now >= self._cut_at:
                self.transport.abort()
            return self._cut_at
        if self._paused_since is not None:
            return self._watch_progress(now)
        self.session.record_fan_out()
        if self.session.due_at() <= now:
            self.pump()
        return max(self.session.due_at(), now)

    def dismiss(self, goodbye: Goodbye) -> None:
        """Send the goodbye, then close."""
        self.session.dismiss(goodbye)

    def cut(self) -> None:
        """Close now, without a goodbye."""
        self.leave("cut at the end of the drain", ABNORMAL)
        self.transport.abort()

    def leave(self, reason: str, code: CloseCode) -> None:
        """Stop fan-outs and set the time limit of the close; the first reason counts."""
        if self._left is None:
            self._left = (reason, code)
            self.session.unready(self._form)
            self._cut_at = self._hub.seconds() + LINGER_SECONDS
            self._hub.connections.tick_by(self, due_at=self._cut_at)

    @abstractmethod
    def finish(self, close: Close) -> None:
        """Write the close, in the way of the transport."""

    def _pump(self) -> None:
        while self._paused_since is None:
            step = self.session.pull(self._hub.read_clocks())
            for asker, ask in step.asks:
                self._ask(asker, ask)
            if step.is_piece:
                self._write_piece(step.writes)
            elif step.writes:
                self._write(step.writes)
            if step.close is not None:
                self.finish(step.close)
                self.leave(step.close.reason, step.close.code)
                return
            if self._is_ready() or not step.writes:
                return

    def _break(self) -> None:
        """Log our error and end this connection alone."""
        _log.exception("live connection failed")
        self.leave("failed", INTERNAL_ERROR)
        self.transport.abort()

    def _is_ready(self) -> bool:
        """Let fan-outs write from now on, if there is room and nothing else to write; return whether they do."""
        if self._paused_since is not None or not self.session.make_ready(self._form, self.transport.write):
            return False
        if self._is_in_pieces:
            self._is_in_pieces = False
            self.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
        return True

    def _write(self, messages: Sequence[Message]) -> None:
        framing = self._form.framing
        self.transport.write(b"".join((self._head, *(message.bytes_in(framing) for message in messages))))
        self._head = b""
        self._count(messages)

    def _write_piece(self, messages: Sequence[Message]) -> None:
        """Write a piece of a catch-up. The next has to wait until the socket has taken every byte of it."""
        if not self._is_in_pieces:
            self._is_in_pieces = True
            self.transport.set_write_buffer_limits(high=0)
        framing = self._form.framing
        small, self._head = [self._head], b""
        for message in messages:
            data = message.bytes_in(framing)
            if len(data) < SHARED_FROM_BYTES:
                small.append(data)
                continue
            self.transport.writelines((b"".join(small), data))
            small.clear()
        self.transport.write(b"".join(small))
        self._count(messages)

    def _count(self, messages: Sequence[Message]) -> None:
        self._sent += len(messages)
        self._hub.metrics.messages_sent += len(messages)

    def _ask(self, asker: Subscription | PendingSubscription, ask: Ask) -> None:
        def answered(task: asyncio.Task[Answer]) -> None:
            if task.cancelled() or self._left is not None:
                return
            try:
                self.session.answer(asker, ask, task.result(), self._hub.read_clocks())
            except Exception:  # noqa: BLE001 - a callback's failure would leave the reader waiting for ever
                self._break()
                return
            self._hub.connections.tick_by(self, due_at=self.session.due_at())
            self.wake()

        self._hub.stories.fetch(ask).add_done_callback(answered)

    def _watch_progress(self, now: float) -> float:
        unsent_bytes, stall_seconds = self.transport.get_write_buffer_size(), self._hub.limits.stall_seconds
        if unsent_bytes < self._unsent_bytes:
            self._unsent_bytes, self._paused_since = unsent_bytes, now
        elif self._paused_since is not None and now - self._paused_since >= stall_seconds:
            self._leave_stalled()
            self.transport.abort()
        return now + stall_seconds / 4

    def _leave_stalled(self) -> None:
        self._hub.metrics.connections_stalled += 1
        self.leave("no write progress", ABNORMAL)
