"""uvicorn's HTTP protocol, with readers' WebSockets and event streams taken off it as soon as they are recognised.

`make_protocol` makes the protocol of a new connection: a HandshakeProtocol, which passes to this one all it does not
answer itself.

The parts used of uvicorn 0.54 (tests/live/native/test_server_protocol.py holds it): `handle_websocket_upgrade` is
called with `url`, `headers` and `transport` set, before anything was answered; `_start_asgi_task` is called inside the
parser, before anything was answered; `server_state.connections` is the set that a shutdown waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.live.native.event_stream import NativeEventStream
from app.live.native.handshake import AcceptContext, Handshake, Headers, response_head
from app.live.native.handshake_protocol import HandshakeProtocol
from app.live.protocol.addresses import ConnectRequest, LiveAddress, live_address
from app.live.protocol.event_stream_text import STREAM_HEADERS, resumed, retry_line
from app.live.session.admission import Admit, Refuse, decide_admission, encode_stream_refusal, read_request
from app.live.story.packets import FINAL_SSE_ID, FORMS, Framing

HEAD_LIMIT_BYTES = 64 * 1024
"""A head is under 8 KB; the parser has no limit, and a head, a trailer or a chunk's extension without end would fill
the memory."""


class LiveProtocol(HttpToolsProtocol):
    """One HTTP connection, until it becomes a reader's."""

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
        """Start the time limit of the first request's head."""
        super().connection_made(transport)
        self._watch(self._accept_context.hub.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the time limits of a connection that closed without becoming a reader's."""
        self._unwatch()
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
            self._begin_stream(*self._stream)
        elif self._unparsed_bytes > HEAD_LIMIT_BYTES:
            self._end_endless_head()
        elif self._is_in_head and not hub.connections.is_watched(self):
            self._watch(hub.limits.header_seconds)

    def on_body(self, body: bytes) -> None:
        """Count the bytes as parsed: part of a body is here."""
        self._unparsed_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Count the bytes as parsed: a whole request is here."""
        self._unparsed_bytes = 0
        super().on_message_complete()

    def _end_endless_head(self) -> None:
        if self.transport.is_closing():
            return
        if self._is_in_head:
            self._refuse(Refuse(431, "head_too_large", "The request's head is too large."))
        else:
            self.transport.abort()  # trailers or chunk extensions without end, behind a head that was accepted

    def on_message_begin(self) -> None:
        """Record that a head has begun."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End the time limit of the head, which is complete."""
        self._is_in_head = False
        self._unparsed_bytes = 0
        self._unwatch()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Start the time limit of a response that its client does not read."""
        super().pause_writing()
        self._unsent_bytes = self.transport.get_write_buffer_size()
        self._watch(self._accept_context.hub.limits.stall_seconds)

    def resume_writing(self) -> None:
        """End that limit: the client has read enough."""
        self._unsent_bytes = -1
        self._unwatch()
        super().resume_writing()

    def tick(self, now: float) -> float | None:
        """Cut a client that did not send its head in time, or reads nothing of the response."""
        unsent_bytes = self.transport.get_write_buffer_size()
        if 0 <= unsent_bytes < self._unsent_bytes:
            self._unsent_bytes = unsent_bytes
            return now + self._accept_context.hub.limits.stall_seconds
        if self._is_in_head and self._unsent_bytes < 0:
            self._refuse(Refuse(408, "too_slow", "The request's head took too long."))
        else:
            self.transport.abort()
        return None

    def handle_websocket_upgrade(self) -> None:
        """Answer a reader's handshake; leave any other upgrade to the application."""
        if self._owes_a_response() or self.transport.is_closing():
            self.transport.close()
            return
        try:
            parsed = httptools.parse_url(self.url)
        except httptools.HttpParserInvalidURLError:
            self.send_400_response("Invalid HTTP request received.")
            return
        address = live_address(unquote((parsed.path or b"").decode("latin-1")))
        if address is None or address.kind != "live":
            super().handle_websocket_upgrade()
            return
        self._is_upgrading = True
        if self.scope["method"] != "GET" or self.scope["http_version"] != "1.1":
            self._refuse(Refuse(400, "bad_upgrade", "A WebSocket begins with GET over HTTP/1.1."))
            return
        handshake = Handshake(self._accept_context, self.transport, self.headers, on_hand_over=self._release)
        handshake.answer(address, parsed.query or b"")

    def _owes_a_response(self) -> bool:
        """Return whether a response to an earlier, pipelined request is still to be written: no place for frames."""
        cycle: RequestResponseCycle | None = self.cycle
        is_answering = cycle is not None and not cycle.response_complete
        return is_answering or self._stream is not None or self._unsent_bytes >= 0

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope = cycle.scope
        headers = list(scope["headers"])
        address = live_address(scope["path"]) if scope["method"] == "GET" else None
        if address is not None and address.kind == "events" and self._may_stream(headers):
            # What can be refused without a limit (a query that cannot be read, a server that turns readers away) is
            # refused by the portable route.
            decision = decide_admission(
                turned_away=self._accept_context.hub.turns_away,
                upgrade=None,
                request=read_request(address, scope["query_string"], limit_stories=1),
                is_within_limits=lambda: True,
            )
            if isinstance(decision, Admit):
                self._stream = address, decision.request, headers
                if not self._is_parsing:  # the response before it has just ended
                    self.loop.call_soon(self._begin_stream, *self._stream)
                return
        super()._start_asgi_task(cycle, app)

    def _may_stream(self, headers: Headers) -> bool:
        """Return whether a stream may begin; the portable route answers a browser that is to stay away."""
        is_over = (b"last-event-id", FINAL_SSE_ID.encode()) in headers
        return not is_over and self._accept_context.is_readable(self.url)

    def _begin_stream(self, address: LiveAddress, request: ConnectRequest, headers: Headers) -> None:
        transport: asyncio.Transport | None = self.transport
        if self._stream is None or self._is_upgrading or transport is None or transport.is_closing():
            return
        if self._unsent_bytes >= 0:
            transport.abort()  # the client does not read the response before it
            return
        context, hub = self._accept_context, self._accept_context.hub
        client = context.address_of(transport, headers)
        decision = decide_admission(
            turned_away=None,
            upgrade=None,
            request=request,
            is_within_limits=lambda: context.limiter.may_admit(client, now=hub.seconds()),
        )
        common = [*self.server_state.default_headers, *context.common_headers(headers)]
        head = response_head(200, [*STREAM_HEADERS, *common]) + retry_line(context.jitter)
        self._release()
        if isinstance(decision, Refuse):
            hub.metrics.refusals[decision.status] += 1
            data = head + encode_stream_refusal(decision, address.story)
            context.lingering_close.send(data, transport, connections=hub.connections, now=hub.seconds())
            return
        framing = Framing.NAMED_CHUNK if request.named else Framing.CHUNK
        connection = NativeEventStream(hub, transport, form=FORMS[framing, request.variant], sole=True)
        resume_from = next((value for name, value in headers if name == b"last-event-id"), None)
        requests = [resumed(each, resume_from) for each in request.requests]
        context.hand_over(transport, connection, client)
        connection.begin(requests, story=hub.stories.find(requests[0].ref), head=head)

    def _watch(self, seconds: float) -> None:
        hub = self._accept_context.hub
        hub.connections.watch(self, due_at=hub.seconds() + seconds)

    def _unwatch(self) -> None:
        self._accept_context.hub.connections.unwatch(self)

    def _release(self) -> None:
        """Release the transport, which gets another protocol; drop everything of HTTP."""
        self._unset_keepalive_if_required()
        self.flow.resume_reading()  # what was sent behind the request may have paused it
        self.pipeline.clear()
        self._stream = None
        self.connections.discard(self)
        self._unwatch()
        self.parser = self.cycle = self.scope = None  # type: ignore[assignment]
        self.flow = self.headers = self.transport = None  # type: ignore[assignment]

    def _refuse(self, refusal: Refuse) -> None:
        if self._owes_a_response():
            self.transport.abort()  # ours would be written in the middle of that one
            return
        headers = self.headers or []
        Handshake(self._accept_context, self.transport, headers, on_hand_over=self._release).refuse_http(refusal)


def make_protocol(
    accept_context: Callable[[], AcceptContext], *, server_state: ServerState, **given: Any
) -> asyncio.Protocol:
    """Make the first protocol of a connection of uvicorn's; called once per connection."""
    context = accept_context()
    make_http = partial(LiveProtocol, accept_context=context, server_state=server_state, **given)
    return HandshakeProtocol(context, others=server_state.connections, make_http=make_http)
