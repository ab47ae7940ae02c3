"""The admission of a reader's connection: one decision for every transport, in one order of checks. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.errors import MalformedInput
from app.live.protocol.addresses import ConnectRequest, LiveAddress, parse_connect_request
from app.live.protocol.upgrade import BadUpgrade, Upgrade
from app.live.session.effects import Answer, Opened
from app.live.session.goodbyes import Goodbye
from app.live.session.refusals import STORY_NOT_FOUND, STORY_WITHDRAWN, UNAVAILABLE, Refusal, refusal_of
from app.live.story.live_story import LiveStory
from app.live.story.packets import FINAL_SSE_ID, Framing, Message
from app.wire.close_codes import BAD_REQUEST, CloseCode
from app.wire.messages import encode_refused

RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Admit:
    """The decision to admit. `story` is the requested one, if it is known to be in memory."""

    request: ConnectRequest
    story: LiveStory | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """The decision to refuse, with the members of the problem an HTTP answer carries.

    `close` ends the socket of a browser, which cannot read a refused handshake; None: what is over soon by itself, and
    a handshake that is none, are answered in HTTP to every client. `goodbye` is that of a server that turns all away.
    """

    status: int
    code: str
    detail: str
    close: CloseCode | None = None
    goodbye: Goodbye | None = None

    @property
    def retry_after_seconds(self) -> int:
        """Return the seconds of `Retry-After`, where the status has it."""
        return RETRY_AFTER_SECONDS if self.goodbye is None else self.goodbye.retry_after_seconds


SERVER_FULL = Refuse(503, "too_many_connections", "This server is full; try another or come back.")
"""At the limit of all connections together; decided when a connection opens, before it has sent a request."""

UNREADABLE_REQUEST = Refuse(400, "malformed_request", "The request is no HTTP that this server can read.")

STORY_TOO_SLOW = Refuse(503, "unavailable", "The story cannot be read now.")
"""For a handshake whose story was not read in time."""

OVER_LIMIT = Refuse(429, "too_many_connections", "Too many connections; come back in a moment.")

_DETAILS: Mapping[Refusal, str] = {
    STORY_NOT_FOUND: "There is no such story.",
    STORY_WITHDRAWN: "The story was withdrawn.",
    UNAVAILABLE: "The story cannot be read now.",
}


def read_request(address: LiveAddress, query_string: bytes, *, limit_stories: int) -> ConnectRequest | MalformedInput:
    """Return the request of a live URL, or the error that says why it cannot be read."""
    try:
        return parse_connect_request(address, query_string, limit_stories=limit_stories)
    except MalformedInput as error:
        return error


def decide_admission(
    *,
    turned_away: Goodbye | None,
    upgrade: Upgrade | BadUpgrade | None,
    request: ConnectRequest | MalformedInput,
    opened: Answer | None = None,
    is_within_limits: Callable[[], bool],
) -> Admit | Refuse:
    """Decide about a connection when it asks, and again with `opened` once its story has been read.

    `is_within_limits` is called last and only where nothing else refuses, because asking may spend from a rate limit.
    Pass no `upgrade` where the server has checked it or there is none. Event streams leave a missing story to their
    session.
    """
    if turned_away is not None:
        return Refuse(503, turned_away.code, turned_away.detail, goodbye=turned_away)
    if isinstance(upgrade, BadUpgrade):
        return Refuse(upgrade.status, "bad_upgrade", upgrade.detail)
    if isinstance(request, MalformedInput):
        return Refuse(400, request.code, request.detail, close=BAD_REQUEST)
    if opened is not None and not isinstance(opened, Opened):
        return _refuse_story(refusal_of(opened))
    if not is_within_limits():
        return OVER_LIMIT
    return Admit(request, None if opened is None else opened.story)


def encode_stream_refusal(refusal: Refuse, ref: str | None) -> bytes:
    """Encode the refusal as an event stream's only event: an EventSource gives up for good on any status but 200."""
    if refusal.goodbye is not None:
        return refusal.goodbye.goodbye.bytes_in(Framing.CHUNK)
    is_final = refusal.close is not None and not refusal.close.retry
    refused = encode_refused(ref, status=refusal.status, code=refusal.code)
    return Message(refused, type="refused", sse_id=FINAL_SSE_ID if is_final else None).bytes_in(Framing.CHUNK)


def _refuse_story(refusal: Refusal) -> Refuse:
    close = None if refusal.close.retry else refusal.close
    return Refuse(refusal.status, refusal.code, _DETAILS[refusal], close=close)
