"""uvicorn's protocol with a small write buffer, for readers on the portable routes."""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

WRITE_BUFFER_BYTES = 16 * 1024
"""Bytes that may wait for one peer before whoever writes has to wait, WebSockets included. Of the 64 KB that an event
loop takes without being told, a thousand readers who never read would fill 64 MB."""


class ShallowProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which keeps its transport when it becomes a WebSocket."""

    def connection_made(  # type: ignore[override]  # as uvicorn's own: it serves TCP alone
        self, transport: asyncio.Transport
    ) -> None:
        """Begin the connection with a small buffer."""
        super().connection_made(transport)
        cast("asyncio.WriteTransport", transport).set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
