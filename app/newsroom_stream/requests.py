"""The requests that members send on the newsroom's stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from app.domain.slugs import MAX_REF_LENGTH
from app.live.protocol.subscribe_requests import NotAMessage, parse_object
from app.wire.newsroom_stream_messages import Doing

NAME_LIMIT = MAX_REF_LENGTH
"""Longer than any token, id or slug, however it is spelt."""


@dataclass(frozen=True, slots=True)
class Authenticate:
    """A request to sign in: the first message where the URL had no ticket."""

    token: str


@dataclass(frozen=True, slots=True)
class Watch:
    """A request for the news of this story; None: of every story the member may see."""

    story: str | None


@dataclass(frozen=True, slots=True)
class Unwatch:
    """A request to end that; None: the watch over all stories."""

    story: str | None


@dataclass(frozen=True, slots=True)
class Present:
    """The member's presence in a story it watches; `doing` None: none any more. It has to be sent again each minute."""

    story: str
    doing: Doing | None
    entry: str | None


@dataclass(frozen=True, slots=True)
class Ping:
    """A request for a heartbeat."""


StreamRequest = Authenticate | Watch | Unwatch | Present | Ping


def parse_stream_request(data: str | bytes) -> StreamRequest | None:
    """Parse one message; None is an unknown type, to be ignored. Raises NotAMessage."""
    if isinstance(data, bytes):
        raise NotAMessage("binary message")
    message = parse_object(data)
    match message.get("type"):
        case "authenticate":
            return Authenticate(_text(message, "token"))
        case "watch":
            return Watch(_optional(message, "story"))
        case "unwatch":
            return Unwatch(_optional(message, "story"))
        case "presence":
            return Present(_text(message, "story"), _doing(message), _optional(message, "entry"))
        case "ping":
            return Ping()
    return None


def _text(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or len(value) > NAME_LIMIT:
        raise NotAMessage(f"no {name}")
    return value


def _optional(message: Mapping[str, Any], name: str) -> str | None:
    return None if message.get(name) is None else _text(message, name)


def _doing(message: Mapping[str, Any]) -> Doing | None:
    value = message.get("doing")
    if value is not None and value not in get_args(Doing):
        raise NotAMessage("doing is one of " + ", ".join(get_args(Doing)))
    return value
