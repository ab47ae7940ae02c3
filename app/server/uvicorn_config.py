"""The configuration of uvicorn: parser, event loop, logs, timeouts and the limits of WebSockets."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any, cast

import uvicorn

from app.server.lifespan import Application, Lifespan

KEEP_ALIVE_SECONDS = 75
"""Longer than the 60 s after which common proxies drop an idle connection, so that they, not we, end it first."""
MESSAGE_LIMIT_BYTES = 4_096
"""The largest WebSocket message a client may send, unless the operator has set another."""
PING_SECONDS = 20.0
"""A peer that has answered no ping for this long after one was sent has gone without saying so."""


def server_config(
    app: Application, *, trusted_proxies: Sequence[IPv4Network | IPv6Network], message_bytes: int = MESSAGE_LIMIT_BYTES
) -> uvicorn.Config:
    """Configure uvicorn: the fast parser and loop, our logs, small inbound messages, no compression per message."""
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
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        ws_max_size=message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        workers=1,
    )
    config.load()
    config.lifespan_class = cast("Any", lambda loaded: Lifespan(loaded.loaded_app))
    return config
