"""Cross-origin rules: public reads from any page, writes from pages the operator has named; credentials from none."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from starlette.types import Scope

Headers = list[tuple[bytes, bytes]]

PREFLIGHT_SECONDS = 7200
"""The longest that every browser keeps a preflight's answer."""

_EXPOSED = b"ETag, Link, Location, Retry-After, X-Request-Id, Idempotent-Replayed"
_ALLOWED = (
    b"*, Content-Type, Authorization, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, X-Request-Id, "
    b"Cache-Control, Pragma, X-Requested-With, traceparent, tracestate, baggage, sentry-trace"
)
"""Any header, because whoever traces requests adds some of their own and none opens anything here: no credentials are
taken from other origins. The names are for `Authorization`, which `*` leaves out, and for old browsers, to which `*` is
a name like any other."""

EXPOSED = (b"access-control-expose-headers", _EXPOSED)
"""The headers that a page may read."""

ANYONE: Headers = [(b"access-control-allow-origin", b"*"), EXPOSED]
"""Added to every public read whatever its origin, so that caches can keep one answer for all."""

_READS = {"GET", "HEAD"}
_DESCRIPTIONS = {"/openapi.json", "/asyncapi.json", "/oembed"}
_OPEN_PAGE = re.compile(r"/(?:(?:stories|tags)/[^/]+/)?feed\.(?:atom|rss|json)|/stories/[^/]+/fragment")
_OPEN_WRITE = re.compile(r"/v1/(?:stories/[^/]+/comments(?:/[^/]+/reports)?|receipts/[^/]+/appeal)")


def is_open_write(method: str, path: str) -> bool:
    """Return whether a page of any origin may send this: what a reader writes, with nobody's rights."""
    return method == "POST" and _OPEN_WRITE.fullmatch(path) is not None


def is_public_read(method: str, path: str) -> bool:
    """Return whether any page may read the answer."""
    if method not in _READS:
        return False
    is_public = path.startswith(("/v1/", "/media/")) and not path.startswith("/v1/newsroom")
    return is_public or path in _DESCRIPTIONS or _OPEN_PAGE.fullmatch(path) is not None


class CrossOrigin:
    """The cross-origin headers of answers. Pages of `origins` may write, and at a site's hosts those it names too."""

    def __init__(
        self, origins: Collection[str], *, origins_at: Callable[[Scope], Collection[bytes]] = lambda _: ()
    ) -> None:
        """`origins_at` returns the origins that the site at a request's host names, out of memory."""
        self._origins = frozenset(origin.encode() for origin in origins)
        self._origins_at = origins_at

    def headers(self, scope: Scope, origin: bytes | None) -> Headers:
        """Return the headers to add to an answer."""
        method, path = scope["method"], scope["path"]
        if is_public_read(method, path) or is_open_write(method, path):
            return ANYONE
        if method == "OPTIONS" or origin is None or not self._may_write(scope, origin):
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", _EXPOSED),
            (b"vary", b"Origin"),
        ]

    def preflight(self, scope: Scope, method: str, origin: bytes) -> Headers:
        """Return the headers that answer a preflight for `method`; without an allowed origin none allows it."""
        path = scope["path"]
        if is_public_read(method, path):
            allowed: Headers = [(b"access-control-allow-origin", b"*"), (b"access-control-allow-methods", b"GET, HEAD")]
        elif is_open_write(method, path):
            allowed = [
                (b"access-control-allow-origin", b"*"),
                (b"access-control-allow-methods", b"GET, HEAD, POST"),
            ]
        elif self._may_write(scope, origin):
            allowed = [
                (b"access-control-allow-origin", origin),
                (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
            ]
        else:
            return [(b"vary", b"Origin")]
        return [
            *allowed,
            (b"access-control-allow-headers", _ALLOWED),
            (b"access-control-max-age", str(PREFLIGHT_SECONDS).encode()),
            (b"vary", b"Origin, Access-Control-Request-Method"),
        ]

    def _may_write(self, scope: Scope, origin: bytes) -> bool:
        return origin in self._origins or origin in self._origins_at(scope)
