"""The credentials of a request: a token in its Authorization header, else a browser's session in its cookie.

A cookie is sent by a browser whether its page meant it or not. So one is honoured for our own pages alone, and a write
with it has to repeat a CSRF token that only our own page knows.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from fastapi import Request

from app.api.http.state import AppState
from app.domain.errors import NotAllowed
from app.newsroom.context.access import csrf_token
from app.wire.links import Links

CSRF_HEADER = "x-csrf-token"
_SAFE = {"GET", "HEAD"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Credentials(NamedTuple):
    """A secret, if there is one, and whether it is a browser's."""

    secret: str | None
    is_session: bool = False


def cookie_name(links: Links) -> str:
    """Return the session cookie's name; a browser accepts `__Host-` over HTTPS and from this host alone."""
    return "__Host-liveblog" if is_https(links) else "liveblog"


def is_https(links: Links) -> bool:
    """Return whether browsers reach us over HTTPS."""
    return links.public_url.startswith("https://")


def credentials_of(request: Request) -> Credentials:
    """Return the request's credentials. Raises NotAllowed `csrf_failed` for a write that its page may not have meant.

    A bearer token wins over a cookie; the only place where one is accepted is the Authorization header.
    """
    values = request.headers.getlist("authorization")
    if values:
        return bearer_credentials(values)
    app_state: AppState = request.app.state.app_state
    secret = cookie_value(request.headers.get("cookie", ""), cookie_name(app_state.newsroom.links))
    if not secret or not is_same_origin(request):
        return Credentials(None)
    if request.method not in _SAFE and not _has_csrf_token(request, secret):
        raise NotAllowed("csrf_failed", "A write with a session needs its X-CSRF-Token, and a browser's Origin.")
    return Credentials(secret, is_session=True)


def bearer_credentials(authorizations: Sequence[str]) -> Credentials:
    """Return the token in the Authorization headers; none where there are several, or of another scheme."""
    scheme, _, token = authorizations[0].partition(" ")
    if len(authorizations) > 1 or scheme.lower() != "bearer":
        return Credentials(None)
    return Credentials(token.strip() or None)


def is_same_origin(request: Request) -> bool:
    """Return whether the request comes from one of our own pages, or from no page at all."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    app_state: AppState = request.app.state.app_state
    links = app_state.newsroom.links
    asked = links.at_host(request.scope).public_url, f"http://{request.headers.get('host', '')}"
    return _authority(origin) in {_authority(url) for url in (links.public_url, *asked)}


def cookie_value(header: str, name: str) -> str | None:
    """Return the value of the last cookie of that name; in no value of ours is anything to be unquoted.

    The standard library's unquoting, which Starlette calls for every cookie, takes the square of the backslashes in one
    (CVE-2024-7592, in Python before 3.11.10 and 3.12.6).
    """
    pairs = (chunk.partition("=") for chunk in header.split(";"))
    found = [value.strip() for key, equals, value in pairs if equals and key.strip() == name]
    return found[-1] if found else None


def _has_csrf_token(request: Request, secret: str) -> bool:
    sent = request.headers.get(CSRF_HEADER, "")
    return "origin" in request.headers and hmac.compare_digest(sent.encode(), csrf_token(secret).encode())


def _authority(url: str) -> tuple[str | None, int | None] | None:
    """Return an address's host and port, the port None where it is the scheme's own. None for what is no address."""
    try:
        parts = urlsplit(url)
        port = None if parts.port == _DEFAULT_PORTS.get(parts.scheme) else parts.port
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname else None
