"""Waiting for a crowd to have come, or gone: the server is asked until it counts as many connections as are meant."""

from __future__ import annotations

import asyncio

from benchmarks.readers import PATIENCE_SECONDS
from benchmarks.servers import Running


async def await_connections(server: Running, count: int) -> None:
    """Return once the server has exactly `count` live connections. TimeoutError if it never has."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await asyncio.to_thread(server.count, "live_connections") != count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.1)
