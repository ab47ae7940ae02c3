"""A reader's event stream on its transport: the answer's head once, then shared chunks until one side ends it."""

from __future__ import annotations

from app.live.native.connection import NativeConnection
from app.live.session.effects import Close


class NativeEventStream(NativeConnection):
    """One reader's event stream (SSE), ended by the end of the connection."""

    __slots__ = ()

    kind = "sse"

    def data_received(self, data: bytes) -> None:
        """A client that sends another request into the stream is not heard."""

    def finish(self, close: Close) -> None:
        """End the connection once everything is written."""
        self.transport.close()
