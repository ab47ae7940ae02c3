"""The lingering close of a connection that was answered for the last time, so that its peer can read the answer.

Closing while the peer still sends makes the system reset the connection, and the peer lose our response. So after our
last bytes we only stop sending, and read and drop input until the peer has closed: for a moment, up to a size, and
not for too many at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.live.hub.hub import Hub
from app.live.story.connection_states import ConnectionState, deadlines_of

LINGERING_LIMIT = 64
"""Lingering connections at once; a flood of refused ones must not use up the descriptors kept for others."""

DROPPED_LIMIT_BYTES = 16 * 1024 * 1024
"""Bytes such a peer may still send: twice the largest body that any address takes, not a stream."""


class LingeringClose:
    """The connections of one server that were answered for the last time and have not closed yet."""

    def __init__(self) -> None:
        self._waited_for: set[_Lingering] = set()

    def send(self, data: bytes, transport: asyncio.Transport, *, hub: Hub) -> None:
        """Write `data`, then close the connection when its peer has.

        The caller hands the transport over and must not use it again.
        """
        if data:
            transport.write(data)
        lingering = _Lingering(transport, hub, left=self._waited_for.discard)
        transport.set_protocol(lingering)
        # Watched even where we close at once: a close waits for a peer to read what is unsent.
        hub.connections.watch(lingering, due_at=hub.seconds() + deadlines_of(hub.limits)[ConnectionState.LINGERING])
        if len(self._waited_for) >= LINGERING_LIMIT or not transport.can_write_eof():
            transport.close()
            return
        self._waited_for.add(lingering)
        transport.write_eof()


class _Lingering(asyncio.Protocol):
    """A connection that was sent its last bytes."""

    state = ConnectionState.LINGERING

    def __init__(self, transport: asyncio.Transport, hub: Hub, *, left: Callable[[_Lingering], None]) -> None:
        self._transport = transport
        self._hub = hub
        self._left = left
        self._dropped_bytes = 0
        hub.metrics.connections_by_state.add(self)

    def data_received(self, data: bytes) -> None:
        self._dropped_bytes += len(data)
        if self._dropped_bytes > DROPPED_LIMIT_BYTES:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._hub.connections.unwatch(self)
        self._hub.metrics.connections_by_state.discard(self)
        self._left(self)

    def tick(self, now: float) -> None:
        """Abort: the time is out."""
        self._hub.metrics.connections_timed_out[ConnectionState.LINGERING] += 1
        self._transport.abort()
