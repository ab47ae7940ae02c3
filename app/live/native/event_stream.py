"""A reader's event stream on its transport: the response's head once, then shared chunks until one side ends it."""

from __future__ import annotations

from app.live.native.connection import NativeConnection
from app.live.session.effects import Close


class NativeEventStream(NativeConnection):
    """One reader's event stream (SSE), ended by the end of the connection."""

    __slots__ = ()

    kind = "sse"

    def data_received(self, data: bytes) -> None:
        """Ignore input: a client may send another request into the stream."""

    def finish(self, close: Close) -> None:
        """Close the connection once everything is written."""
        self.transport.close()
