"""Readers' subscribe requests, parsed from a URL's query or from a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from pydantic_core import from_json

from app.domain.cursor import FROM_THE_BEGINNING
from app.domain.errors import MalformedInput
from app.wire.encoding import BodyVariant

_FLAGS = {"0": False, "1": True}
_NO_CURSOR = ""


@dataclass(frozen=True, slots=True)
class SubscribeRequest:
    """A request to follow one story. `after` is the cursor as it was sent, usable or not; None is from now on.

    `snapshot`: begin with one whatever the cursor. `full`: replay everything, however much it is.
    """

    ref: str
    after: str | None = None
    snapshot: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A reader's message: follow this story as well, or anew."""

    request: SubscribeRequest


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """A reader's message: follow this story no more."""

    ref: str


@dataclass(frozen=True, slots=True)
class Ping:
    """A reader's message: send a heartbeat."""


class NotAMessage(Exception):
    """A message that is no JSON object with the members its type needs."""


def parse_body(query: Mapping[str, Sequence[str]]) -> BodyVariant:
    """Parse `body=html|blocks|both`, html by default. Raises MalformedInput."""
    text = _first(query, "body")
    try:
        return BodyVariant.HTML if text is None else BodyVariant(text)
    except ValueError:
        raise MalformedInput("malformed_query", "body is one of html, blocks and both.") from None


def parse_query(query_string: bytes) -> dict[str, list[str]]:
    """Parse a query string as ASGI passes it. Raises MalformedInput for hundreds of parameters."""
    try:
        return parse_qs(query_string.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise MalformedInput("malformed_query", "The query has too many parameters.") from None


def parse_subscribe_request(ref: str, query: Mapping[str, Sequence[str]]) -> SubscribeRequest:
    """Parse the request of a single story's URL: `after`, `snapshot`, `replay`. Raises MalformedInput."""
    replay = _first(query, "replay")
    if replay not in (None, "full"):
        raise MalformedInput("malformed_query", "replay, if given, is full.")
    snapshot = parse_flag(query, "snapshot")
    return SubscribeRequest(ref, after=_first(query, "after"), snapshot=snapshot, full=replay is not None)


def parse_flag(query: Mapping[str, Sequence[str]], name: str) -> bool:
    """Parse a switch, `1` or `0`, off by default. Raises MalformedInput."""
    text = _first(query, name)
    if text not in (None, *_FLAGS):
        raise MalformedInput("malformed_query", f"{name}, if given, is 1 or 0.")
    return text is not None and _FLAGS[text]


def parse_last_event_id(query: Mapping[str, Sequence[str]]) -> str | None:
    """Parse `lastEventId`, the newest id that a polyfill of EventSource has received; empty is none."""
    return _first(query, "lastEventId") or None


def parse_subscribe_requests(query: Mapping[str, Sequence[str]], *, limit: int) -> list[SubscribeRequest]:
    """Parse `subscribe=<story>@<cursor>`, repeated up to `limit` times. Raises MalformedInput."""
    texts = query.get("subscribe", [])
    if len(texts) > limit:
        raise MalformedInput("too_many_stories", f"One connection follows at most {limit} stories.")
    requests = []
    for text in texts:
        ref, at, after = text.partition("@")
        requests.append(SubscribeRequest(ref, after=after if at else None))
    return requests


def parse_message(data: str | bytes) -> Subscribe | Unsubscribe | Ping | None:
    """Parse one message of a reader; None is an unknown type, to be ignored. Raises NotAMessage."""
    message = parse_object(data)
    match message.get("type"):
        case "ping":
            return Ping()
        case "subscribe":
            return Subscribe(_request_of(message))
        case "unsubscribe":
            return Unsubscribe(_story_of(message))
    return None


def parse_object(data: str | bytes) -> dict[str, Any]:
    """Parse the JSON object that a message is. Raises NotAMessage."""
    try:
        message = from_json(data, cache_strings=False)
    except ValueError as error:
        raise NotAMessage("not JSON") from error
    if not isinstance(message, dict):
        raise NotAMessage("not an object")
    return message


def _request_of(message: Mapping[str, Any]) -> SubscribeRequest:
    return SubscribeRequest(
        _story_of(message),
        after=_after_of(message.get("after")),
        snapshot=message.get("snapshot") in (True, 1),
        full=message.get("replay") == "full",
    )


def _after_of(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    is_zero = isinstance(value, int) and not isinstance(value, bool) and value == 0
    return FROM_THE_BEGINNING if is_zero else _NO_CURSOR


def _story_of(message: Mapping[str, Any]) -> str:
    story = message.get("story")
    if not isinstance(story, str):
        raise NotAMessage("no story")
    return story


def _first(query: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = query.get(name)
    if values is not None and len(values) > 1:
        raise MalformedInput("repeated_parameter", f"{name} was sent more than once in the query.")
    return values[0] if values else None
