"""Waits of the event loop until what is published up to a number is known, each with a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

KnownBut = Callable[[int], float]
"""Returns up to which number everything is known by all processes but the one with that pid."""


class KnownWaits:
    """Waits for numbers. Call `settle` on the loop whenever `known_but` may return more than before."""

    def __init__(self, known_but: KnownBut) -> None:
        self._known_but = known_but
        self._waits: list[tuple[int, int, asyncio.Future[None]]] = []

    async def wait(self, number: int, timeout_seconds: float, *, but: int = 0) -> bool:
        """Wait until that number is known, the time is over or the waits end; return whether it is known then."""
        if self._known_but(but) >= number:
            return True
        known: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waits.append(wait := (number, but, known))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_seconds):
                    await known
        finally:
            self._waits.remove(wait)
        return self._known_but(but) >= number

    def settle(self) -> None:
        """End the waits for what is known by now."""
        known_but: dict[int, float] = {}
        for number, but, known in self._waits:
            if but not in known_but:
                known_but[but] = self._known_but(but)
            if number <= known_but[but] and not known.done():
                known.set_result(None)

    def end(self) -> None:
        """End all waits: nothing more will be known."""
        for _, _, known in self._waits:
            if not known.done():
                known.set_result(None)
