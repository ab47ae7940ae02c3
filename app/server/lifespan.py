"""The server's side of an application's lifespan: begun before its first request, ended after its last one.

The server and the commands that run the application inside their own process both use this. Unlike uvicorn's own,
it raises what the application raised, so that a command can print in one sentence why nothing starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

Message = MutableMapping[str, Any]
Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
"""An ASGI 3 application."""

ABANDON_SECONDS = 0.2


class LifespanFailed(Exception):
    """The application reported that it cannot start or stop, and raised nothing."""


class Lifespan:
    """One lifespan of one application (ASGI's lifespan protocol, version 2.0). `state` is passed to its requests."""

    def __init__(self, app: Application) -> None:
        self.state: dict[str, Any] = {}
        self.should_exit = False
        self._app = app
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def startup(self) -> None:
        """Start the application. Raises what it raised, or LifespanFailed."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        self._task = asyncio.create_task(self._run(scope), name="lifespan")
        await self._ask("lifespan.startup")

    async def shutdown(self) -> None:
        """End the lifespan, and wait until the application has closed everything. Raises as `startup` does."""
        if self._task is None or self._task.done():
            return
        await self._ask("lifespan.shutdown")
        await self._task

    async def abandon(self) -> None:
        """Cancel a lifespan that has not ended in time, and wait a moment for what it closes even so."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait([self._task], timeout=ABANDON_SECONDS)

    async def _run(self, scope: MutableMapping[str, Any]) -> None:
        await self._app(scope, self._to_app.get, self._from_app.put)

    async def _ask(self, step: str) -> None:
        assert self._task is not None  # noqa: S101 - startup made it
        await self._to_app.put({"type": step})
        answer = asyncio.create_task(self._from_app.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            await self._task
            raise LifespanFailed(f"the application ended without an answer to {step}")
        message = answer.result()
        if message["type"] == f"{step}.failed":
            await self._task  # the application's own exception, which says more, comes first
            raise LifespanFailed(message.get("message", ""))
