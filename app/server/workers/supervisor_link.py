"""A worker's end of the socket to its supervisor: it says when it is ready, answers heartbeats, and is told to retire.

Lines of text on a pair of Unix sockets. The worker ends with the supervisor: a link that is closed ends the process.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

import structlog

from app.server.workers.standing_in import StandIn

GO, READY, PING, PONG, GREET, RETIRE = b"go", b"ready", b"ping", b"pong", b"greet", b"retire"
STAND_IN, STAND_BACK = b"stand-in", b"stand-back"
"""The first word of a line. `ready` has the seconds that a stop may take, a `ping` JSON with what the supervisor
counts, a `pong` the number of connections; `stand-in` and `stand-back` have the number of the worker whose connections
are to be accepted, or no more."""

log = structlog.get_logger()


class SupervisorLink:
    """The worker's end. Call `start` on the event loop, which then answers by itself."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end = end
        self._received = b""
        self._retire: Callable[[], None] = lambda: None
        self._count_connections: Callable[[], int] = lambda: 0
        self._stand_in: StandIn | None = None
        self._greet: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._greeting: asyncio.Task[None] | None = None
        self.counted: Mapping[str, int] = {}
        """What the supervisor counted until its last heartbeat: the replaced processes, by cause."""

    def wait_for_go(self) -> None:
        """Wait until the supervisor wants this process to open anything; it says so once those before it are ready."""
        self._end.setblocking(True)
        if self._end.recv(len(GO) + 1) != GO + b"\n":
            os._exit(1)  # the supervisor has ended
        self._end.setblocking(False)

    def start(
        self, *, retire: Callable[[], None], count_connections: Callable[[], int], stand_in: StandIn | None = None
    ) -> None:
        """Listen to the supervisor. `retire` begins a stop in which a successor has the listening sockets already."""
        self._stand_in = stand_in
        self._retire = retire
        self._count_connections = count_connections
        asyncio.get_running_loop().add_reader(self._end, self._read)

    def say_ready(self, greet: Callable[[], Coroutine[Any, Any, None]], *, stop_seconds: float) -> None:
        """Tell the supervisor that requests are answered, and what a stop may take by this process's settings.

        `greet` is called if this process is to say so to people.
        """
        self._greet = greet
        self._send(b"%s %g" % (READY, stop_seconds))

    def _read(self) -> None:
        try:
            received = self._end.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            log.error("supervisor_gone", detail="its workers end with it")
            os._exit(1)
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        word, _, rest = line.partition(b" ")
        if word == PING:
            self.counted = json.loads(rest)
            self._send(b"%s %d" % (PONG, self._count_connections()))
        elif word == RETIRE:
            self._retire()
        elif word == STAND_IN and self._stand_in is not None:
            self._stand_in.begin(int(rest))
        elif word == STAND_BACK and self._stand_in is not None:
            self._stand_in.end(int(rest))
        elif word == GREET and self._greet is not None:
            self._greeting = asyncio.create_task(self._say_greeting(self._greet()), name="greeting")

    async def _say_greeting(self, greet: Coroutine[Any, Any, None]) -> None:
        try:
            await greet
        except Exception:  # the server runs; only its greeting could not be made
            log.exception("greeting_failed")

    def _send(self, line: bytes) -> None:
        # A supervisor that does not read has ended or is stopped; what is lost is a heartbeat, and there are others.
        with suppress(OSError):
            self._end.send(line + b"\n")
