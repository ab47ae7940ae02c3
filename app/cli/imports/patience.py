"""The patience of a command whose calls may come again: a server that cannot take one now is asked again later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

from app.cli.output import say

LIMIT_SECONDS = 300.0
"""A server that takes nothing for so long is not busy: the command ends, and may be run again."""
PAUSE_SECONDS = 2.0
"""Where an answer does not say when to come back."""
LONGEST_PAUSE_SECONDS = 60.0

Sleep = Callable[[float], Awaitable[object]]


class PatientTransport(httpx.AsyncBaseTransport):
    """Passes calls on, and makes one again that is answered 503, once the time that the answer names has passed.

    `tell` is told once, when the waiting begins, not at each attempt. For LIMIT_SECONDS without another answer than
    that, then the 503 is the answer.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        tell: Callable[[str], None],
        sleep: Sleep = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._tell = tell
        self._sleep = sleep
        self._monotonic = monotonic
        self._refused_since: float | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make one call, as often as it takes."""
        while True:
            answer = await self._inner.handle_async_request(request)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                self._refused_since = None
                return answer
            now = self._monotonic()
            pause = _pause_seconds(answer)
            since = now if self._refused_since is None else self._refused_since
            if now + pause > since + LIMIT_SECONDS:
                return answer
            await answer.aread()
            if self._refused_since is None:
                self._refused_since = now
                self._tell(f"The server cannot go on now, and is asked again until it can: {_reason(answer)}")
            await answer.aclose()
            await self._sleep(pause)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def wait_for_server(way: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    """Return a way to the server on which calls wait while it is busy, and the person is told once that they do."""
    return PatientTransport(way, tell=say)


def _pause_seconds(answer: httpx.Response) -> float:
    given = answer.headers.get("Retry-After", "")
    seconds = float(given) if given.isdecimal() and len(given) < 6 else PAUSE_SECONDS
    return min(max(seconds, 0.1), LONGEST_PAUSE_SECONDS)


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return "503"
