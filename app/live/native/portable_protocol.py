"""The HTTP protocol of a server whose readers are the application's (`serve --portable`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.server import ServerState

from app.live.native.handshake import AcceptContext
from app.live.native.http_protocol import HttpProtocol

PORTABLE_BUFFER_BYTES = 16 * 1024
"""Bytes that may wait for one reader of the application's before whoever writes has to wait. Of the 64 KB that an event
loop takes without being told, a thousand readers who never read would fill 64 MB."""


class PortableProtocol(HttpProtocol):
    """The protocol of a connection whose readers are the application's, with a small write buffer for event streams."""

    def connection_made(  # type: ignore[override]  # as uvicorn's own: it serves TCP alone
        self, transport: asyncio.Transport
    ) -> None:
        """Begin the connection; who writes waits once PORTABLE_BUFFER_BYTES do."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=PORTABLE_BUFFER_BYTES)


def make_portable_protocol(
    accept_context: Callable[[], AcceptContext], *, server_state: ServerState, **given: Any
) -> asyncio.Protocol:
    """Make the protocol of a connection whose readers are the application's; called once per connection."""
    return PortableProtocol(accept_context=accept_context(), server_state=server_state, **given)
