"""HTTP connections to an application on this process's loop, without the rest of a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_network
from typing import Any

from uvicorn.server import ServerState

from app.live.hub.hub import Hub
from app.live.native.server_protocol import make_protocol
from app.live.story.limits import LiveLimits
from app.server.uvicorn_config import server_config
from tests.live.app import accept_context_for
from tests.live.hubs import hub_over
from tests.live.model import ModelLog, story


@asynccontextmanager
async def serving_http(
    application: Any,
    limits: LiveLimits | None = None,
    *,
    make: Callable[..., asyncio.Protocol] = make_protocol,
    proxies: tuple[str, ...] = (),
    count_failure: Callable[[], None] = lambda: None,
    **of_hub: Any,
) -> AsyncIterator[tuple[Hub, int, ServerState]]:
    """Serve connections that `make` makes; yields their hub, the port, and the server's own record of them."""
    hub = hub_over(
        ModelLog(story()),
        limits=limits or LiveLimits(),
        heartbeat_seconds=1000,
        reconcile_seconds=1000,
        **of_hub,
    )
    await hub.start()
    context, state = accept_context_for(hub), ServerState()
    context.count_failure = count_failure
    state.default_headers = [(b"date", b"today")]
    config = server_config(application, trusted_proxies=[ip_network(each) for each in proxies])
    protocol = partial(make, lambda: context, server_state=state, config=config, app_state={})
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    try:
        yield hub, server.sockets[0].getsockname()[1], state
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await hub.stop()
