"""Waits until the server counts a number of connections, after readers connect or disconnect."""

from __future__ import annotations

import asyncio

from benchmarks.readers import PATIENCE_SECONDS
from benchmarks.servers import Running


async def await_connections(server: Running, count: int) -> None:
    """Wait until the server has exactly `count` live connections. TimeoutError if it never has."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await asyncio.to_thread(server.count, "live_connections") != count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.1)
