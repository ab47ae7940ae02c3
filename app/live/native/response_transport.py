"""A connection's transport as its responses see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class ResponseTransport:
    """A transport whose close lets the client read the answer first (`on_close`), and that joins what is written.

    What is written in one turn of the loop is one write: the head and the body of a short answer would else be two
    calls of the system, which are a good part of what it costs.
    """

    __slots__ = ("_held", "_held_bytes", "_loop", "_on_close", "_transport", "is_closing")

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, *, on_close: Callable[[], None]
    ) -> None:
        self.is_closing = transport.is_closing
        self._transport: asyncio.Transport | None = transport
        self._loop = loop
        self._on_close: Callable[[], None] | None = on_close
        self._held: list[bytes] = []
        self._held_bytes = 0

    def write(self, data: bytes) -> None:
        """Write at the end of this turn of the loop, or before it with `flush`.

        Write at once what is long, or where the client has not read what was written before: what makes a response wait
        for its client is that the transport has too much of it.
        """
        if self._transport is None:
            return
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._held_bytes += len(data)
        _, most_bytes = self._transport.get_write_buffer_limits()
        if self._held_bytes >= most_bytes or self._transport.get_write_buffer_size():
            self.flush()

    def flush(self) -> None:
        """Write now what is held."""
        held, self._held, self._held_bytes = self._held, [], 0
        if held and self._transport is not None:
            self._transport.writelines(held)

    def close(self) -> None:
        """Close after what was written."""
        self.flush()
        if self._on_close is not None:
            self._on_close()

    def leave(self) -> None:
        """Write nothing more: the connection has closed, or is another protocol's. Nothing of it is kept."""
        self._transport = self._on_close = None
        self._held = []
