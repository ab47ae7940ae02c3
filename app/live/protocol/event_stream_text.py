"""The parts of an event stream that are not events: headers, the retry line, the resumption of a returning browser."""

from __future__ import annotations

from collections.abc import Callable

from app.live.protocol.addresses import ConnectRequest
from app.live.protocol.request_heads import Headers
from app.live.protocol.subscribe_requests import SubscribeRequest

RETRY_WINDOW_MS = (2_000, 6_000)
"""Browsers come back after a time from this window, so that ten thousand do not come back at once."""

STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def retry_line(jitter: Callable[[], float], *, window_ms: tuple[int, int] = RETRY_WINDOW_MS) -> bytes:
    """Encode the stream's first line: when to come back, drawn anew for each browser. `jitter` is in [0, 1)."""
    shortest, longest = window_ms
    return b"retry: %d\n\n" % int(shortest + jitter() * (longest - shortest))


def last_event_id_of(headers: Headers, request: ConnectRequest) -> str | None:
    """Return the newest id that a client which reconnects by itself has received: by its header, else by its query."""
    sent = next((value for name, value in headers if name.lower() == b"last-event-id"), None)
    return request.last_event_id if sent is None else sent.decode("latin-1")


def resumed(request: SubscribeRequest, last_event_id: str | None) -> SubscribeRequest:
    """Return the request of a client that reconnects by itself: the newest id it received overrides its URL."""
    if last_event_id is None:
        return request
    return SubscribeRequest(request.ref, after=last_event_id, full=request.full)
