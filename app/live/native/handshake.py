"""Admits one reader's WebSocket, or refuses it in a way its client can read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from app.live.hub.admission_limits import ConnectionLimiter
from app.live.hub.hub import Hub
from app.live.native.connection import NativeConnection
from app.live.native.lingering_close import LingeringClose
from app.live.native.pending_connections import PendingConnections
from app.live.native.websocket import NativeWebSocket
from app.live.protocol.addresses import ConnectRequest, LiveAddress
from app.live.protocol.frames import encode_close
from app.live.protocol.request_heads import Headers
from app.live.protocol.response_heads import encode_head
from app.live.protocol.upgrade import BadUpgrade, Upgrade, read_upgrade
from app.live.session.admission import STORY_TOO_SLOW, Refuse, decide_admission, read_request
from app.live.session.effects import Answer, OpenStory
from app.live.story.connection_states import ConnectionState, deadlines_of
from app.live.story.live_story import LiveStory
from app.live.story.packets import FORMS, Framing
from app.wire.encoding import encode_json
from app.wire.problems import problem_members


@dataclass(slots=True)
class AcceptContext:
    """The dependencies and state shared by all connections of one server.

    `common_headers` makes the headers that each of our responses carries, from the request's headers; `is_readable`
    returns whether an address in percent-encoding can be read at all; `jitter` is in [0, 1). `opening` counts the
    handshakes that wait for their story: neither the server nor the hub counts them yet. `make_socket` makes the
    connection that a handshake ends in. `deadlines` are the seconds that each state of a connection may last.
    `count_failure` counts a request in which something of ours broke before the application was called.
    `paced_bodies` are the paths whose bodies have that time anew, after each in which as many bytes came a second.
    """

    hub: Hub
    limiter: ConnectionLimiter
    common_headers: Callable[[Headers], Headers]
    is_readable: Callable[[bytes], bool]
    compress: bool = True
    jitter: Callable[[], float] = random.random
    pending: PendingConnections = field(init=False)
    lingering_close: LingeringClose = field(default_factory=LingeringClose)
    opening: int = 0
    make_socket: type[NativeWebSocket] = NativeWebSocket
    count_failure: Callable[[], None] = lambda: None
    paced_bodies: Mapping[str, int] = field(default_factory=dict)
    deadlines: Mapping[ConnectionState, float] = field(init=False)

    def __post_init__(self) -> None:
        self.pending = PendingConnections(self.hub.metrics)
        self.deadlines = deadlines_of(self.hub.limits)

    def address_of(self, transport: asyncio.Transport, headers: Headers) -> str | None:
        """Return the client's address, if the operator limits how many connections one address may have."""
        if not self.limiter.counts_addresses:
            return None
        peer = transport.get_extra_info("peername")
        forwarded = [value for name, value in headers if name == b"x-forwarded-for"]
        return self.limiter.address_of(str(peer[0]) if isinstance(peer, tuple) else None, forwarded)

    def hand_over(self, transport: asyncio.Transport, connection: NativeConnection, address: str | None) -> None:
        """Make the connection the transport's protocol, and count it under its address until it closes."""
        if address is not None:
            self.limiter.add(address)
            connection.on_close = partial(self.limiter.remove, address)
        transport.set_protocol(connection)


