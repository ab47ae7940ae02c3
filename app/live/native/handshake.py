"""Letting one reader's WebSocket in, or saying no in a way its client can read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from app.domain.errors import MalformedInput
from app.live.hub.admission_limits import RETRY_AFTER_SECONDS, Turnstile
from app.live.hub.hub import Hub
from app.live.hub.pending_connections import Waiting
from app.live.native.connection import DirectConnection
from app.live.native.lingering_close import LastWords
from app.live.native.websocket import DirectSocket
from app.live.protocol.addresses import Asked, LiveAddress, read_wishes
from app.live.protocol.frames import encode_close
from app.live.protocol.upgrade import BadUpgrade, Upgrade, read_upgrade
from app.live.session.effects import Answer, Missing, Opened, OpenStory, Withdrawn
from app.live.session.goodbyes import Farewell
from app.live.story.live_story import LiveStory
from app.live.story.packets import FORMS, Framing
from app.wire.close_codes import BAD_REQUEST, NO_SUCH_STORY, WITHDRAWN, CloseCode
from app.wire.encoding import encode_json
from app.wire.problems import problem_members

Headers = list[tuple[bytes, bytes]]
"""A request's or an answer's headers; names in lower case."""


@dataclass(slots=True)
class Entrance:
    """What every connection of one server is given. `hub` is None until the application has started.

    `common_headers` makes what each of our answers carries, from the request's headers; `is_readable` says whether
    an address in percent-encoding can be read at all; `jitter` is in [0, 1).
    `opening` counts the handshakes that wait for their story: no server and no hub knows them yet. `make_socket` is
    what a handshake ends in.
    """

    turnstile: Turnstile
    common_headers: Callable[[Headers], Headers]
    is_readable: Callable[[bytes], bool]
    compress: bool = True
    jitter: Callable[[], float] = random.random
    hub: Hub | None = None
    waiting: Waiting = field(default_factory=Waiting)
    last_words: LastWords = field(default_factory=LastWords)
    opening: int = 0
    make_socket: type[DirectSocket] = DirectSocket

    def address_of(self, transport: asyncio.Transport, headers: Headers) -> str | None:
        """Whose connection it is, if the operator limits how many one address may have."""
        if not self.turnstile.counts_addresses:
            return None
        peer = transport.get_extra_info("peername")
        forwarded = [value for name, value in headers if name == b"x-forwarded-for"]
        return self.turnstile.address_of(str(peer[0]) if isinstance(peer, tuple) else None, forwarded)

    def hand_over(self, transport: asyncio.Transport, connection: DirectConnection, address: str | None) -> None:
        """From here on the transport is the reader's."""
        if address is not None:
            self.turnstile.enter(address)
            connection.on_close = partial(self.turnstile.leave, address)
        transport.set_protocol(connection)


class Handshake:
    """One request for a WebSocket. `admit` answers it, now or as soon as the story is in memory."""

    __slots__ = ("_entrance", "_headers", "_hub", "_on_hand_over", "_transport")

    def __init__(
        self,
        entrance: Entrance,
        hub: Hub,
        transport: asyncio.Transport,
        headers: Headers,
        *,
        on_hand_over: Callable[[], None],
    ) -> None:
        self._entrance = entrance
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
            upgrade = read_upgrade(self._headers, may_deflate=self._entrance.compress)
        except BadUpgrade as error:
            self.refuse_http(error.status, "bad_upgrade", error.detail)
            return
        try:
            asked = read_wishes(address, query_string, limit_stories=self._hub.limits.stories)
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
            *self._entrance.common_headers(self._headers),
        ]
        if status in {429, 503}:
            headers.append((b"retry-after", b"%d" % retry_after_seconds))
        if status == 426:
            headers += [(b"sec-websocket-version", b"13"), (b"upgrade", b"websocket")]
        self._end(answer_head(status, headers) + body)

    def _open(self, address: LiveAddress, asked: Asked, upgrade: Upgrade) -> None:
        hub, ref = self._hub, address.story
        whose = self._entrance.address_of(self._transport, self._headers)
        if not self._entrance.turnstile.may_enter(whose, now=hub.seconds()):
            self._refuse_crowd()
            return
        story = hub.live_story(ref) if ref is not None else None
        if ref is None or story is not None:
            self._begin(asked, upgrade, whose, story)
        else:
            self._entrance.opening += 1
            hub.fetch(OpenStory(ref)).add_done_callback(partial(self._opened, asked, upgrade, whose))

    def _opened(self, asked: Asked, upgrade: Upgrade, whose: str | None, opening: asyncio.Task[Answer]) -> None:
        self._entrance.opening -= 1
        if opening.cancelled() or self._transport.is_closing():
            return
        turned_away = self._hub.turns_away
        if turned_away is not None:
            self._turn_away(turned_away)
            return
        match opening.result():
            case Opened() if not self._entrance.turnstile.has_room_for(whose):
                self._refuse_crowd()
            case Opened(story=story):
                self._begin(asked, upgrade, whose, story)
            case Missing():
                self._refuse(upgrade, 404, "story_not_found", "There is no such story.", close=NO_SUCH_STORY)
            case Withdrawn():
                self._refuse(upgrade, 410, "story_withdrawn", "The story was withdrawn.", close=WITHDRAWN)
            case _:
                self.refuse_http(503, "unavailable", "The story cannot be read now.")

    def _refuse_crowd(self) -> None:
        self.refuse_http(429, "too_many_connections", "Too many connections; come back in a moment.")

    def _turn_away(self, farewell: Farewell) -> None:
        self.refuse_http(503, farewell.code, farewell.detail, retry_after_seconds=farewell.retry_after_seconds)

    def _begin(self, asked: Asked, upgrade: Upgrade, whose: str | None, story: LiveStory | None) -> None:
        framing = Framing.DEFLATED_FRAME if upgrade.deflate else Framing.FRAME
        form = FORMS[framing, asked.variant]
        connection = self._entrance.make_socket(self._hub, self._transport, form=form, sole=story is not None)
        self._on_hand_over()
        self._entrance.hand_over(self._transport, connection, whose)
        connection.begin(asked.wishes, story=story, head=upgrade.answer)

    def _refuse(self, upgrade: Upgrade, status: int, code: str, detail: str, *, close: CloseCode) -> None:
        """A browser cannot read a refused handshake: it is let in and closed with a code it can."""
        if upgrade.subprotocol is None and not any(name == b"origin" for name, _ in self._headers):
            self.refuse_http(status, code, detail)
            return
        self._hub.metrics.refusals[status] += 1
        self._end(upgrade.answer + encode_close(close.code, code))

    def _end(self, data: bytes) -> None:
        self._on_hand_over()
        self._entrance.last_words.say(data, self._transport, crowd=self._hub.crowd, now=self._hub.seconds())


def answer_head(status: int, headers: Headers) -> bytes:
    """The head of an answer after which the connection ends."""
    lines = [b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"%b: %b\r\n" % header for header in headers]
    return b"".join((*lines, b"connection: close\r\n\r\n"))
