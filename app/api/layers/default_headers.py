"""The defaults of every route's answer, unless the route sets its own: no caching, no guessing of types, HEAD."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, unbind_contextvars

_DEFAULTS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)


class DefaultHeaders:
    """An ASGI application around the routes. Lines logged while a request is answered carry its id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["method"] == "HEAD"

        async def send_with_defaults(message: Message) -> None:
            # A 304 says nothing about content, and leaves what the client has as it is.
            if message["type"] == "http.response.start" and message["status"] != 304:
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                headers += [(name, value) for name, value in _DEFAULTS if name not in present]
                message = {**message, "headers": headers}
            elif message["type"] == "http.response.body" and is_head:
                message = {**message, "body": b""}
            await send(message)

        if is_head:
            # HEAD is GET without the content (RFC 9110 §9.3.2), so that no route has to be written twice.
            scope = {**scope, "method": "GET", "is_head": True}
        bind_contextvars(request_id=scope["request_id"])
        try:
            await self._app(scope, receive, send_with_defaults)
        finally:
            unbind_contextvars("request_id")
