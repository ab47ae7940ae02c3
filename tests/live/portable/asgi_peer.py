"""An ASGI server's side of one connection, held by hand: for what a real server hides."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any


class AsgiPeer:
    """One ASGI connection: the messages sent, and those to be received. While `gate` is closed, sends do not return."""

    def __init__(self, *received: dict[str, Any]) -> None:
        self.sent: list[MutableMapping[str, Any]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.lost = False
        self._received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in received:
            self._received.put_nowait(message)
        self._sent_something = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        return await self._received.get()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if self.lost:
            raise OSError("the peer is lost")
        self.sent.append(message)
        self._sent_something.set()
        await self.gate.wait()

    def give(self, message: dict[str, Any]) -> None:
        self._received.put_nowait(message)

    async def until_sent(self, count: int) -> None:
        """Wait until so many messages were sent."""
        while len(self.sent) < count:
            self._sent_something.clear()
            await asyncio.wait_for(self._sent_something.wait(), 5)


def websocket_scope(story: str | None = "one", *, query: str = "", extensions: bool = True) -> dict[str, Any]:
    return {
        "type": "websocket",
        "path": "/",
        "path_params": {} if story is None else {"story": story},
        "query_string": query.encode(),
        "headers": [],
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}} if extensions else None,
    }


def http_scope(story: str = "one", *, query: str = "") -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": "/",
        "path_params": {"story": story},
        "query_string": query.encode(),
        "headers": [],
    }
