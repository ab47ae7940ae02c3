"""Waits of the event loop until something is known, each with a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class KnownWaits:
    """Waits for conditions. Call `settle` on the loop whenever one may have come true."""

    def __init__(self) -> None:
        self._waits: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    async def wait(self, is_known: Callable[[], bool], timeout_seconds: float) -> bool:
        """Wait until `is_known` returns True, the time is over or the waits end; return what it returns then."""
        if is_known():
            return True
        known: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waits.append(wait := (is_known, known))
        try:
            async with asyncio.timeout(timeout_seconds):
                await known
        except TimeoutError:
            return False
        finally:
            self._waits.remove(wait)
        return is_known()

    def settle(self) -> None:
        """End the waits for what is known by now."""
        for is_known, known in self._waits:
            if not known.done() and is_known():
                known.set_result(None)

    def end(self) -> None:
        """End all waits: nothing more will be known."""
        for _, known in self._waits:
            if not known.done():
                known.set_result(None)
