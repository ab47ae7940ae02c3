"""The parts of an event stream that are not events: headers, the retry line, the resumption of a returning browser."""

from __future__ import annotations

from collections.abc import Callable

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


def resumed(request: SubscribeRequest, last_event_id: bytes | None) -> SubscribeRequest:
    """Return the request of a browser that reconnects by itself: the last id it received overrides its URL."""
    if last_event_id is None:
        return request
    return SubscribeRequest(request.ref, after=last_event_id.decode("latin-1"), full=request.full)
