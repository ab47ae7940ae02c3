"""uvicorn's HTTP protocol, with readers' sockets and event streams taken off it as soon as they are known.

`greeted` makes the protocol of a new connection: a Greeter, behind which this one stands.

What this uses of uvicorn 0.54 (tests/live/test_server_protocol.py holds it): `handle_websocket_upgrade` is called
with `url`, `headers` and `transport` set, before anything was answered; `_start_asgi_task` is called inside the
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
from app.live.admission import Asked, LiveAddress, live_address, read_wishes
from app.live.direct_stream import DirectStream
from app.live.event_stream_route import STREAM_HEADERS, resumed, retry_line
from app.live.greeter import Greeter
from app.live.handshake import Entrance, Handshake, answer_head
from app.live.hub import Hub
from app.live.packets import FORMS, Framing
from app.live.session import FINAL_SSE_ID

HEAD_SECONDS = 10.0
"""Time for a request's head to arrive: who sends a byte a second would otherwise hold a connection for ever."""

STALL_SECONDS = 30.0
"""Time in which a client must take something of an answer that waits for it, or is cut."""


class LiveProtocol(HttpToolsProtocol):
    """One TCP connection, until it becomes a reader's."""

    def __init__(self, *, entrance: Entrance, **given: Any) -> None:
        super().__init__(**given)
        self._entrance = entrance
        self._stream: tuple[LiveAddress, Asked] | None = None
        self._is_upgrading = False
        self._is_in_head = True
        self._unsent_bytes = -1

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request time to arrive."""
        super().connection_made(transport)
        hub = self._entrance.hub
        if hub is not None:
            hub.watch(self, due_at=hub.seconds() + HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone before it became a reader."""
        if self._entrance.hub is not None:
            self._entrance.hub.unwatch(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; afterwards take the connection off it if it is a reader's."""
        if self._is_upgrading:
            return
        super().data_received(data)
        hub = self._entrance.hub
        if self._stream is not None:
            self._begin_stream(*self._stream)
        elif self._is_in_head and hub is not None and not hub.is_watched(self):
            hub.watch(self, due_at=hub.seconds() + HEAD_SECONDS)

    def on_message_begin(self) -> None:
        """A request's first byte is here."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A request's head is here in time."""
        self._is_in_head = False
        if self._entrance.hub is not None:
            self._entrance.hub.unwatch(self)
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """An answer waits for its client."""
        super().pause_writing()
        self._unsent_bytes = self.transport.get_write_buffer_size()
        hub = self._entrance.hub
        if hub is not None:
            hub.watch(self, due_at=hub.seconds() + STALL_SECONDS)

    def resume_writing(self) -> None:
        """It has been taken."""
        self._unsent_bytes = -1
        if self._entrance.hub is not None:
            self._entrance.hub.unwatch(self)
        super().resume_writing()

    def tick(self, now: float) -> float | None:
        """Cut who did not send the head in time, or takes nothing of the answer."""
        unsent_bytes = self.transport.get_write_buffer_size()
        if 0 <= unsent_bytes < self._unsent_bytes:
            self._unsent_bytes = unsent_bytes
            return now + STALL_SECONDS
        hub = self._entrance.hub
        if self._is_in_head and self._unsent_bytes < 0 and hub is not None:
            self._refuse(hub, 408, "too_slow", "The request's head took too long.")
        else:
            self.transport.abort()
        return None

    def handle_websocket_upgrade(self) -> None:
        """Let a reader's socket in; leave any other upgrade to the application."""
        hub = self._entrance.hub
        parsed = httptools.parse_url(self.url)
        address = live_address(unquote(parsed.path.decode("latin-1")))
        if hub is None or address is None or address.kind != "live":
            super().handle_websocket_upgrade()
            return
        self._is_upgrading = True
        handshake = Handshake(self._entrance, hub, self.transport, self.headers, on_hand_over=self._let_go)
        handshake.admit(address, parsed.query or b"")

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope = cycle.scope
        address = live_address(scope["path"]) if scope["method"] == "GET" else None
        hub = self._entrance.hub
        if address is not None and address.kind == "events" and hub is not None and self._may_stream(hub):
            try:
                self._stream = address, read_wishes(address, scope["query_string"])
            except MalformedInput:
                pass  # the portable route says what is wrong
            else:
                return
        super()._start_asgi_task(cycle, app)

    def _may_stream(self, hub: Hub) -> bool:
        """Whether the stream can be taken off here; what is refused or out of the ordinary goes the portable way."""
        for name, value in self.headers:
            if (name == b"last-event-id" and value == FINAL_SSE_ID.encode()) or name in _BODY_HEADERS:
                return False
        if hub.draining or self.pipeline or self.transport.is_closing() or not self._entrance.is_readable(self.url):
            return False
        return self._may_enter(hub)

    def _may_enter(self, hub: Hub) -> bool:
        whose = self._entrance.address_of(self.transport, self.headers)
        return self._entrance.turnstile.may_enter(whose, now=hub.seconds())

    def _begin_stream(self, address: LiveAddress, asked: Asked) -> None:
        hub = self._entrance.hub
        assert hub is not None and address.story is not None  # noqa: S101, PT018 - `_start_asgi_task` has seen both
        framing = Framing.NAMED_CHUNK if asked.named else Framing.CHUNK
        connection = DirectStream(hub, self.transport, form=FORMS[framing, asked.variant], sole=True)
        resume_from = next((value for name, value in self.headers if name == b"last-event-id"), None)
        wishes = [resumed(wish, resume_from) for wish in asked.wishes]
        common = [*self.server_state.default_headers, *self._entrance.common_headers(self.headers)]
        head = answer_head(200, [*STREAM_HEADERS, *common]) + retry_line(self._entrance.jitter)
        whose, transport = self._entrance.address_of(self.transport, self.headers), self.transport
        self._let_go()
        self._entrance.hand_over(transport, connection, whose)
        connection.begin(wishes, story=hub.live_story(address.story), head=head)

    def _let_go(self) -> None:
        """The transport is a reader's from here on; nothing of HTTP's stays behind."""
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        if self._entrance.hub is not None:
            self._entrance.hub.unwatch(self)
        self.parser = self.cycle = self.scope = None  # type: ignore[assignment]
        self.flow = self.headers = self.transport = None  # type: ignore[assignment]

    def _refuse(self, hub: Hub, status: int, code: str, detail: str) -> None:
        handshake = Handshake(self._entrance, hub, self.transport, self.headers or [], on_hand_over=self._let_go)
        handshake.refuse_http(status, code, detail)


def greeted(entrance: Entrance, *, server_state: ServerState, **given: Any) -> asyncio.Protocol:
    """What a connection of uvicorn's begins with."""
    make_http = partial(LiveProtocol, entrance=entrance, server_state=server_state, **given)
    return Greeter(entrance, others=server_state.connections, make_http=make_http)


_BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding", b"expect"})
