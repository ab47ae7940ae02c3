"""The server on real sockets: uvicorn's, with our start, drain and exit code.

The order of a stop: readiness turns to 503, readers are sent when and how to come back, running requests finish, the
database is closed, the process ends with 0. All of it within five seconds beside the time readers are sent away in,
whatever clients do; a second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from socket import socket
from types import FrameType, MappingProxyType
from typing import Any, cast

import structlog
import uvicorn

from app.live.native.handshake import AcceptContext
from app.live.native.portable_protocol import make_portable_protocol
from app.live.native.server_protocol import make_protocol
from app.server.control_socket import BACKLOG, close_control_socket, open_control_socket
from app.server.lifespan import Application, Lifespan
from app.server.listeners import accepting_duplicates
from app.server.process_tuning import tune_process
from app.server.stopping import (
    ACCEPTED_SECONDS,
    CLOSE_SECONDS,
    DRAIN_SECONDS,
    FINISH_SECONDS,
    LAST_RESORT_SECONDS,
    SAME_STOP_SECONDS,
    end_process_after,
    finish_within,
)
from app.server.uvicorn_config import WebSocketLimits, server_config
from app.server.workers.standing_in import StandIn
from app.server.workers.supervisor_link import SupervisorLink

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class UnixEndpoint:
    """An application for processes of this machine alone, and the path of its Unix socket: commands, or siblings."""

    path: Path
    app: Application
    websockets: WebSocketLimits | None = None


class Server(uvicorn.Server):
    """uvicorn's server with our start, our drain and our exit code."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        endpoints: Sequence[UnixEndpoint] = (),
        drain: Callable[[], Awaitable[None]],
        when_ready: Callable[[], Awaitable[None]],
        count_readers: Callable[[], int] = lambda: 0,
        drain_seconds: float = 0.0,
        last_resort_seconds: float | None = None,
        supervisor: SupervisorLink | None = None,
        count_connections: Callable[[], int] = lambda: 0,
        spares: Mapping[int, Sequence[socket]] = MappingProxyType({}),
    ) -> None:
        """`supervisor` is the link of one process of several, `spares` are the listening sockets of the others.

        `last_resort_seconds` after the drain's time the process is ended if it still runs; None: never.
        """
        super().__init__(config)
        self._drain_seconds = drain_seconds
        self._last_resort_seconds = last_resort_seconds
        self._stop_asked_at: float | None = None
        self._endpoints = endpoints
        self._unix_sockets: list[tuple[Path, socket, int]] = []
        self._drain = drain
        self._count_readers = count_readers
        self._when_ready = when_ready
        self._supervisor = supervisor
        self._count_others = count_connections
        self._has_successor = False
        self._spares = spares
        self._stand_in: StandIn | None = None
        self._announcement: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start the application, then listen. Raises what the application raised."""
        duplicates: list[socket] = []
        try:
            for listener in sockets or ():
                duplicates += accepting_duplicates(listener)
            await super().startup(None if sockets is None else duplicates)
        finally:
            if not self.started:
                for each in duplicates:
                    each.close()
        # Only now: we have the database's lock, so that no other server can be behind these paths.
        for endpoint in self._endpoints:
            await self._listen_on(endpoint)
        if self._supervisor is not None:
            self._stand_in = StandIn(self._spares, self._factory(self.config))
            self._supervisor.start(
                retire=self._retire, count_connections=self._count_connections, stand_in=self._stand_in
            )
        self._announcement = asyncio.create_task(self._announce(), name="ready")

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Drain, finish, close: each within its time."""
        if self._last_resort_seconds is not None:
            end_process_after(self._drain_seconds + self._last_resort_seconds)
        if self._announcement is not None:
            self._announcement.cancel()
        log.info("draining", connections=len(self.server_state.connections), readers=self._count_readers())
        if self._has_successor:
            self._stop_listening(sockets or [])
            await asyncio.sleep(ACCEPTED_SECONDS)
        await finish_within(self._drain_seconds + DRAIN_SECONDS, self._drain(), what="drain")
        if not self._has_successor:
            self._stop_listening(sockets or [])
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._wait_for_requests(FINISH_SECONDS)
        await self._cut_connections()
        lifespan = cast("Lifespan", self.lifespan)
        if not await finish_within(CLOSE_SECONDS, lifespan.shutdown(), what="close"):
            await lifespan.abandon()
        log.info("stopped")

    def _retire(self) -> None:
        """Begin a stop in which the listening sockets are a successor's already."""
        self._has_successor = True
        self.should_exit = True

    def _count_connections(self) -> int:
        return len(self.server_state.connections) + self._count_others()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the stop at the first signal; end at once at the second: what was acknowledged is on disk."""
        now = time.monotonic()
        if self._stop_asked_at is None:
            # Not remembered, as uvicorn does to raise it again at the end: a stop that was asked for is a success.
            self._stop_asked_at = now
            self.should_exit = True
        elif now - self._stop_asked_at > SAME_STOP_SECONDS:
            os._exit(128 + sig)

    async def _listen_on(self, endpoint: UnixEndpoint) -> None:
        listener = open_control_socket(endpoint.path)
        if listener is not None:
            self._unix_sockets.append((endpoint.path, listener, endpoint.path.stat().st_ino))
            loop, make = asyncio.get_running_loop(), self._protocol_factory(endpoint)
            for each in accepting_duplicates(listener):
                self.servers.append(await loop.create_server(make, sock=each, backlog=BACKLOG))

    def _protocol_factory(self, endpoint: UnixEndpoint) -> Callable[[], asyncio.Protocol]:
        return self._factory(server_config(endpoint.app, trusted_proxies=(), websockets=endpoint.websockets))

    def _factory(self, config: uvicorn.Config) -> Callable[[], asyncio.Protocol]:
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
        if self._stand_in is not None:
            self._stand_in.close()
        for server in self.servers:
            server.close()
        for each in sockets:
            each.close()
        for path, listener, inode in self._unix_sockets:
            close_control_socket(listener, path, inode=inode)

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
    endpoints: Sequence[UnixEndpoint],
    accept_context: Callable[[], AcceptContext],
    portable: bool,
    trusted_proxies: Sequence[IPv4Network | IPv6Network],
    drain: Callable[[], Awaitable[None]],
    drain_seconds: float,
    count_readers: Callable[[], int],
    websockets: WebSocketLimits,
    when_ready: Callable[[], Awaitable[None]],
    supervisor: SupervisorLink | None = None,
    count_connections: Callable[[], int] = lambda: 0,
    spares: Mapping[int, Sequence[socket]] = MappingProxyType({}),
) -> None:
    """Serve until SIGTERM or SIGINT. Raises what the application raised if it cannot start.

    `accept_context` is called for each connection, for what connections share; `portable`: readers go through the
    application as on any ASGI server.
    `websockets` are the limits of the application's WebSockets; a larger message is closed with 1009 before it is read
    into memory. `count_readers` returns the number of live connections, for the log: the server does not know
    those that have left it.
    `when_ready` is called once requests are being answered, `drain` at the end while they still are; it may take
    `drain_seconds` beside the five seconds of any stop. `supervisor` is the link of one process of several,
    to which it says its connections: `count_connections` are those that uvicorn does not know. `spares` are the
    listening sockets of the others.
    """
    tune_process()
    config = server_config(app, trusted_proxies=trusted_proxies, websockets=websockets)
    make = make_portable_protocol if portable else make_protocol
    config.http_protocol_class = cast("Any", partial(make, accept_context))
    server = Server(
        config,
        endpoints=endpoints,
        drain=drain,
        when_ready=when_ready,
        count_readers=count_readers,
        drain_seconds=drain_seconds,
        last_resort_seconds=LAST_RESORT_SECONDS,
        supervisor=supervisor,
        count_connections=count_connections,
        spares=spares,
    )
    server.run(sockets)
