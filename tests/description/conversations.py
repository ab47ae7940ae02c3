"""WebSockets of readers and of the newsroom, on which every message is held to the description."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from app.domain.identifiers import StoryId
from app.wire.messages import encode_catching_up, encode_goodbye
from tests.description.material import Json
from tests.description.recorder import Recorder
from tests.e2e.server import ADMIN_TOKEN, Server

PATIENCE_SECONDS = 20


class Conversations:
    """Opens connections, says and hears; what was said and heard is recorded."""

    def __init__(self, server: Server, recorder: Recorder) -> None:
        self._server = server
        self._record = recorder.record

    def socket(self, address: str) -> ClientConnection:
        """Open a WebSocket at an address of the server."""
        url = self._server.url.replace("http", "ws", 1) + address
        return connect(url, proxy=None, open_timeout=PATIENCE_SECONDS, max_queue=None)

    @contextmanager
    def newsroom(self) -> Iterator[ClientConnection]:
        """Open the newsroom's stream as an admin."""
        with self.socket("/v1/newsroom/live") as connection:
            self.say(connection, "NewsroomRequest", type="authenticate", token=ADMIN_TOKEN)
            yield connection

    def say(self, connection: ClientConnection, shape: str, **message: Any) -> None:
        """Send a message, which the description has under that name."""
        self._record({"$ref": f"#/components/schemas/{shape}"}, message, where=shape)
        connection.send(json.dumps(message))

    def hear(self, connection: ClientConnection, schema: Json, wanted: set[str]) -> None:
        """Record what comes until each of `wanted` has, and then what is there already."""
        missing, deadline = set(wanted), time.monotonic() + PATIENCE_SECONDS
        while missing:
            try:
                message = json.loads(connection.recv(timeout=max(0.0, deadline - time.monotonic())))
            except TimeoutError:
                raise AssertionError(f"never came: {missing}") from None
            self._record(schema, message, where=message["type"])
            missing.discard(message["type"])


def record_what_cannot_be_arranged(recorder: Recorder, story: StoryId) -> None:
    """Record what is told to a slow reader, and by a server that is overloaded or stops, as it is encoded."""
    schema = {"$ref": "#/components/schemas/LiveMessage"}
    overload = encode_goodbye(reason="overload", reconnect_after_ms=(15_000, 45_000), poll_seconds=10)
    drain = encode_goodbye(reason="drain", reconnect_after_ms=(0, 45_000))
    for message in (encode_catching_up(story), overload, drain):
        recorder.record(schema, json.loads(message), where=message.decode())
