"""Requests that another process of this machine has taken and forwards: who asked, and at which host.

The socket they come on is open to this account alone, and serves nothing else: what they say of their clients is true,
and none of them is this machine's own.
"""

from __future__ import annotations

import os

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

CLIENT = b"x-liveblog-client"
SCHEME = b"x-liveblog-scheme"
HOST = b"x-liveblog-forwarded-host"
FORWARDER = b"x-liveblog-forwarder"
"""The pid of the process that forwards, which waits for itself until it knows of what was written."""
OURS = frozenset({CLIENT, SCHEME, HOST, FORWARDER})

_PID_DIGITS = 10
"""No pid has more: what is longer would cost more to read than it is worth, and fails from 4,300 on."""

KNOWN_AT = b"x-liveblog-known-at"
"""Of an answer: what the process that forwarded has to know before it passes it on."""

_OF_ONE_CONNECTION = frozenset(
    {
        b"connection",
        b"expect",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Headers about the connection they came on (RFC 9110 §7.6.1), which are not passed on."""

_OF_THE_ANSWERING = frozenset({b"date", b"server", KNOWN_AT})
"""Headers that the process adds which sends an answer to the client, or that are for itself."""


def forwarded_headers(scope: Scope) -> Headers:
    """Return a request's headers as they are forwarded: without the connection's own, with the client's address."""
    dropped = _OF_ONE_CONNECTION | OURS
    headers = [(name, value) for name, value in scope["headers"] if name not in dropped and name != b"x-request-id"]
    if "request_id" in scope:
        headers.append((b"x-request-id", scope["request_id"].encode()))
    client = scope.get("client")
    headers.append((CLIENT, f"{client[0]} {client[1]}".encode() if client else b""))
    headers.append((SCHEME, scope.get("scheme", "http").encode()))
    headers.append((FORWARDER, b"%d" % os.getpid()))
    if (host := scope.get("forwarded_host")) is not None:
        headers.append((HOST, host))
    if not any(name == b"host" for name, _ in headers):
        headers.append((b"host", b""))  # HTTP/1.0 needs none, and 1.1 one
    return headers


def encode_known_at(number: int, *, within_seconds: float) -> tuple[bytes, bytes]:
    """Encode up to which number the process that forwarded has to know what is published, and for how long it waits."""
    return KNOWN_AT, b"%d %d" % (number, max(0.0, within_seconds) * 1000)


def known_at(headers: Headers) -> tuple[int, float] | None:
    """Return the number up to which this process has to know, and the seconds that it waits for that; None if none."""
    value = next((value for name, value in headers if name == KNOWN_AT), None)
    if value is None:
        return None
    number, _, milliseconds = value.partition(b" ")
    return int(number), int(milliseconds) / 1000


def returned_headers(headers: Headers) -> Headers:
    """Return an answer's headers as they are passed on to the client."""
    dropped = _OF_ONE_CONNECTION | _OF_THE_ANSWERING
    lowered = [(name.lower(), value) for name, value in headers]
    return [(name, value) for name, value in lowered if name not in dropped]


class ForwardedRequests:
    """The ASGI application for the socket on which others forward: `app`, with each request as its client sent it.

    `scope["is_forwarded"]` says so to whoever gives this machine itself more than others. An answer to a body that has
    not come whole ends its connection, so that whoever forwards it stops sending.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = _as_sent(scope)
        if scope["type"] != "http" or not has_body(scope):
            await self._app(scope, receive, send)
            return
        is_whole = False

        async def receive_counting() -> Message:
            nonlocal is_whole
            message = await receive()
            is_whole = is_whole or not message.get("more_body", False)
            return message

        async def send_ending(message: Message) -> None:
            if message["type"] == "http.response.start" and not is_whole:
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await self._app(scope, receive_counting, send_ending)


def has_body(scope: Scope) -> bool:
    """Return whether a request comes with a body."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _as_sent(scope: Scope) -> Scope:
    told = {name: value for name, value in scope["headers"] if name in OURS}
    pid = told.get(FORWARDER, b"")
    host, _, port = told.get(CLIENT, b"").decode("latin-1").rpartition(" ")
    sent = {
        **scope,
        "headers": [(name, value) for name, value in scope["headers"] if name not in OURS],
        "client": (host, int(port)) if host and port.isdecimal() else None,
        "scheme": told.get(SCHEME, b"http").decode("latin-1"),
        "is_forwarded": True,
        "forwarder_pid": int(pid) if pid.isdigit() and len(pid) <= _PID_DIGITS else 0,
    }
    return sent | ({"forwarded_host": told[HOST]} if HOST in told else {})
