"""A peer at the ASGI boundary, for connections that httpx cannot keep open: its messages in and out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import httpx

from tests.api.server import Server

Message = MutableMapping[str, Any]
Headers = Sequence[tuple[bytes, bytes]]


class Peer:
    """The messages of one connection: those for the application, and those it has sent, in order."""

    def __init__(self) -> None:
        self.inbound: asyncio.Queue[Message] = asyncio.Queue()
        self.outbound: asyncio.Queue[Message] = asyncio.Queue()

    async def next(self) -> Message:
        """Return the next message from the application, within five seconds."""
        return await asyncio.wait_for(self.outbound.get(), 5)


@asynccontextmanager
async def connected(
    server: Server, kind: str, path: str, *, can_deny: bool = True, headers: Headers = ()
) -> AsyncIterator[Peer]:
    """Connect a peer to `path`, spelt as on the wire; it disconnects after the block."""
    peer = Peer()
    ref, _, query = path.partition("?")
    scope = {
        "type": kind,
        "path": unquote(ref),
        "raw_path": ref.encode(),
        "query_string": query.encode(),
        "headers": list(headers),
        "client": ("192.0.2.1", 1),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}} if can_deny else {},
    } | ({"method": "GET"} if kind == "http" else {})
    await peer.inbound.put({"type": "websocket.connect" if kind == "websocket" else "http.request"})
    task = asyncio.create_task(server.app(scope, peer.inbound.get, peer.outbound.put))
    try:
        yield peer
    finally:
        for _ in range(2):  # after a refused handshake a server passes the refusal on, and then the loss
            await peer.inbound.put({"type": f"{kind}.disconnect", "code": 1001})
        await asyncio.wait_for(task, 5)


async def ask_to_the_letter(
    server: Server, method: str, path: str, *, headers: dict[str, str], content: bytes = b""
) -> httpx.Response:
    """Send a request whose path is spelt as given, and return the answer: httpx removes dots from what it sends."""
    ref, _, query = path.partition("?")
    peer = Peer()
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(ref),
        "raw_path": ref.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 1),
    }
    await peer.inbound.put({"type": "http.request", "body": content})
    await server.app(scope, peer.inbound.get, peer.outbound.put)
    start, body = await peer.next(), b""
    while not peer.outbound.empty():
        body += (await peer.next()).get("body", b"")
    return httpx.Response(start["status"], headers=start["headers"], content=body)
