"""When a crowd has left: the server is asked until it counts no more connections than are meant to be there."""

from __future__ import annotations

import asyncio

from benchmarks.readers import PATIENCE_SECONDS
from benchmarks.servers import Running


async def await_connections(server: Running, most: int) -> None:
    """Return once the server has `most` live connections, or fewer. TimeoutError if it keeps more."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await asyncio.to_thread(server.count, "live_connections") > most:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.1)
