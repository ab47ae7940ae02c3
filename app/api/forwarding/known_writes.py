"""The layer of a process that writes which answers once the processes that read know of it, or after a moment.

The one that has forwarded the write is told up to where it has to know, and waits for itself (forwarding.py): where no
other process reads, its answer is on the way with what is to be known, and not a round later.
"""

from __future__ import annotations

from time import monotonic
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.forwarding.forwarded_requests import encode_known_at
from app.api.forwarding.serving_table import READ_METHODS

KNOWN_SECONDS = 0.05
"""The longest that a write waits for them. Whoever reads next may meet any process, and should find what was written;
one that is slower is brought up by its comparison with the tables (app/live/memory/stories_in_memory.py)."""


class Published(Protocol):
    """Numbers what is published, and knows how far the processes that read have applied it."""

    @property
    def published(self) -> int:
        """Return the number of what was published last."""
        ...

    async def wait_known(self, timeout_seconds: float, *, but: int = 0) -> bool:
        """Wait so long at most until all others, but the one with that pid, have applied what is published by now."""
        ...


class KnownWrites:
    """An ASGI application around `app`. Reads and refusals wait for nobody."""

    def __init__(self, app: ASGIApp, published: Published) -> None:
        self._app = app
        self._published = published

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READ_METHODS:
            await self._app(scope, receive, send)
            return
        forwarder: int = scope.get("forwarder_pid", 0)

        async def send_known(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                number, until = self._published.published, monotonic() + KNOWN_SECONDS
                await self._published.wait_known(KNOWN_SECONDS, but=forwarder)
                if forwarder:
                    known_at = encode_known_at(number, within_seconds=until - monotonic())
                    message = {**message, "headers": [*message.get("headers", ()), known_at]}
            await send(message)

        await self._app(scope, receive, send_known)
