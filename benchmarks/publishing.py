"""One publication after another to one audience: the server's cost and the latency of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.http_client import HttpConnection, connect
from benchmarks.readers import PATIENCE_SECONDS, Audience
from benchmarks.servers import Running

PAUSE_SECONDS = 0.025
"""After each publication, so that all of its work is counted to it."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The server's CPU until all was done, and seconds from the POST to the first and the last reader.

    `client_busy` is the client's own share of a core until the last reader had it.
    """

    cpu_seconds: float
    first_seconds: float
    last_seconds: float
    client_busy: float


class Publisher:
    """Posts to one server; `make_request` is called with 0, 1, 2…"""

    def __init__(self, server: Running, connection: HttpConnection, make_request: Callable[[int], bytes]) -> None:
        self.server = server
        self._connection = connection
        self._make_request = make_request
        self._number = 0

    @classmethod
    async def open(cls, server: Running, make_request: Callable[[int], bytes]) -> Publisher:
        """Open a publisher with a connection of its own."""
        return cls(server, await connect(server.port), make_request)

    async def publish(self, audience: Audience) -> Publication:
        """Post one message and wait until every reader has it. TimeoutError if one never gets it."""
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._connection.when_answered = answered.set_result
        request = self._make_request(self._number)
        self._number += 1
        everyone = audience.expect()
        cpu, own, started = self.server.cpu_seconds, time.process_time(), time.perf_counter()
        self._connection.send(request)
        async with asyncio.timeout(PATIENCE_SECONDS):
            status = await answered
            assert status in {201, 202}, status
            await everyone
        passed, own = time.perf_counter() - started, time.process_time() - own
        await asyncio.sleep(PAUSE_SECONDS)
        cpu = self.server.cpu_seconds - cpu
        return Publication(cpu, audience.first_at - started, audience.last_at - started, own / passed)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
