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
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.server import ServerState

from app.live.native.event_stream import NativeEventStream
from app.live.native.handshake import AcceptContext, Handshake, response_head
from app.live.native.handshake_protocol import HandshakeProtocol
from app.live.native.http_protocol import NO_GET
from app.live.native.read_protocol import ReadProtocol
from app.live.protocol.addresses import ConnectRequest, LiveAddress, live_address
from app.live.protocol.event_stream_text import STREAM_HEADERS, last_event_id_of, resumed, retry_line
from app.live.protocol.request_heads import Headers
from app.live.session.admission import (
    UNREADABLE_REQUEST,
    Admit,
    Refuse,
    decide_admission,
    encode_stream_refusal,
    read_request,
)
from app.live.story.packets import FINAL_SSE_ID, FORMS, Framing


class LiveProtocol(ReadProtocol):
    """One HTTP connection, until it becomes a reader's."""

    def __init__(self, *, accept_context: AcceptContext, **given: Any) -> None:
        super().__init__(accept_context=accept_context, **given)
        self._stream: tuple[LiveAddress, ConnectRequest, Headers] | None = None

    def handle_websocket_upgrade(self) -> None:
        """Answer a reader's handshake; leave any other upgrade to the application."""
        if self._owes_a_response() or self.transport.is_closing():
            self._close()
            return
        try:
            parsed = httptools.parse_url(self.url)
        except httptools.HttpParserInvalidURLError:
            self._refuse(UNREADABLE_REQUEST)
            return
        address = live_address(unquote((parsed.path or b"").decode("latin-1")))
        if address is None or address.kind != "live":
            super().handle_websocket_upgrade()
            return
        if self.scope["method"] != "GET" or self.scope["http_version"] != "1.1":
            self._refuse(NO_GET)
            return
        self._drops_input = True
        self._leave()  # the handshake has a time limit of its own
        handshake = Handshake(self._accept_context, self.transport, self.headers, on_hand_over=self._release)
        handshake.answer(address, parsed.query or b"")

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope = cycle.scope
        address = live_address(scope["path"]) if scope["method"] == "GET" else None
        headers = [] if address is None else list(scope["headers"])
        if address is not None and address.kind == "events" and self._accept_context.is_readable(self.url):
            # The portable route refuses what can be refused without a limit (a query that cannot be read, a server that
            # turns readers away), and answers a client that is to stay away.
            decision = decide_admission(
                turned_away=self._accept_context.hub.turns_away,
                upgrade=None,
                request=read_request(address, scope["query_string"], limit_stories=1),
                is_within_limits=lambda: True,
            )
            if isinstance(decision, Admit) and last_event_id_of(headers, decision.request) != FINAL_SSE_ID:
                self._stream = address, decision.request, headers
                self.loop.call_soon(self._begin_stream, *self._stream)  # not from within the parser
                return
        super()._start_asgi_task(cycle, app)

    def _begin_stream(self, address: LiveAddress, request: ConnectRequest, headers: Headers) -> None:
        transport: asyncio.Transport | None = self.transport
        if self._stream is None or transport is None or transport.is_closing():
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
            context.lingering_close.send(data, transport, hub=hub)
            return
        framing = Framing.NAMED_CHUNK if request.named else Framing.CHUNK
        connection = NativeEventStream(hub, transport, form=FORMS[framing, request.variant], sole=True)
        last_event_id = last_event_id_of(headers, request)
        requests = [resumed(each, last_event_id) for each in request.requests]
        context.hand_over(transport, connection, client)
        connection.begin(requests, story=hub.stories.find(requests[0].ref), head=head)

    def _release(self) -> None:
        self._stream = None
        super()._release()


def make_protocol(
    accept_context: Callable[[], AcceptContext], *, server_state: ServerState, **given: Any
) -> asyncio.Protocol:
    """Make the first protocol of a connection of uvicorn's; called once per connection."""
    context = accept_context()
    make_http = partial(LiveProtocol, accept_context=context, server_state=server_state, **given)
    return HandshakeProtocol(context, others=server_state.connections, make_http=make_http)
