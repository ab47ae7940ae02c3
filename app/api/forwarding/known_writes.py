"""The layer of a process that writes which answers once the processes that read know of it, or after a moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.forwarding.serving_table import READ_METHODS

KNOWN_SECONDS = 0.05
"""The longest that a write waits for them. Whoever reads next may meet any process, and should find what was written;
one that is slower reconciles with the tables before it answers (app/live/memory/stories_in_memory.py)."""

WaitKnown = Callable[[float], Awaitable[object]]
"""Waits so many seconds at most until all processes have applied what is committed by now."""


class KnownWrites:
    """An ASGI application around `app`. Reads and refusals wait for nobody."""

    def __init__(self, app: ASGIApp, wait_known: WaitKnown) -> None:
        self._app = app
        self._wait_known = wait_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READ_METHODS:
            await self._app(scope, receive, send)
            return

        async def send_known(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                await self._wait_known(KNOWN_SECONDS)
            await send(message)

        await self._app(scope, receive, send_known)
