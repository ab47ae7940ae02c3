"""The configuration of uvicorn: parser, event loop, logs, timeouts and the limits of WebSockets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any, cast

import uvicorn

from app.server.forwarded_host import ForwardedHost
from app.server.lifespan import Application, Lifespan
from app.server.listeners import BACKLOG

MESSAGE_LIMIT_BYTES = 4_096
"""The largest WebSocket message a client may send, unless the operator has set another."""
PING_SECONDS = 20.0
"""A WebSocket of the application is sent a ping this often, unless the operator has set another time."""
PONG_SECONDS = 30.0
"""A peer that has answered no ping for this long has gone without saying so, unless the operator has set another."""


@dataclass(frozen=True, slots=True)
class WebSocketLimits:
    """The limits of a WebSocket of the application: its messages, and the times in which its peer answers."""

    message_bytes: int = MESSAGE_LIMIT_BYTES
    ping_seconds: float = PING_SECONDS
    pong_seconds: float = PONG_SECONDS


def server_config(
    app: Application,
    *,
    trusted_proxies: Sequence[IPv4Network | IPv6Network],
    websockets: WebSocketLimits | None = None,
) -> uvicorn.Config:
    """Configure uvicorn: the fast parser and loop, our logs, small inbound messages, no compression per message."""
    limits = websockets or WebSocketLimits()
    config = uvicorn.Config(
        app=cast("Any", app),
        http="httptools",
        ws="websockets-sansio",
        loop="uvloop",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=[str(network) for network in trusted_proxies],
        ws_max_size=limits.message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=limits.ping_seconds,
        ws_ping_timeout=limits.pong_seconds,
        backlog=BACKLOG,  # it listens again on the sockets that it is given, with a queue of this length
        workers=1,
    )
    config.load()
    if trusted_proxies:
        config.loaded_app = ForwardedHost(
            config.loaded_app, trusted_proxies=trusted_proxies, answer_at_once=getattr(app, "answer_at_once", None)
        )
    config.lifespan_class = cast("Any", lambda loaded: Lifespan(loaded.loaded_app))
    return config
