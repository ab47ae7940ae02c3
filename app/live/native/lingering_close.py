"""The lingering close of a refused connection, so that its peer can read why.

Closing while the peer still sends makes the system reset the connection, and the peer lose our response. So after our
last bytes we only stop sending, and read and drop input until the peer has closed: for a moment, up to a size, and
not for too many at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.live.hub.connection_registry import ConnectionRegistry

LINGER_SECONDS = 2.0
"""How long a refused peer may take to close: one that answers at all needs one round trip."""

LINGERING_LIMIT = 64
"""Lingering connections at once; a flood of refused ones must not use up the descriptors kept for others."""

DROPPED_LIMIT_BYTES = 1024 * 1024
"""Bytes a refused peer may still send: a request it had begun, not a stream."""


class LingeringClose:
    """The refused connections of one server that have not closed yet."""

    def __init__(self) -> None:
        self._lingering: set[_Lingering] = set()

    def send(self, data: bytes, transport: asyncio.Transport, *, connections: ConnectionRegistry, now: float) -> None:
        """Write `data`, then close the connection when its peer has. `now` is monotonic, in seconds.

        The caller hands the transport over and must not use it again.
        """
        transport.write(data)
        if len(self._lingering) >= LINGERING_LIMIT or not transport.can_write_eof():
            transport.close()
            return
        lingering = _Lingering(transport, left=lambda gone: self._left(gone, connections))
        self._lingering.add(lingering)
        connections.watch(lingering, due_at=now + LINGER_SECONDS)
        transport.set_protocol(lingering)
        transport.write_eof()

    def _left(self, lingering: _Lingering, connections: ConnectionRegistry) -> None:
        self._lingering.discard(lingering)
        connections.unwatch(lingering)


class _Lingering(asyncio.Protocol):
    """A connection that was sent its last bytes."""

    def __init__(self, transport: asyncio.Transport, *, left: Callable[[_Lingering], None]) -> None:
        self._transport = transport
        self._left = left
        self._dropped_bytes = 0

    def data_received(self, data: bytes) -> None:
        self._dropped_bytes += len(data)
        if self._dropped_bytes > DROPPED_LIMIT_BYTES:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._left(self)

    def tick(self, now: float) -> None:
        """Abort: the time is out."""
        self._transport.abort()
