"""Standing in for a worker that is late or away: another accepts from its listening sockets meanwhile.

The kernel goes on giving that worker its part of all connections, which would wait in its queue until it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from socket import socket

import structlog

from app.server.listeners import BACKLOG, accepting_duplicates

log = structlog.get_logger()


class StandIn:
    """Accepts for others. `spares` are their listening sockets by their numbers; `factory` makes a protocol."""

    def __init__(self, spares: Mapping[int, Sequence[socket]], factory: Callable[[], asyncio.Protocol]) -> None:
        self._spares = spares
        self._factory = factory
        self._servers: dict[int, list[asyncio.Server]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def begin(self, number: int) -> None:
        """Accept from that worker's sockets too."""
        if number in self._spares and number not in self._servers and not self._is_closed:
            servers: list[asyncio.Server] = []
            self._servers[number] = servers
            task = asyncio.create_task(self._listen(number, servers), name=f"stand in for worker {number}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def end(self, number: int) -> None:
        """Leave its sockets to the worker; what was accepted stays."""
        servers = self._servers.pop(number, [])
        for server in servers:
            server.close()
        if servers:
            log.info("standing_in_ended", for_worker=number)

    def close(self) -> None:
        """Leave every socket, for good."""
        self._is_closed = True
        for number in tuple(self._servers):
            self.end(number)

    async def _listen(self, number: int, servers: list[asyncio.Server]) -> None:
        """Listen on that worker's sockets until `end` has taken `servers` away."""
        loop = asyncio.get_running_loop()
        try:
            # Descriptors of our own: closing them ends nothing for the worker, nor for a later time.
            duplicates = [each for spare in self._spares[number] for each in accepting_duplicates(spare)]
        except OSError as error:
            log.warning("no_standing_in", for_worker=number, cause=str(error))
            if self._servers.get(number) is servers:
                del self._servers[number]  # the next call may find descriptors
            return
        for each in duplicates:
            if self._servers.get(number) is not servers:
                each.close()
                continue
            # The backlog is the socket's, and so also the worker's: a hundred, unless it is said.
            server = await loop.create_server(self._factory, sock=each, backlog=BACKLOG)
            if self._servers.get(number) is servers:
                servers.append(server)
            else:
                server.close()
        if self._servers.get(number) is servers:
            log.info("standing_in", for_worker=number)
