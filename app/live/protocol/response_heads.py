"""The heads of responses that are written without a server's own machinery (RFC 9112 §4, §5). Pure."""

from __future__ import annotations

from http import HTTPStatus

from app.live.protocol.request_heads import Headers


def encode_head(status: int, headers: Headers) -> bytes:
    """Encode a status line and headers, without the empty line that ends a head."""
    return b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode()) + encode_headers(headers)


def encode_headers(headers: Headers) -> bytes:
    """Encode the lines of headers, each with its end."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])
