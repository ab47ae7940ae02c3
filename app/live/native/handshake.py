"""Letting one reader's WebSocket in, or saying no in a way its client can read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from app.domain.errors import MalformedInput
from app.live.hub.admission_limits import RETRY_AFTER_SECONDS, ConnectionLimiter
from app.live.hub.hub import Hub
from app.live.hub.pending_connections import PendingConnections
from app.live.native.connection import NativeConnection
from app.live.native.lingering_close import LingeringClose
from app.live.native.websocket import NativeWebSocket
from app.live.protocol.addresses import ConnectRequest, LiveAddress, parse_connect_request
from app.live.protocol.frames import encode_close
from app.live.protocol.upgrade import BadUpgrade, Upgrade, read_upgrade
from app.live.session.effects import Answer, Missing, Opened, OpenStory, Withdrawn
from app.live.session.goodbyes import Goodbye
from app.live.story.live_story import LiveStory
from app.live.story.packets import FORMS, Framing
from app.wire.close_codes import BAD_REQUEST, NO_SUCH_STORY, WITHDRAWN, CloseCode
from app.wire.encoding import encode_json
from app.wire.problems import problem_members

Headers = list[tuple[bytes, bytes]]
"""A request's or an answer's headers; names in lower case."""


@dataclass(slots=True)
class AcceptContext:
    """What every connection of one server is given. `hub` is None until the application has started.

    `common_headers` makes what each of our answers carries, from the request's headers; `is_readable` says whether
    an address in percent-encoding can be read at all; `jitter` is in [0, 1).
    `opening` counts the handshakes that wait for their story: no server and no hub knows them yet. `make_socket` is
    what a handshake ends in.
    """

    limiter: ConnectionLimiter
    common_headers: Callable[[Headers], Headers]
    is_readable: Callable[[bytes], bool]
    compress: bool = True
    jitter: Callable[[], float] = random.random
    hub: Hub | None = None
    waiting: PendingConnections = field(default_factory=PendingConnections)
    lingering_close: LingeringClose = field(default_factory=LingeringClose)
    pending: int = 0
    make_socket: type[NativeWebSocket] = NativeWebSocket

    def address_of(self, transport: asyncio.Transport, headers: Headers) -> str | None:
        """Whose connection it is, if the operator limits how many one address may have."""
        if not self.limiter.counts_addresses:
            return None
        peer = transport.get_extra_info("peername")
        forwarded = [value for name, value in headers if name == b"x-forwarded-for"]
        return self.limiter.address_of(str(peer[0]) if isinstance(peer, tuple) else None, forwarded)

    def hand_over(self, transport: asyncio.Transport, connection: NativeConnection, address: str | None) -> None:
        """From here on the transport is the reader's."""
        if address is not None:
            self.limiter.enter(address)
            connection.on_close = partial(self.limiter.leave, address)
        transport.set_protocol(connection)


