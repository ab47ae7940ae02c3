"""uvicorn's WebSocket with a time limit for a peer that does not read.

Its pings end a peer that is silent, and its close waits for what is unsent, however long that takes: this ends both.
"""

from __future__ import annotations

from asyncio.transports import BaseTransport
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.live.native.handshake import AcceptContext
from app.live.story.connection_states import ConnectionState


class UpgradedProtocol(WebSocketsSansIOProtocol):
    """One WebSocket of the application."""

    state = ConnectionState.UPGRADED

    def __init__(self, accept_context: AcceptContext, **given: Any) -> None:
        super().__init__(**given)
        self._accept_context = accept_context
        self._unsent_bytes = -1
        self.close_timeout = accept_context.deadlines[ConnectionState.LINGERING]  # uvicorn's own is ten seconds

    def connection_made(self, transport: BaseTransport) -> None:
        """Count the connection, and watch every byte that its peer leaves unread."""
        super().connection_made(transport)
        self._accept_context.hub.metrics.connections_by_state.add(self)
        self.transport.set_write_buffer_limits(high=0)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the time limit of a connection that has closed."""
        hub = self._accept_context.hub
        hub.metrics.connections_by_state.discard(self)
        hub.connections.unwatch(self)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Start the time limit of a peer that does not read."""
        super().pause_writing()
        self._unsent_bytes = self.transport.get_write_buffer_size()
        self._accept_context.hub.connections.watch(self, due_at=self._due_at())

    def resume_writing(self) -> None:
        """End it: everything was read."""
        self._accept_context.hub.connections.unwatch(self)
        super().resume_writing()

    def tick(self, now: float) -> float | None:
        """Cut a peer that has read nothing since."""
        unsent_bytes = self.transport.get_write_buffer_size()
        if unsent_bytes < self._unsent_bytes:
            self._unsent_bytes = unsent_bytes
            return self._due_at()
        self._accept_context.hub.metrics.connections_timed_out[ConnectionState.UPGRADED] += 1
        self.transport.abort()
        return None

    def _due_at(self) -> float:
        return self._accept_context.hub.seconds() + self._accept_context.hub.limits.stall_seconds
