"""A process with readers who come back: `python -m benchmarks.returning_readers PORT PATH SOURCE COUNT`.

One process may not have enough descriptors for all readers of a large measurement, nor one address enough ports. It
connects from SOURCE; each line that it reads asks for something, and each that it writes is the answer, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import sys
import time
from typing import Any

import uvloop

from app.server.process_tuning import raise_file_limit
from benchmarks.readers import Audience, Reader, upgrade_request

RETURN_SECONDS = 2.0
"""A reader whose connection ends comes back within this, at a time of its own."""

_BIND_WITHOUT_PORT = 24
"""IP_BIND_ADDRESS_NO_PORT: connect chooses the port. With thousands in use, bind looks for one for 30 ms (measured)."""

JOIN_SECONDS = 120.0
"""For 50 of them, since a hundred thousand share the machine's cores with their servers."""

_CURSOR = re.compile(rb'"cursor":"([^"]+)"')


class Returning(Reader):
    """A reader that goes on at its cursor when its connection ends, until it is closed."""

    source = ""

    def __init__(self, audience: Audience) -> None:
        super().__init__(audience)
        self.events = 0
        self.came_back = 0
        self._cursor = b""
        self._is_closed = False
        self._return: asyncio.Task[None] | None = None

    async def connect(self, port: int) -> None:
        """Connect from the process's own address."""
        loop = asyncio.get_running_loop()
        own = socket.socket()
        own.setblocking(False)
        own.setsockopt(socket.IPPROTO_IP, _BIND_WITHOUT_PORT, 1)
        own.bind((self.source, 0))
        await loop.sock_connect(own, ("127.0.0.1", port))
        await loop.create_connection(lambda: self, sock=own)

    def request(self) -> bytes:
        """Ask for what came after the last event."""
        after = f"?after={self._cursor.decode()}" if self._cursor else ""
        return upgrade_request(f"{self._audience.path}{after}", self.headers)

    def close(self) -> None:
        """Close for good."""
        self._is_closed = True
        super().close()

    def take(self, data: bytes, start: int, length: int) -> None:
        """Keep the cursor of each message, and count the events."""
        found = _CURSOR.search(data, start, start + length)
        if found is not None:
            self._cursor = found[1]
        before = self._audience.events
        super().take(data, start, length)
        self.events += self._audience.events - before

    def connection_lost(self, exc: Exception | None) -> None:
        """Come back, a moment later."""
        if not self._is_closed:
            self._return = asyncio.create_task(self._come_back())

    async def _come_back(self) -> None:
        self.caught_up = asyncio.get_running_loop().create_future()
        self._rest, self._is_open = b"", False
        await asyncio.sleep(random.uniform(0, RETURN_SECONDS))
        try:
            await self.connect(self._audience.port)
        except OSError:
            self._return = asyncio.create_task(self._come_back())
            return
        self.came_back += 1


async def _answer(audience: Audience, asked: str, count: int) -> dict[str, Any]:
    readers = [each for each in audience.readers if isinstance(each, Returning)]
    if asked == "join":
        began = time.monotonic()
        await audience.join(count)
        return {"seconds": time.monotonic() - began}
    if asked.startswith("events "):
        wanted = int(asked.removeprefix("events "))
        while min(each.events for each in readers) < wanted:  # noqa: ASYNC110 - they are 12,500
            await asyncio.sleep(0.05)
        return {"last_at": time.monotonic(), "doubled": sum(each.events > wanted for each in readers)}
    return {"came_back": sum(each.came_back for each in readers), "most": max(each.came_back for each in readers)}


async def _serve(port: int, path: str, count: int) -> None:
    audience = Audience(port, path, kind=Returning, patience_seconds=JOIN_SECONDS)
    loop = asyncio.get_running_loop()
    while asked := await loop.run_in_executor(None, sys.stdin.readline):
        answer = await _answer(audience, asked.strip(), count)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    raise_file_limit()
    Returning.source = sys.argv[3]
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[4])))
