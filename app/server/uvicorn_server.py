"""The server on real sockets: uvicorn's, with our start, drain and exit code.

The order of a stop: readiness turns to 503, readers are sent when and how to come back, running requests finish, the
database is closed, the process ends with 0. All of it within five seconds beside the time readers are sent away in,
whatever clients do; a second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from socket import socket
from types import FrameType
from typing import Any, cast

import structlog
import uvicorn

from app.live.native.handshake import AcceptContext
from app.live.native.portable_protocol import make_portable_protocol
from app.live.native.server_protocol import make_protocol
from app.server.control_socket import close_control_socket, open_control_socket
from app.server.lifespan import Application, Lifespan
from app.server.process_tuning import tune_process
from app.server.stopping import (
    CLOSE_SECONDS,
    DRAIN_SECONDS,
    FINISH_SECONDS,
    LAST_RESORT_SECONDS,
    SAME_STOP_SECONDS,
    end_process_after,
    finish_within,
)
from app.server.uvicorn_config import WebSocketLimits, server_config

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ControlEndpoint:
    """The application that commands reach a running server by, and the path of its Unix socket."""

    path: Path
    app: Application


class Server(uvicorn.Server):
    """uvicorn's server with our start, our drain and our exit code."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        control: ControlEndpoint | None,
        drain: Callable[[], Awaitable[None]],
        when_ready: Callable[[], Awaitable[None]],
        count_readers: Callable[[], int] = lambda: 0,
        drain_seconds: float = 0.0,
        last_resort_seconds: float | None = None,
    ) -> None:
        """`last_resort_seconds` after the drain's time the process is ended if it still runs; None: never."""
        super().__init__(config)
        self._drain_seconds = drain_seconds
        self._last_resort_seconds = last_resort_seconds
        self._stop_asked_at: float | None = None
        self._control = control
        self._control_socket: socket | None = None
        self._drain = drain
        self._count_readers = count_readers
        self._when_ready = when_ready
        self._announcement: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start the application, then listen. Raises what the application raised."""
        await super().startup(sockets)
        if self._control is not None:
            # Only now: we have the database's lock, so that no other server can be behind this path.
            self._control_socket = open_control_socket(self._control.path)
        if self._control is not None and self._control_socket is not None:
            factory = self._protocol_factory(self._control.app)
            loop = asyncio.get_running_loop()
            self.servers.append(await loop.create_server(factory, sock=self._control_socket))
        self._announcement = asyncio.create_task(self._announce(), name="ready")

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Drain, finish, close: each within its time."""
        if self._last_resort_seconds is not None:
            end_process_after(self._drain_seconds + self._last_resort_seconds)
        if self._announcement is not None:
            self._announcement.cancel()
        log.info("draining", connections=len(self.server_state.connections), readers=self._count_readers())
        await finish_within(self._drain_seconds + DRAIN_SECONDS, self._drain(), what="drain")
        self._stop_listening(sockets or [])
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._wait_for_requests(FINISH_SECONDS)
        await self._cut_connections()
        lifespan = cast("Lifespan", self.lifespan)
        if not await finish_within(CLOSE_SECONDS, lifespan.shutdown(), what="close"):
            await lifespan.abandon()
        log.info("stopped")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the stop at the first signal; end at once at the second: what was acknowledged is on disk."""
        now = time.monotonic()
        if self._stop_asked_at is None:
            # Not remembered, as uvicorn does to raise it again at the end: a stop that was asked for is a success.
            self._stop_asked_at = now
            self.should_exit = True
        elif now - self._stop_asked_at > SAME_STOP_SECONDS:
            os._exit(128 + sig)

    def _protocol_factory(self, app: Application) -> Callable[[], asyncio.Protocol]:
        config = server_config(app, trusted_proxies=())
        make = cast("Any", config.http_protocol_class)

        def make_protocol() -> asyncio.Protocol:
            protocol: asyncio.Protocol = make(
                config=config, server_state=self.server_state, app_state=self.lifespan.state
            )
            return protocol

        return make_protocol

    async def _announce(self) -> None:
        try:
            await self._when_ready()
        except Exception:  # the server runs; only its greeting could not be made
            log.exception("greeting_failed")

    def _stop_listening(self, sockets: Sequence[socket]) -> None:
        for server in self.servers:
            server.close()
        for each in sockets:
            each.close()
        if self._control is not None and self._control_socket is not None:
            close_control_socket(self._control_socket, self._control.path)

    async def _wait_for_requests(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        # uvicorn has no event for the end of its last connection, so this polls.
        while (self.server_state.connections or self.server_state.tasks) and loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def _cut_connections(self) -> None:
        left = list(self.server_state.connections)
        if left:
            log.info("cutting_connections", count=len(left))
        for connection in left:
            connection.transport.abort()
        await self._wait_for_requests(0.2)
        for task in list(self.server_state.tasks):
            task.cancel()
        await self._wait_for_requests(0.2)


def run_server(
    app: Application,
    *,
    sockets: list[socket],
    control: ControlEndpoint | None,
    accept_context: Callable[[], AcceptContext],
    portable: bool,
    trusted_proxies: Sequence[IPv4Network | IPv6Network],
    drain: Callable[[], Awaitable[None]],
    drain_seconds: float,
    count_readers: Callable[[], int],
    websockets: WebSocketLimits,
    when_ready: Callable[[], Awaitable[None]],
) -> None:
    """Serve until SIGTERM or SIGINT. Raises what the application raised if it cannot start.

    `accept_context` is called for each connection, for what connections share; `portable`: readers go through the
    application as on any ASGI server.
    `websockets` are the limits of the application's WebSockets; a larger message is closed with 1009 before it is read
    into memory. `count_readers` returns the number of live connections, for the log: the server does not know
    those that have left it.
    `when_ready` is called once requests are being answered, `drain` at the end while they still are; it may take
    `drain_seconds` beside the five seconds of any stop.
    """
    tune_process()
    config = server_config(app, trusted_proxies=trusted_proxies, websockets=websockets)
    make = make_portable_protocol if portable else make_protocol
    config.http_protocol_class = cast("Any", partial(make, accept_context))
    server = Server(
        config,
        control=control,
        drain=drain,
        when_ready=when_ready,
        count_readers=count_readers,
        drain_seconds=drain_seconds,
        last_resort_seconds=LAST_RESORT_SECONDS,
    )
    server.run(sockets)