class Handshake:
    """One request for a WebSocket. `admit` answers it, now or as soon as the story is in memory."""

    __slots__ = ("_accept_context", "_headers", "_hub", "_on_hand_over", "_transport")

    def __init__(
        self,
        accept_context: AcceptContext,
        hub: Hub,
        transport: asyncio.Transport,
        headers: Headers,
        *,
        on_hand_over: Callable[[], None],
    ) -> None:
        self._accept_context = accept_context
        self._hub = hub
        self._transport = transport
        self._headers = headers
        self._on_hand_over = on_hand_over

    def admit(self, address: LiveAddress, query_string: bytes) -> None:
        """Let the reader in. `on_hand_over` is called when the transport is another protocol's."""
        turned_away = self._hub.turns_away
        if turned_away is not None:
            self._turn_away(turned_away)
            return
        try:
            upgrade = read_upgrade(self._headers, may_deflate=self._accept_context.compress)
        except BadUpgrade as error:
            self.refuse_http(error.status, "bad_upgrade", error.detail)
            return
        try:
            asked = parse_connect_request(address, query_string, limit_stories=self._hub.limits.stories)
        except MalformedInput as error:
            self._refuse(upgrade, 400, error.code, error.detail, close=BAD_REQUEST)
        else:
            self._open(address, asked, upgrade)

    def refuse_http(
        self, status: int, code: str, detail: str, *, retry_after_seconds: int = RETRY_AFTER_SECONDS
    ) -> None:
        """Answer in HTTP and end the connection."""
        self._hub.metrics.refusals[status] += 1
        body = encode_json(problem_members(status, code=code, detail=detail))
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"cache-control", b"no-store"),
            (b"content-length", b"%d" % len(body)),
            *self._accept_context.common_headers(self._headers),
        ]
        if status in {429, 503}:
            headers.append((b"retry-after", b"%d" % retry_after_seconds))
        if status == 426:
            headers += [(b"sec-websocket-version", b"13"), (b"upgrade", b"websocket")]
        self._end(answer_head(status, headers) + body)

    def _open(self, address: LiveAddress, asked: ConnectRequest, upgrade: Upgrade) -> None:
        hub, ref = self._hub, address.story
        whose = self._accept_context.address_of(self._transport, self._headers)
        if not self._accept_context.limiter.may_enter(whose, now=hub.seconds()):
            self._refuse_over_limit()
            return
        story = hub.live_story(ref) if ref is not None else None
        if ref is None or story is not None:
            self._begin(asked, upgrade, whose, story)
        else:
            self._accept_context.pending += 1
            hub.fetch(OpenStory(ref)).add_done_callback(partial(self._opened, asked, upgrade, whose))

    def _opened(
        self, asked: ConnectRequest, upgrade: Upgrade, whose: str | None, pending: asyncio.Task[Answer]
    ) -> None:
        self._accept_context.pending -= 1
        if pending.cancelled() or self._transport.is_closing():
            return
        turned_away = self._hub.turns_away
        if turned_away is not None:
            self._turn_away(turned_away)
            return
        match pending.result():
            case Opened() if not self._accept_context.limiter.has_room_for(whose):
                self._refuse_over_limit()
            case Opened(story=story):
                self._begin(asked, upgrade, whose, story)
            case Missing():
                self._refuse(upgrade, 404, "story_not_found", "There is no such story.", close=NO_SUCH_STORY)
            case Withdrawn():
                self._refuse(upgrade, 410, "story_withdrawn", "The story was withdrawn.", close=WITHDRAWN)
            case _:
                self.refuse_http(503, "unavailable", "The story cannot be read now.")

    def _refuse_over_limit(self) -> None:
        self.refuse_http(429, "too_many_connections", "Too many connections; come back in a moment.")

    def _turn_away(self, goodbye: Goodbye) -> None:
        self.refuse_http(503, goodbye.code, goodbye.detail, retry_after_seconds=goodbye.retry_after_seconds)

    def _begin(self, asked: ConnectRequest, upgrade: Upgrade, whose: str | None, story: LiveStory | None) -> None:
        framing = Framing.DEFLATED_FRAME if upgrade.deflate else Framing.FRAME
        form = FORMS[framing, asked.variant]
        connection = self._accept_context.make_socket(self._hub, self._transport, form=form, sole=story is not None)
        self._on_hand_over()
        self._accept_context.hand_over(self._transport, connection, whose)
        connection.begin(asked.requests, story=story, head=upgrade.answer)

    def _refuse(self, upgrade: Upgrade, status: int, code: str, detail: str, *, close: CloseCode) -> None:
        """A browser cannot read a refused handshake: it is let in and closed with a code it can."""
        if upgrade.subprotocol is None and not any(name == b"origin" for name, _ in self._headers):
            self.refuse_http(status, code, detail)
            return
        self._hub.metrics.refusals[status] += 1
        self._end(upgrade.answer + encode_close(close.code, code))

    def _end(self, data: bytes) -> None:
        self._on_hand_over()
        self._accept_context.lingering_close.log_line(
            data, self._transport, connections=self._hub.connections, now=self._hub.seconds()
        )


def answer_head(status: int, headers: Headers) -> bytes:
    """The head of an answer after which the connection ends."""
    lines = [b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"%b: %b\r\n" % header for header in headers]
    return b"".join((*lines, b"connection: close\r\n\r\n"))
