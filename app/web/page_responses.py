"""The responses that are pages: compressed as the client prefers, with their policy and caching, or 304.

What is public carries the cache headers and surrogate keys of the API's answer that shows the same.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from anyio import to_thread
from fastapi import Request, Response

from app.reading.representations import COMPRESS_FROM_BYTES, Representation, compressed
from app.web.headers import NO_CACHE, has_tag
from app.wire.negotiation import Encoding, choose_encoding

KEPT_LIMIT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A body with its type and a digest of its bytes."""

    body: bytes
    digest: str
    media_type: str

    @classmethod
    def of(cls, body: bytes, media_type: str) -> Document:
        """Return the document of these bytes."""
        return cls(body, _digest(body), media_type)


class PageResponses:
    """Makes the responses of pages. A page that many ask for is compressed once. It belongs to one event loop."""

    def __init__(self, *, limit_bytes: int = KEPT_LIMIT_BYTES) -> None:
        self.kept_bytes = 0
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[tuple[str, Encoding], bytes] = OrderedDict()
        self._forgotten = 0

    def forget(self) -> None:
        """Drop every compressed page; one that is being compressed is not kept."""
        self._forgotten += 1
        self._kept.clear()
        self.kept_bytes = 0

    async def make(
        self,
        request: Request,
        html: str,
        *,
        policy: str,
        cache_control: str = NO_CACHE,
        surrogate: str = "",
        status: int = 200,
        passing: tuple[str, str] | None = None,
    ) -> Response:
        """Make the response that shows the page, or 304 when the browser holds this page already.

        `passing` is a text in it that is soon another, and what stands for that in the ETag: of pages that differ in it
        alone, whoever has one keeps it.
        """
        page = Document.of(html.encode(), "text/html; charset=utf-8")
        return await self.send(
            request,
            page,
            policy=policy,
            cache_control=cache_control,
            surrogate=surrogate,
            status=status,
            tag=None if passing is None else _digest(html.replace(*passing).encode()),
        )

    async def send(
        self,
        request: Request,
        document: Document,
        *,
        policy: str,
        cache_control: str = NO_CACHE,
        surrogate: str = "",
        status: int = 200,
        tag: str | None = None,
    ) -> Response:
        """Make the response that sends a document, or 304 when the client holds it already.

        `tag` is its ETag where that is not the digest of its bytes.
        """
        body = document.body
        headers = {
            "Content-Security-Policy": policy,
            "Cache-Control": cache_control,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
        }
        if status == 200 and cache_control != NO_CACHE:
            headers["ETag"] = f'W/"{tag or document.digest}"'
            if has_tag(request.headers.get("if-none-match", ""), headers["ETag"]):
                return Response(status_code=304, headers=headers)
        if surrogate:
            headers["Surrogate-Key"] = surrogate
        encoding = preferred_encoding(request)
        if encoding is not Encoding.IDENTITY and len(body) >= COMPRESS_FROM_BYTES:
            headers["Content-Encoding"] = encoding.coding
            body = await self._compressed(body, document.digest, encoding)
        return Response(body, status_code=status, media_type=document.media_type, headers=headers)

    async def _compressed(self, body: bytes, tag: str, encoding: Encoding) -> bytes:
        key = (tag, encoding)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        plain, forgotten = Representation(plain=body, tag=tag), self._forgotten
        coding: Literal["gzip", "br"] = "br" if encoding is Encoding.BROTLI else "gzip"
        made = await to_thread.run_sync(compressed, plain, (coding,))
        smaller = made.brotli or made.gzip or body
        if key not in self._kept and self._forgotten == forgotten:
            self._kept[key] = smaller
            self.kept_bytes += len(smaller)
        while self.kept_bytes > self._limit_bytes:
            _, oldest = self._kept.popitem(last=False)
            self.kept_bytes -= len(oldest)
        return smaller


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:20]


def preferred_encoding(request: Request) -> Encoding:
    """Return the coding that the client prefers; the header may be sent in several lines."""
    return choose_encoding(",".join(request.headers.getlist("accept-encoding")).encode("latin-1"))
