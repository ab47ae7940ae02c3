"""Sockets and event streams reach the live room through the whole edge, and nothing else does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

Message = MutableMapping[str, Any]


class Peer:
    """One connection at the ASGI boundary: what the server would pass in and send out."""

    def __init__(self) -> None:
        self.inbound: asyncio.Queue[Message] = asyncio.Queue()
        self.outbound: asyncio.Queue[Message] = asyncio.Queue()

    async def next(self) -> Message:
        return await asyncio.wait_for(self.outbound.get(), 5)


@asynccontextmanager
async def connected(server: Server, kind: str, path: str, *, can_deny: bool = True) -> AsyncIterator[Peer]:
    """A peer that has asked for `path`; it is gone after the block."""
    peer = Peer()
    ref, _, query = path.partition("?")
    scope = {
        "type": kind,
        "path": ref,
        "raw_path": ref.encode(),
        "query_string": query.encode(),
        "headers": [],
        "client": ("192.0.2.1", 1),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}} if can_deny else {},
    } | ({"method": "GET"} if kind == "http" else {})
    await peer.inbound.put({"type": "websocket.connect" if kind == "websocket" else "http.request"})
    task = asyncio.create_task(server.app(scope, peer.inbound.get, peer.outbound.put))
    try:
        yield peer
    finally:
        await peer.inbound.put({"type": f"{kind}.disconnect", "code": 1001})
        await asyncio.wait_for(task, 5)


@pytest.mark.parametrize("several", [False, True])
async def test_a_socket_brings_what_is_posted(server: Server, several: bool) -> None:
    story = await server.story()
    path = f"/v1/live?subscribe={story['id']}" if several else f"/v1/stories/{story['slug']}/live"
    async with connected(server, "websocket", path) as peer:
        assert (await peer.next())["type"] == "websocket.accept"
        kinds = [json.loads((await peer.next())["text"])["type"] for _ in range(3)]
        assert kinds == ["hello", "subscribed", "caught_up"]
        posted = await server.post(story["id"])
        event = json.loads((await peer.next())["text"])
        assert (event["type"], event["entry"]["id"]) == ("entry.published", posted["id"])


async def test_an_event_stream_brings_what_is_posted_to_any_page(server: Server) -> None:
    story = await server.story()
    async with connected(server, "http", f"/v1/stories/{story['id']}/events") as peer:
        start = await peer.next()
        headers = dict(start["headers"])
        assert (start["status"], headers[b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
        assert headers[b"access-control-allow-origin"] == b"*"
        assert b"x-request-id" in headers
        posted = await server.post(story["id"])
        text = ""
        while posted["id"] not in text:
            text += (await peer.next())["body"].decode()
        assert "data: " in text


async def test_a_socket_at_no_address_is_refused_as_a_problem_or_as_the_server_can(server: Server) -> None:
    for path in ("/nothing", "/", "/v1/stories/a", "/v1/stories/a/events", "/v1/stories/a/b/live", "/v1/live/"):
        async with connected(server, "websocket", path) as peer:
            start = await peer.next()
            assert (start["type"], start["status"]) == ("websocket.http.response.start", 404)
            assert json.loads((await peer.next())["body"])["code"] == "not_found"
        async with connected(server, "websocket", path, can_deny=False) as peer:
            assert await peer.next() == {"type": "websocket.close", "code": 4504}


async def test_head_of_an_event_stream_ends_at_once(server: Server) -> None:
    story = await server.story()
    reply = await asyncio.wait_for(server.client.head(f"/v1/stories/{story['id']}/events"), 5)
    assert (reply.status_code, reply.content) == (200, b"")


@pytest.mark.parametrize("path", ["/v1/live", "/v1/stories/a/live"])
async def test_a_socket_address_asked_without_an_upgrade_is_not_found(server: Server, path: str) -> None:
    assert (await server.client.get(path)).status_code == 404
