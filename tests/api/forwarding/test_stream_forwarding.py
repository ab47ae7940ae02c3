"""The newsroom's stream through a process that reads, at its ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.types import Message, Scope
from websockets.asyncio.server import ServerConnection, unix_serve

from app.api.forwarding.stream_forwarding import StreamForwarding
from app.api.forwarding.writer_link import WriterLink

pytestmark = pytest.mark.anyio

SCOPE: Scope = {
    "type": "websocket",
    "path": "/v1/newsroom/live",
    "query_string": b"",
    "headers": [],
    "client": ("203.0.113.9", 4711),
}


async def test_a_client_that_leaves_while_the_writer_is_joined_ends_the_writers_stream_too(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def serve(stream: ServerConnection) -> None:
        await stream.wait_closed()
        ended.set()

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        raise OSError("the client has left")

    async with unix_serve(serve, str(tmp_path / "w.sock")):
        streams = StreamForwarding(WriterLink(tmp_path / "w.sock", is_heard=lambda: True))
        with pytest.raises(OSError, match="has left"):
            await streams(SCOPE, receive, send)
        await asyncio.wait_for(ended.wait(), 20)
        await streams.drain()  # nothing is joined any more
