"""Waiting for what is to become true: it is asked again and again, with an end, and no time is hoped to be enough."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

POLL_SECONDS = 0.02
PATIENCE_SECONDS = 20.0


def await_true(
    condition: Callable[[], object],
    *,
    seconds: float = PATIENCE_SECONDS,
    or_say: Callable[[], str] = lambda: "it never happened",
) -> None:
    """Ask again and again until `condition` holds; fail with a reason after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, or_say()
        time.sleep(POLL_SECONDS)


async def until(
    condition: Callable[[], object], *, seconds: float = PATIENCE_SECONDS, pause_seconds: float = 0
) -> None:
    """Let the loop run until `condition` holds, asked at every turn, or with a pause for what other processes do."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(pause_seconds)
