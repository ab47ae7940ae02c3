"""The newsroom's stream through a process that reads: a WebSocket of its own to the writer for each of a client's."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from app.api.forwarding.forwarded_requests import forwarded_headers
from app.api.forwarding.writer_link import WriterLink
from app.wire.close_codes import ABNORMAL, NORMAL, SERVICE_RESTART

CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 1.0
MESSAGE_LIMIT_BYTES = 16 * 1024 * 1024
"""What the writer sends is its own, and bounded there; this is for one that has gone mad."""
WAITING_MESSAGES = 16
"""Messages read from the writer before a client takes them; then the writer is left waiting, which ends it in time."""

_STATUS_WITHOUT = 1005
"""The code of a close frame without a code."""


class StreamForwarding:
    """The ASGI application of one client's WebSocket after another, each joined to one of the writer's."""

    def __init__(self, writer: WriterLink) -> None:
        self._writer = writer
        self._joined: set[ClientConnection] = set()
        self._is_draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        if message["type"] != "websocket.connect":
            return
        try:
            stream = None if self._is_draining else await self._connect(scope)
        except (OSError, TimeoutError, InvalidHandshake) as error:
            self._writer.record_failure(error)
            stream = None
        if stream is None:
            await _accept(send)
            await _close(send, SERVICE_RESTART.code, "restarting")
            return
        try:
            self._writer.record_answer()
            self._joined.add(stream)
            await _accept(send)  # raises where the client has left meanwhile
            await _relay(stream, receive, send)
        finally:
            self._joined.discard(stream)
            stream.transport.abort()

    async def drain(self) -> None:
        """End every stream: the client is told to come back, and meets another process."""
        self._is_draining = True
        ending = [asyncio.ensure_future(stream.close(SERVICE_RESTART.code)) for stream in self._joined]
        if ending:
            await asyncio.wait(ending, timeout=CLOSE_SECONDS)

    async def _connect(self, scope: Scope) -> ClientConnection:
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in forwarded_headers(scope)
            if name != b"host" and not name.startswith(b"sec-websocket-")
        ]
        query = scope["query_string"].decode("latin-1")
        return await unix_connect(
            str(self._writer.path),
            uri=f"ws://writer{scope['path']}" + (f"?{query}" if query else ""),
            additional_headers=headers,
            user_agent_header=None,
            compression=None,
            proxy=None,
            open_timeout=CONNECT_SECONDS,
            close_timeout=CLOSE_SECONDS,
            ping_interval=None,
            max_size=MESSAGE_LIMIT_BYTES,
            max_queue=WAITING_MESSAGES,
        )


async def _relay(stream: ClientConnection, receive: Receive, send: Send) -> None:
    """Pass messages both ways until one side has gone."""
    from_client = asyncio.create_task(_pass_on(receive, stream))
    from_writer = asyncio.create_task(_pass_back(stream, send))
    try:
        await asyncio.wait([from_client, from_writer], return_when=asyncio.FIRST_COMPLETED)
        if from_client.done() and not from_writer.done():
            await stream.close()
    finally:
        for task in (from_client, from_writer):
            task.cancel()
        await asyncio.gather(from_client, from_writer, return_exceptions=True)


async def _pass_on(receive: Receive, stream: ClientConnection) -> None:
    while True:
        message = await receive()
        if message["type"] != "websocket.receive":
            return
        text = message.get("text")
        with suppress(ConnectionClosed):
            await stream.send(message.get("bytes") or b"" if text is None else text)


async def _pass_back(stream: ClientConnection, send: Send) -> None:
    try:
        while True:
            message = await stream.recv()
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})
    except ConnectionClosed:
        code = stream.close_code
        if code in {None, ABNORMAL.code}:
            await _close(send, SERVICE_RESTART.code, "restarting")
        else:
            await _close(send, NORMAL.code if code == _STATUS_WITHOUT else code, stream.close_reason or "")


async def _accept(send: Send) -> None:
    await send({"type": "websocket.accept", "headers": []})


async def _close(send: Send, code: int | None, reason: str) -> None:
    await send({"type": "websocket.close", "code": code, "reason": reason})
