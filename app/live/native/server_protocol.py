"""uvicorn's HTTP protocol, with readers' sockets and event streams taken off it as soon as they are known.

`greeted` makes the protocol of a new connection: a Greeter, behind which this one stands.

What this uses of uvicorn 0.54 (tests/live/native/test_server_protocol.py holds it): `handle_websocket_upgrade` is
called with `url`, `headers` and `transport` set, before anything was answered; `_start_asgi_task` is called inside the
parser, before anything was answered; `server_state.connections` is the set that a shutdown waits for.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.domain.errors import MalformedInput
from app.live.hub.hub import Hub
from app.live.native.event_stream import NativeEventStream
from app.live.native.handshake import AcceptContext, Handshake, Headers, answer_head
from app.live.native.handshake_protocol import HandshakeProtocol
from app.live.protocol.addresses import ConnectRequest, LiveAddress, live_address, parse_connect_request
from app.live.protocol.event_stream_text import STREAM_HEADERS, resumed, retry_line
from app.live.story.packets import FINAL_SSE_ID, FORMS, Framing, Message
from app.wire.messages import encode_refused

HEAD_LIMIT_BYTES = 64 * 1024
"""A head is under 8 KB; the parser knows no limit, and a head, a trailer or a chunk's extension without end would fill
the memory."""


class LiveProtocol(HttpToolsProtocol):
    """One TCP connection, until it becomes a reader's."""

    def __init__(self, *, accept_context: AcceptContext, **given: Any) -> None:
        super().__init__(**given)
        self._accept_context = accept_context
        self._stream: tuple[LiveAddress, ConnectRequest, Headers] | None = None
        self._is_parsing = False
        self._unparsed_bytes = 0
        self._is_upgrading = False
        self._is_in_head = True
        self._unsent_bytes = -1

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request time to arrive."""
        super().connection_made(transport)
        hub = self._accept_context.hub
        if hub is not None:
            hub.connections.watch(self, due_at=hub.seconds() + hub.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone before it became a reader."""
        if self._accept_context.hub is not None:
            self._accept_context.hub.connections.unwatch(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; afterwards take the connection off it if it is a reader's."""
        if self._is_upgrading:
            return
        self._unparsed_bytes += len(data)
        self._is_parsing = True
        super().data_received(data)
        self._is_parsing = False
        hub = self._accept_context.hub
        if self._stream is not None:
            self._begin_stream()
        elif self._unparsed_bytes > HEAD_LIMIT_BYTES and hub is not None:
            self._end_head_without_end(hub)
        elif self._is_in_head and hub is not None and not hub.connections.is_watched(self):
            hub.connections.watch(self, due_at=hub.seconds() + hub.limits.header_seconds)

    def on_body(self, body: bytes) -> None:
        """Part of a body is here."""
        self._unparsed_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A whole request is here."""
        self._unparsed_bytes = 0
        super().on_message_complete()

    def _end_head_without_end(self, hub: Hub) -> None:
        if self.transport.is_closing():
            return
        if self._is_in_head:
            self._refuse(hub, 431, "head_too_large", "The request's head is too large.")
        else:
            self.transport.abort()  # trailers or chunk extensions without end, behind a head that was taken

    def on_message_begin(self) -> None:
        """A request's first byte is here."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A request's head is here in time."""
        self._is_in_head = False
        self._unparsed_bytes = 0
        if self._accept_context.hub is not None:
            self._accept_context.hub.connections.unwatch(self)
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """An answer waits for its client."""
        super().pause_writing()
        self._unsent_bytes = self.transport.get_write_buffer_size()
        hub = self._accept_context.hub
        if hub is not None:
            hub.connections.watch(self, due_at=hub.seconds() + hub.limits.stall_seconds)

    def resume_writing(self) -> None:
        """It has been taken."""
        self._unsent_bytes = -1
        if self._accept_context.hub is not None:
            self._accept_context.hub.connections.unwatch(self)
        super().resume_writing()

    def tick(self, now: float) -> float | None:
        """Cut who did not send the head in time, or takes nothing of the answer."""
        hub = self._accept_context.hub
        if hub is None:
            self.transport.abort()
            return None
        unsent_bytes = self.transport.get_write_buffer_size()
        if 0 <= unsent_bytes < self._unsent_bytes:
            self._unsent_bytes = unsent_bytes
            return now + hub.limits.stall_seconds
        if self._is_in_head and self._unsent_bytes < 0:
            self._refuse(hub, 408, "too_slow", "The request's head took too long.")
        else:
            self.transport.abort()
        return None

    def handle_websocket_upgrade(self) -> None:
        """Let a reader's socket in; leave any other upgrade to the application."""
        hub = self._accept_context.hub
        if self._owes_an_answer() or self.transport.is_closing():
            self.transport.close()
            return
        try:
            parsed = httptools.parse_url(self.url)
        except httptools.HttpParserInvalidURLError:
            self.send_400_response("Invalid HTTP request received.")
            return
        address = live_address(unquote((parsed.path or b"").decode("latin-1")))
        if hub is None or address is None or address.kind != "live":
            super().handle_websocket_upgrade()
            return
        self._is_upgrading = True
        if self.scope["method"] != "GET" or self.scope["http_version"] != "1.1":
            self._refuse(hub, 400, "bad_upgrade", "A WebSocket begins with GET over HTTP/1.1.")
            return
        handshake = Handshake(self._accept_context, hub, self.transport, self.headers, on_hand_over=self._let_go)
        handshake.admit(address, parsed.query or b"")

    def _owes_an_answer(self) -> bool:
        """Whether a peer that does not wait for answers has one coming before this: no place for frames."""
        cycle: RequestResponseCycle | None = self.cycle
        is_answering = cycle is not None and not cycle.response_complete
        return is_answering or self._stream is not None or self._unsent_bytes >= 0

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope = cycle.scope
        headers = list(scope["headers"])
        address = live_address(scope["path"]) if scope["method"] == "GET" else None
        hub = self._accept_context.hub
        if address is not None and address.kind == "events" and hub is not None and self._may_stream(hub, headers):
            try:
                self._stream = address, parse_connect_request(address, scope["query_string"], limit_stories=1), headers
            except MalformedInput:
                pass  # the portable route says what is wrong
            else:
                if not self._is_parsing:  # the answer before it has just ended
                    self.loop.call_soon(self._begin_stream)
                return
        super()._start_asgi_task(cycle, app)

    def _may_stream(self, hub: Hub, headers: Headers) -> bool:
        """Whether there is a stream to begin; a browser to be sent away and a server that stops go the portable way."""
        is_over = (b"last-event-id", FINAL_SSE_ID.encode()) in headers
        return hub.turns_away is None and not is_over and self._accept_context.is_readable(self.url)

    def _begin_stream(self) -> None:
        transport: asyncio.Transport | None = self.transport
        if self._stream is None or self._is_upgrading or transport is None or transport.is_closing():
            return
        if self._unsent_bytes >= 0:
            transport.abort()  # nobody reads the answer before it
            return
        address, asked, headers = self._stream
        hub = self._accept_context.hub
        assert hub is not None and address.story is not None  # noqa: S101, PT018 - `_start_asgi_task` has seen both
        common = [*self.server_state.default_headers, *self._accept_context.common_headers(headers)]
        head = answer_head(200, [*STREAM_HEADERS, *common]) + retry_line(self._accept_context.jitter)
        whose = self._accept_context.address_of(transport, headers)
        if not self._accept_context.limiter.may_enter(whose, now=hub.seconds()):
            hub.metrics.refusals[429] += 1
            refused = encode_refused(address.story, status=429, code="too_many_connections")
            last = head + Message(refused, type="refused").bytes_in(Framing.CHUNK)
            self._let_go()
            self._accept_context.lingering_close.log_line(
                last, transport, connections=hub.connections, now=hub.seconds()
            )
            return
        framing = Framing.NAMED_CHUNK if asked.named else Framing.CHUNK
        connection = NativeEventStream(hub, transport, form=FORMS[framing, asked.variant], sole=True)
        resume_from = next((value for name, value in headers if name == b"last-event-id"), None)
        requests = [resumed(request, resume_from) for request in asked.requests]
        self._let_go()
        self._accept_context.hand_over(transport, connection, whose)
        connection.begin(requests, story=hub.live_story(address.story), head=head)

    def _let_go(self) -> None:
        """The transport is a reader's from here on; nothing of HTTP's stays behind."""
        self._unset_keepalive_if_required()
        self.flow.resume_reading()  # what was sent behind the request may have paused it
        self.pipeline.clear()
        self._stream = None
        self.connections.discard(self)
        if self._accept_context.hub is not None:
            self._accept_context.hub.connections.unwatch(self)
        self.parser = self.cycle = self.scope = None  # type: ignore[assignment]
        self.flow = self.headers = self.transport = None  # type: ignore[assignment]

    def _refuse(self, hub: Hub, status: int, code: str, detail: str) -> None:
        if self._owes_an_answer():
            self.transport.abort()  # ours would stand in the middle of that one
            return
        handshake = Handshake(self._accept_context, hub, self.transport, self.headers or [], on_hand_over=self._let_go)
        handshake.refuse_http(status, code, detail)


def make_protocol(accept_context: AcceptContext, *, server_state: ServerState, **given: Any) -> asyncio.Protocol:
    """What a connection of uvicorn's begins with."""
    make_http = partial(LiveProtocol, accept_context=accept_context, server_state=server_state, **given)
    return HandshakeProtocol(accept_context, others=server_state.connections, make_http=make_http)
