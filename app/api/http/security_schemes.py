"""The credentials that the server accepts, and which of them each operation does, for the API's description."""

from __future__ import annotations

from typing import Any

from fastapi.routing import APIRoute

from app.api.http.bodies import WriteRoute
from app.api.http.credentials import CSRF_HEADER, cookie_name
from app.wire.links import Links

Security = list[dict[str, list[str]]]
"""Alternatives, each a set of schemes that are sent together; an empty set is a call without any."""

NOTHING: Security = []
SESSION_ONLY: Security = [{"session": [], "csrf": []}]
METRICS: Security = [{}, {"token": []}]

_READS: Security = [{"token": []}, {"session": []}]
_WRITES: Security = [{"token": []}, *SESSION_ONLY]


def security_schemes(links: Links) -> dict[str, Any]:
    """Describe the kinds of credentials; the page of the API puts the cursor into the last one."""
    return {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie_name(links),
            "description": "A browser's session, which `POST /v1/newsroom/sessions` begins. Taken from our own pages"
            " alone, and not looked at where there is an Authorization header.",
        },
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": CSRF_HEADER.title().replace("Csrf", "CSRF"),
            "description": "Sent by each write with a session: `csrf` of the answer that began it, or of"
            " `GET /v1/newsroom/me`.",
        },
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A person's or a bot's token, made at `/v1/newsroom/tokens`, or the operator's admin token."
            " For `/metrics` the operator's: the admin's, or the one that is for metrics alone.",
        },
    }


def security_of(route: APIRoute, method: str) -> Security:
    """Return what is accepted by a route that does not say so itself."""
    if not isinstance(route, WriteRoute) or not route.needs_credentials:
        return NOTHING
    return _READS if method == "GET" else _WRITES