class Handshake:
    """One request for a WebSocket. `answer` responds to it, now or as soon as the story is in memory."""

    __slots__ = ("_accept_context", "_headers", "_is_too_late", "_on_hand_over", "_transport")

    state = ConnectionState.OPENING

    def __init__(
        self,
        accept_context: AcceptContext,
        transport: asyncio.Transport,
        headers: Headers,
        *,
        on_hand_over: Callable[[], None],
    ) -> None:
        self._accept_context = accept_context
        self._transport = transport
        self._headers = headers
        self._on_hand_over = on_hand_over
        self._is_too_late = False

    def answer(self, address: LiveAddress, query_string: bytes) -> None:
        """Admit or refuse the reader. `on_hand_over` is called when the transport has another protocol."""
        context, hub = self._accept_context, self._accept_context.hub
        upgrade = try_upgrade(self._headers, may_deflate=context.compress)
        client = context.address_of(self._transport, self._headers)
        decision = decide_admission(
            turned_away=hub.turns_away,
            upgrade=upgrade,
            request=read_request(address, query_string, limit_stories=hub.limits.stories),
            is_within_limits=lambda: context.limiter.may_admit(client, now=hub.seconds()),
        )
        if isinstance(decision, Refuse):
            self._refuse(decision, upgrade)
        elif isinstance(upgrade, Upgrade):
            self._open(address, decision.request, upgrade, client)

    def _open(self, address: LiveAddress, request: ConnectRequest, upgrade: Upgrade, client: str | None) -> None:
        stories = self._accept_context.hub.stories
        story = None if address.story is None else stories.find(address.story)
        if address.story is None or story is not None:
            self._begin(request, story, upgrade, client)
        else:
            self._begin_opening()
            opened = partial(self._finish_opening, request, upgrade, client)
            stories.fetch(OpenStory(address.story)).add_done_callback(opened)

    def tick(self, now: float) -> None:
        """Refuse: the story was not read in time."""
        self._is_too_late = True
        self._end_opening()
        self._accept_context.hub.metrics.connections_timed_out[ConnectionState.OPENING] += 1
        if not self._transport.is_closing():
            self.refuse_http(STORY_TOO_SLOW)

    def _begin_opening(self) -> None:
        context, hub = self._accept_context, self._accept_context.hub
        context.opening += 1
        hub.metrics.connections_by_state.add(self)
        hub.connections.watch(self, due_at=hub.seconds() + context.deadlines[ConnectionState.OPENING])

    def _end_opening(self) -> None:
        self._accept_context.opening -= 1
        self._accept_context.hub.metrics.connections_by_state.discard(self)
        self._accept_context.hub.connections.unwatch(self)

    def refuse_http(self, refusal: Refuse) -> None:
        """Send the refusal as an HTTP response and end the connection."""
        self._accept_context.hub.metrics.refusals[refusal.status] += 1
        body = encode_json(problem_members(refusal.status, code=refusal.code, detail=refusal.detail))
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"cache-control", b"no-store"),
            (b"content-length", b"%d" % len(body)),
            *self._accept_context.common_headers(self._headers),
        ]
        if refusal.status in {429, 503}:
            headers.append((b"retry-after", b"%d" % refusal.retry_after_seconds))
        if refusal.status == 426:
            headers += [(b"sec-websocket-version", b"13"), (b"upgrade", b"websocket")]
        self._end(response_head(refusal.status, headers) + body)

    def _finish_opening(
        self, request: ConnectRequest, upgrade: Upgrade, client: str | None, opened: asyncio.Task[Answer]
    ) -> None:
        context = self._accept_context
        if not self._is_too_late:
            self._end_opening()
        if self._is_too_late or opened.cancelled() or self._transport.is_closing():
            return
        decision = decide_admission(
            turned_away=context.hub.turns_away,
            upgrade=upgrade,
            request=request,
            opened=opened.result(),
            is_within_limits=lambda: context.limiter.has_room_for_address(client),
        )
        if isinstance(decision, Refuse):
            self._refuse(decision, upgrade)
        else:
            self._begin(request, decision.story, upgrade, client)

    def _begin(self, request: ConnectRequest, story: LiveStory | None, upgrade: Upgrade, client: str | None) -> None:
        context = self._accept_context
        framing = Framing.DEFLATED_FRAME if upgrade.deflate else Framing.FRAME
        form = FORMS[framing, request.variant]
        connection = context.make_socket(context.hub, self._transport, form=form, sole=story is not None)
        self._on_hand_over()
        context.hand_over(self._transport, connection, client)
        connection.begin(request.requests, story=story, head=upgrade.response)

    def _refuse(self, refusal: Refuse, upgrade: Upgrade | BadUpgrade) -> None:
        """Refuse in HTTP, or by a close code: a browser cannot read a refused handshake, so its socket is opened."""
        if refusal.close is None or isinstance(upgrade, BadUpgrade) or not self._reads_close_codes(upgrade):
            self.refuse_http(refusal)
            return
        self._accept_context.hub.metrics.refusals[refusal.status] += 1
        self._end(upgrade.response + encode_close(refusal.close.code, refusal.code))

    def _reads_close_codes(self, upgrade: Upgrade) -> bool:
        return upgrade.subprotocol is not None or any(name == b"origin" for name, _ in self._headers)

    def _end(self, data: bytes) -> None:
        hub = self._accept_context.hub
        self._on_hand_over()
        self._accept_context.lingering_close.send(data, self._transport, hub=hub)


def response_head(status: int, headers: Headers) -> bytes:
    """Encode the head of a response after which the connection ends."""
    return encode_head(status, headers) + b"connection: close\r\n\r\n"


def try_upgrade(headers: Headers, *, may_deflate: bool) -> Upgrade | BadUpgrade:
    """Check a handshake's headers; return the response to it, or what is wrong with it."""
    try:
        return read_upgrade(headers, may_deflate=may_deflate)
    except BadUpgrade as error:
        return error
