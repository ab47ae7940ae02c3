"""The live routes alone on a real server, as any ASGI server would run them, or on their own transports."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from contextvars import ContextVar
from functools import partial
from typing import Any, Literal, cast

import uvicorn

from app.live.hub.admission_limits import AdmissionLimits, ConnectionLimiter
from app.live.hub.hub import Hub
from app.live.native.handshake import AcceptContext
from app.live.native.server_protocol import make_protocol
from app.live.portable.asgi import Receive, Scope, Send
from app.live.portable.event_stream_route import EventStreamRoute
from app.live.portable.websocket_route import WebSocketRoute

_STORY = re.compile(r"/v1/stories/([^/]+)/(?:live|events)")


class _Server(uvicorn.Server):
    """Signals when it listens, and leaves the process's signals to pytest."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # uvicorn's is a generator
        return nullcontext()


def routes(hub: Hub) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """An ASGI application with the three live paths."""
    websocket, event_stream = WebSocketRoute(hub), EventStreamRoute(hub, jitter=lambda: 0.5)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        match = _STORY.fullmatch(scope["path"])
        inner = {**scope, "path_params": {"story": match[1]} if match else {}}
        await (websocket if scope["type"] == "websocket" else event_stream)(inner, receive, send)

    return application


Path = Literal["portable", "native"]
current_path: ContextVar[Path] = ContextVar("current_path", default="portable")
"""The way readers are served in this test; set by the fixture of a module whose tests must pass on both."""

NO_LIMITS = AdmissionLimits(total=0, per_second=0, per_address=0)


def accept_context_for(hub: Hub, limits: AdmissionLimits = NO_LIMITS) -> AcceptContext:
    """The context of native connections, by default without limits."""
    limiter = ConnectionLimiter(limits, now=time.monotonic())
    return AcceptContext(
        hub,
        limiter,
        common_headers=lambda _: [(b"x-request-id", b"one")],
        is_readable=lambda _: True,
        jitter=lambda: 0.5,
    )


@asynccontextmanager
async def serve(
    hub: Hub,
    *,
    ws: Literal["websockets-sansio", "auto"] = "websockets-sansio",
    limits: AdmissionLimits = NO_LIMITS,
) -> AsyncIterator[str]:
    """Run on a free port of 127.0.0.1, in the way of `current_path`; yields `127.0.0.1:<port>`."""
    config = uvicorn.Config(
        routes(hub),
        port=0,
        lifespan="off",
        log_config=None,
        ws=ws,
        ws_max_size=4096,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )
    config.load()
    if current_path.get() == "native":
        accept_context = accept_context_for(hub, limits)
        hub.connections.watch(accept_context.pending, due_at=hub.seconds())
        config.http_protocol_class = cast("Any", partial(make_protocol, lambda: accept_context))
    server = _Server(config)
    await hub.start()
    task = asyncio.create_task(server.serve())
    await server.ready.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await hub.drain(timeout_seconds=2)
        server.should_exit = True
        await task
        await hub.stop()
