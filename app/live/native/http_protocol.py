"""uvicorn's HTTP protocol with a time limit for every state of a connection, and none of HTTP's ambiguities.

The parts used of uvicorn 0.54 (tests/live/native/test_server_protocol.py holds it): `on_headers_complete` makes `cycle`
and hands it to `_start_asgi_task`; a response that ends calls its transport's `close` where the connection is not kept,
and then `on_response_complete`; `keep_alive` of the cycle counts until the response begins.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import httptools
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.live.native.handshake import AcceptContext, Handshake, try_upgrade
from app.live.native.response_transport import ResponseTransport
from app.live.native.upgraded_protocol import UpgradedProtocol
from app.live.protocol.request_heads import (
    HEAD_LIMIT_BYTES,
    HEADERS_LIMIT,
    BadRequestHead,
    check_head,
    size_of_head,
    with_ascii_target,
)
from app.live.protocol.upgrade import BadUpgrade
from app.live.session.admission import UNREADABLE_REQUEST, Refuse
from app.live.story.connection_states import ConnectionState

LEAST_READ_BYTES = 16 * 1024
"""What a client must read of a response in each time limit for one that is not read: half a kilobyte a second at worst.
Otherwise one byte at a time would renew it for days."""

_BETWEEN_REQUESTS = frozenset({ConnectionState.FIRST_BYTE, ConnectionState.IDLE})

HEAD_TOO_LARGE = Refuse(431, "head_too_large", "The request's head is too large.")
NO_GET = Refuse(400, "bad_upgrade", "A WebSocket begins with GET over HTTP/1.1.")
UPGRADE_WITH_BODY = Refuse(400, UNREADABLE_REQUEST.code, "A request for another protocol has no body.")
HEAD_TOO_SLOW = Refuse(408, "too_slow", "The request's head took too long.")


class HttpProtocol(HttpToolsProtocol):
    """One HTTP connection, always in one ConnectionState."""

    def __init__(self, *, accept_context: AcceptContext, **given: Any) -> None:
        super().__init__(**given)
        self._accept_context = accept_context
        self._hub = accept_context.hub
        self._deadlines = accept_context.deadlines
        self.ws_protocol_class = partial(UpgradedProtocol, accept_context)  # type: ignore[assignment] # makes one
        self.state = self._entered = ConnectionState.FIRST_BYTE
        self._due_at: float | None = None
        self._ends_at: float | None = None
        self._ticks_at: float | None = None
        self._is_in_head = False
        self._unparsed_bytes = 0
        self._unsent_bytes = -1
        self._has_body = False
        self._body_bytes = self._paced_bytes = 0
        self._may_keep_alive = False
        self._drops_input = False
        self._is_ending = False
        self._response_transport: ResponseTransport | None = None
        self._answered: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time limit of the first request."""
        super().connection_made(transport)
        self._response_transport = ResponseTransport(transport, self.loop, on_close=self.end_after_response)
        self._hub.metrics.connections_by_state.add(self)
        self._enter(ConnectionState.FIRST_BYTE)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the time limits of a connection that has closed, and tell the request that is answered.

        uvicorn tells the newest alone, which a client may have waiting behind that one.
        """
        self._leave()
        super().connection_lost(exc)
        cycle = self._answered
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()

    def data_received(self, data: bytes) -> None:
        """Feed the parser; refuse what it cannot read, and a head without end."""
        while data and not self._drops_input:
            data = self._feed(data)

    def _feed(self, data: bytes) -> bytes:
        """Feed the parser; return what is left of the data behind a request for a protocol that is none of ours."""
        if not (data.isascii() or self._unparsed_bytes or self._entered not in _BETWEEN_REQUESTS):
            data = with_ascii_target(data)
        self._unparsed_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if not self._should_upgrade():  # the connection goes on as it was
                self._unparsed_bytes = 0
                return data[upgrade.args[0] :]
            self.handle_websocket_upgrade()
        except httptools.HttpParserError as error:
            self._unparsed_bytes = 0
            refused = error.__context__
            self._refuse(refused.refusal if isinstance(refused, _Refused) else UNREADABLE_REQUEST)
        else:
            if self._is_in_head or self._unparsed_bytes:
                self._limit_head()
        return b""

    def _limit_head(self) -> None:
        """Refuse a head that is too large already, and begin the time limit of one that has begun."""
        if self._drops_input or not self._is_open():
            return
        if self._unparsed_bytes > HEAD_LIMIT_BYTES:
            self._end_endless()
        elif self._is_in_head and self._entered is not ConnectionState.HEAD:
            self._enter(ConnectionState.HEAD)

    def on_message_begin(self) -> None:
        """Record that a head has begun."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Refuse a head that is too large or ambiguous; start the request of any other."""
        self._is_in_head = False
        headers = self.headers
        if len(headers) > HEADERS_LIMIT or (
            self._unparsed_bytes > HEAD_LIMIT_BYTES and size_of_head(self.url, headers) > HEAD_LIMIT_BYTES
        ):
            raise _Refused(HEAD_TOO_LARGE)
        self._unparsed_bytes = 0
        parser = self.parser
        try:
            self._has_body = check_head(parser.get_method(), self.url, parser.get_http_version(), headers)
        except BadRequestHead as error:
            raise _Refused(Refuse(400, UNREADABLE_REQUEST.code, str(error))) from None
        if self._has_body and parser.should_upgrade():
            raise _Refused(UPGRADE_WITH_BODY)
        before = self.cycle
        super().on_headers_complete()
        if self._has_body:
            self.headers = []  # takes the trailers, which must not change what the head said
        cycle: RequestResponseCycle = self.cycle
        if cycle is not before:
            # Kept only once the body is here whole: whoever is answered before is told that the connection closes.
            self._may_keep_alive, cycle.keep_alive = cycle.keep_alive, False

    def on_body(self, body: bytes) -> None:
        """Count the bytes as parsed: part of a body is here."""
        self._unparsed_bytes = 0
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Keep the connection after all: the whole request was here before its answer began."""
        self._unparsed_bytes = 0
        super().on_message_complete()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_started:
            cycle.keep_alive = self._may_keep_alive
        if self._entered is ConnectionState.BODY:
            self._enter(ConnectionState.ANSWER)

    def on_response_complete(self) -> None:
        """Start the next request that is here, or the time limit for the next one."""
        self._flush()
        self.server_state.total_requests += 1
        if self._is_ending or not self._is_open():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif not self._is_in_head:
            self._enter(ConnectionState.IDLE)

    def pause_writing(self) -> None:
        """Start the time limit of a response that its client does not read."""
        super().pause_writing()
        self._show_unread()

    def resume_writing(self) -> None:
        """End that limit: the client has read enough."""
        self._unsent_bytes = -1
        super().resume_writing()
        if self._is_ending:
            self.loop.call_soon(self._linger)
        elif self._is_open():
            self._show(self._entered, self._due_at)

    def shutdown(self) -> None:
        """End the connection with the answer that is under way: the server stops."""
        self._may_keep_alive = False
        super().shutdown()

    def tick(self, now: float) -> float | None:
        """End the connection whose time is out, in the way of its state."""
        self._ticks_at = None
        if self._ends_at is None or self._ends_at > now:
            self._ticks_at = self._ends_at
            return self._ends_at
        unsent_bytes = self.transport.get_write_buffer_size()
        if 0 <= unsent_bytes <= self._unsent_bytes - LEAST_READ_BYTES:
            self._show_unread()
            return self._ticks_at
        if self.state is ConnectionState.BODY and self._keeps_pace():
            self._enter(ConnectionState.BODY)
            return self._ticks_at
        self._hub.metrics.connections_timed_out[self.state] += 1
        if self.state is ConnectionState.HEAD:
            self._refuse(HEAD_TOO_SLOW)
        elif self.state is ConnectionState.IDLE and not unsent_bytes:
            self.transport.close()
        else:
            self.transport.abort()
        return None

    def handle_websocket_upgrade(self) -> None:
        """Refuse what cannot become a WebSocket; hand any other to the application's."""
        if self._owes_a_response() or self.transport.is_closing():
            self._close()
            return
        refusal = self._upgrade_fault()
        if refusal is not None:
            self._refuse(refusal)
            return
        self._upgrade()

    def send_400_response(self, msg: str) -> None:
        """Refuse, as uvicorn would, in our own form."""
        self._refuse(UNREADABLE_REQUEST)

    def end_after_response(self) -> None:
        """Close the connection once its client has read the answer, which was the last.

        What it still sends of a body would, unread, reset the connection under the answer.
        """
        if self._is_ending or not self._is_open():
            return
        if not self._drops_input and not self.cycle.more_body:
            self._close()
            return
        self._is_ending = self._drops_input = True
        self.flow.resume_reading()
        self.transport.set_write_buffer_limits(high=0)  # we are told when everything is written
        if self._unsent_bytes < 0:
            self.loop.call_soon(self._linger)

    def _upgrade_fault(self) -> Refuse | None:
        """Return why the request can become no WebSocket."""
        if self.scope["method"] != "GET" or self.scope["http_version"] != "1.1":
            return NO_GET
        upgrade = try_upgrade(self.headers, may_deflate=False)
        return Refuse(upgrade.status, "bad_upgrade", upgrade.detail) if isinstance(upgrade, BadUpgrade) else None

    def _upgrade(self) -> None:
        """Hand the connection to the application's WebSocket."""
        super().handle_websocket_upgrade()
        self._leave()
        self._drops_input = True

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        cycle.transport = self._response_transport  # type: ignore[assignment] # the part of it that a response uses
        self._answered = cycle
        self._enter(ConnectionState.BODY if cycle.more_body and self._has_body else ConnectionState.ANSWER)
        super()._start_asgi_task(cycle, app)

    def _keeps_pace(self) -> bool:
        """Return whether the body is an upload of which enough came in the time that is out."""
        least = self._accept_context.paced_bodies.get(self.scope["path"])
        came, self._paced_bytes = self._body_bytes - self._paced_bytes, self._body_bytes
        return least is not None and came >= least * self._hub.limits.body_seconds

    def _owes_a_response(self) -> bool:
        """Return whether a response to an earlier request is still to be written: no place for anything else."""
        cycle: RequestResponseCycle | None = self.cycle
        return self._unsent_bytes >= 0 or (cycle is not None and not cycle.response_complete)

    def _refuse(self, refusal: Refuse) -> None:
        """Answer a request that nobody else will answer, and end the connection."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body and refusal is not HEAD_TOO_SLOW:
                # What cannot be read came behind a request, whose answer is the last.
                self._drops_input, self._is_in_head, cycle.keep_alive = True, False, False
                self._enter(ConnectionState.ANSWER)
                return
            if cycle.more_body and not cycle.response_started and not self.pipeline:
                # The body of the request under way cannot be read: to the application its client is gone.
                cycle.disconnected, cycle.waiting_for_100_continue = True, False
                cycle.message_event.set()
                self.cycle = None  # type: ignore[assignment]
        if self._owes_a_response():
            self.transport.abort()  # ours would be written in the middle of that one
            return
        scope: HTTPScope | None = self.scope
        headers = [] if scope is None else scope["headers"]
        Handshake(self._accept_context, self.transport, list(headers), on_hand_over=self._release).refuse_http(refusal)

    def _end_endless(self) -> None:
        """Refuse a head without end; cut trailers, chunk extensions or blank lines without end."""
        if self._is_in_head:
            self._refuse(HEAD_TOO_LARGE)
        else:
            self.transport.abort()

    def _is_open(self) -> bool:
        """Return whether the transport is still this protocol's, and not closing."""
        transport: asyncio.Transport | None = self.transport
        return transport is not None and not transport.is_closing()

    def _close(self) -> None:
        """Close, which waits for the peer to read what is unsent: for as long as it may leave a response unread."""
        self._flush()
        self._show_unread()
        self.transport.close()

    def _flush(self) -> None:
        if self._response_transport is not None:
            self._response_transport.flush()

    def _linger(self) -> None:
        if not self._is_open():
            return
        transport = self.transport
        self._release()
        self._accept_context.lingering_close.send(b"", transport, hub=self._hub)

    def _release(self) -> None:
        """Release the transport, which gets another protocol; drop everything of HTTP."""
        self._leave()
        self.flow.resume_reading()  # what was sent behind the request may have paused it
        self.pipeline.clear()
        self.connections.discard(self)
        self.parser = self.cycle = self.scope = self._answered = None  # type: ignore[assignment]
        self.flow = self.headers = self.transport = None  # type: ignore[assignment]

    def _enter(self, entered: ConnectionState) -> None:
        """Begin a state, with its time limit."""
        seconds = self._deadlines.get(entered)
        self._entered = entered
        self._due_at = None if seconds is None else self._hub.seconds() + seconds
        if self._unsent_bytes < 0:  # else it shows once the client reads on
            self._show(entered, self._due_at)

    def _leave(self) -> None:
        """Be in no state any more: the connection has closed, or is another protocol's."""
        self._hub.metrics.connections_by_state.discard(self)
        self._hub.connections.unwatch(self)
        if self._response_transport is not None:
            self._response_transport.leave()
            self._response_transport = None

    def _show(self, state: ConnectionState, due_at: float | None) -> None:
        """Be counted in this state, and be called when it has lasted too long.

        A tick that comes for a state that has passed sets the next: a request on a kept connection moves no timer.
        """
        self.state, self._ends_at = state, due_at
        if due_at is not None and (self._ticks_at is None or due_at < self._ticks_at):
            self._ticks_at = due_at
            self._hub.connections.watch(self, due_at=due_at)

    def _show_unread(self) -> None:
        self._unsent_bytes = self.transport.get_write_buffer_size()
        self._show(ConnectionState.UNREAD, self._hub.seconds() + self._deadlines[ConnectionState.UNREAD])


class _Refused(Exception):
    """A request's head that is refused from within the parser."""

    def __init__(self, refusal: Refuse) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal
