"""The responses to reads: ETag, 304, caching, and the encoding the client prefers, decided in this one place.

What does not depend on the request is made once for each encoding and kept with the representation, because on an
election night one of them is sent tens of thousands of times a second.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.api.http.conditional import etag_of, names_tag
from app.live.protocol.request_heads import Headers
from app.live.protocol.response_heads import encode_head
from app.reading.representations import COMPRESS_FROM_BYTES, Representation, compressed
from app.wire.negotiation import Encoding, choose_encoding

PUBLIC_CACHE = b"public, max-age=1, s-maxage=2, stale-while-revalidate=5"
"""A browser asks again after a second, a CDN after two, and both may show the old while they ask."""

ENDED_CACHE = b"public, max-age=1, s-maxage=30, stale-while-revalidate=60"
"""For a story that has ended: a correction is seen half a minute later, and a CDN asks hardly ever."""

NO_STORE = b"no-store"

_NOTHING: Message = {"type": "http.response.body", "body": b""}


class PreparedAnswer(NamedTuple):
    """One answer as it is sent: its messages (ASGI), and its status line and headers as a connection writes them."""

    start: Message
    body: Message
    head: bytes
    """Without what each response adds, and without the empty line."""


class _Prepared(NamedTuple):
    found: PreparedAnswer
    not_modified: PreparedAnswer
    tags: frozenset[bytes]
    """If-None-Match as a browser sends it that has the answer, so that hardly any has to be parsed."""


def prepare_answer(
    representation: Representation, headers: Headers, *, cache_control: bytes = PUBLIC_CACHE
) -> PreparedAnswer:
    """Return what answers a request with these headers: the representation, or 304 if the client has it."""
    accepted = if_none_match = None
    for name, value in headers:
        if name == b"accept-encoding":
            accepted = value if accepted is None else accepted + b"," + value
        elif name == b"if-none-match":
            if_none_match = value if if_none_match is None else if_none_match + b"," + value
    if representation.is_over and cache_control is PUBLIC_CACHE:
        cache_control = ENDED_CACHE
    encoding = choose_encoding(accepted)
    key = (encoding, cache_control)
    prepared = representation.prepared.get(key)
    if not isinstance(prepared, _Prepared):
        prepared = representation.prepared[key] = _prepare(representation, encoding, cache_control)
    if if_none_match is not None and (if_none_match in prepared.tags or names_tag(if_none_match, representation.tag)):
        return prepared.not_modified
    return prepared.found


async def send_representation(
    representation: Representation, scope: Scope, send: Send, *, cache_control: bytes = PUBLIC_CACHE
) -> None:
    """Send the representation, or 304 if the client says that it has it."""
    answer = prepare_answer(representation, scope["headers"], cache_control=cache_control)
    await send(answer.start)
    await send(answer.body)


class RepresentationResponse(Response):
    """A representation as the response of a FastAPI route."""

    def __init__(self, representation: Representation, *, cache_control: bytes = PUBLIC_CACHE) -> None:
        super().__init__()
        self._representation = representation
        self._cache_control = cache_control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_representation(self._representation, scope, send, cache_control=self._cache_control)


def _prepare(representation: Representation, encoding: Encoding, cache_control: bytes) -> _Prepared:
    body, encoding = _encoded(representation, encoding)
    shared = [
        (b"etag", etag_of(representation.tag, encoding.suffix)),
        (b"vary", b"Accept-Encoding"),
        (b"cache-control", cache_control),
    ]
    content = [
        (b"content-type", representation.content_type),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if representation.surrogate:
        content.append((b"surrogate-key", representation.surrogate.encode()))
    if representation.links:
        content.append((b"link", link_header(representation.links)))
    if encoding is not Encoding.IDENTITY:
        content.append((b"content-encoding", encoding.coding.encode()))
    return _Prepared(
        found=_answer(200, content + shared, {"type": "http.response.body", "body": body}),
        not_modified=_answer(304, shared, _NOTHING),
        tags=frozenset(etag_of(representation.tag, each.suffix) for each in Encoding),
    )


def _answer(status: int, headers: Headers, body: Message) -> PreparedAnswer:
    start: Message = {"type": "http.response.start", "status": status, "headers": headers}
    return PreparedAnswer(start, body, encode_head(status, headers))


def _encoded(representation: Representation, encoding: Encoding) -> tuple[bytes, Encoding]:
    """Return the bytes in that encoding, or in none when they were not worth compressing."""
    if encoding is Encoding.BROTLI and representation.brotli is not None:
        return representation.brotli, encoding
    if encoding is Encoding.GZIP and representation.gzip is not None:
        return representation.gzip, encoding
    return representation.plain, Encoding.IDENTITY


def link_header(links: tuple[tuple[str, str], ...]) -> bytes:
    """Encode the value of `Link` (RFC 8288)."""
    return ", ".join(f'<{url}>; rel="{relation}"' for url, relation in links).encode()


def codings_for(request: Request) -> tuple[Literal["gzip", "br"], ...]:
    """Return the compressed form that this client prefers, if it takes one."""
    encoding = choose_encoding(request.headers.get("accept-encoding", "").encode("latin-1"))
    if encoding is Encoding.IDENTITY:
        return ()
    return ("br",) if encoding is Encoding.BROTLI else ("gzip",)


async def one_off_response(
    representation: Representation, request: Request, *, cache_control: bytes = PUBLIC_CACHE
) -> RepresentationResponse:
    """Make the response to a request that is hardly repeated: compressed for this client alone, off the event loop."""
    codings = codings_for(request)
    if not codings or len(representation.plain) < COMPRESS_FROM_BYTES:
        return RepresentationResponse(representation, cache_control=cache_control)
    smaller = await to_thread.run_sync(compressed, representation, codings)
    return RepresentationResponse(smaller, cache_control=cache_control)
