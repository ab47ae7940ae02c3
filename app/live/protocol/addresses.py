"""The addresses of readers' live connections, and the requests in their queries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from app.live.protocol.subscribe_requests import (
    SubscribeRequest,
    parse_body,
    parse_flag,
    parse_last_event_id,
    parse_query,
    parse_subscribe_request,
    parse_subscribe_requests,
)
from app.wire.encoding import BodyVariant
from app.wire.short_cache import LONGEST, cache_short

_STORY = re.compile(r"/v1/stories/([^/]+)/(live|events)")
_SEVERAL = "/v1/live"

ADDRESSES_KEPT = 1_024
"""Most readers ask for the same few addresses, and reading one costs a tenth of a handshake."""


class LiveAddress(NamedTuple):
    """A path of ours: a story's socket or event stream, or (without `story`) a socket for several."""

    kind: Literal["live", "events"]
    story: str | None


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """The subscribe requests and options in a live address's query.

    `last_event_id` is that of a polyfill, which cannot set the header and puts it into the query.
    """

    requests: tuple[SubscribeRequest, ...]
    variant: BodyVariant
    named: bool = False
    last_event_id: str | None = None


@cache_short(ADDRESSES_KEPT)
def live_address(path: str) -> LiveAddress | None:
    """Return the live address of a decoded path; None for any other path."""
    if path == _SEVERAL:
        return LiveAddress("live", None)
    if not path.endswith(("/live", "/events")):
        return None
    match = _STORY.fullmatch(path)
    if match is None:
        return None
    return LiveAddress("live" if match[2] == "live" else "events", match[1])


def parse_connect_request(address: LiveAddress, query_string: bytes, *, limit_stories: int) -> ConnectRequest:
    """Parse the query of a live address; what is short is remembered. Raises MalformedInput."""
    if len(query_string) > LONGEST or len(address.story or "") > LONGEST:
        return _parse_connect_request(address, query_string, limit_stories)
    return _cached_connect_request(address, query_string, limit_stories)


def _parse_connect_request(address: LiveAddress, query_string: bytes, limit_stories: int) -> ConnectRequest:
    query = parse_query(query_string)
    variant = parse_body(query)
    if address.story is None:
        return ConnectRequest(tuple(parse_subscribe_requests(query, limit=limit_stories)), variant)
    requests = (parse_subscribe_request(address.story, query),)
    if address.kind == "live":
        return ConnectRequest(requests, variant)
    return ConnectRequest(requests, variant, parse_flag(query, "named"), parse_last_event_id(query))


_cached_connect_request = lru_cache(maxsize=ADDRESSES_KEPT)(_parse_connect_request)


def forget_addresses() -> None:
    """Drop the addresses that are cached: a slug in them may be made of a title that was purged."""
    live_address.cache_clear()
    _cached_connect_request.cache_clear()
