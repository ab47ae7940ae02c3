"""WebSockets and event streams reach their routes through every layer, and nothing else does."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.api.peers import connected
from tests.api.server import Server

pytestmark = pytest.mark.anyio


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
        text = ""
        while "caught_up" not in text:  # a stream without a cursor begins where the story is when it is joined
            text += (await peer.next())["body"].decode()
        posted = await server.post(story["id"])
        while posted["id"] not in text:
            text += (await peer.next())["body"].decode()
        assert '"seq":2' in text


UNREADABLE = ("/v1/stories/%00/live", "/v1/stories/%ff/live", "/v1/live%0a", "/v1/newsroom/live%00")


async def test_a_socket_at_no_address_is_refused_as_a_problem_or_as_the_server_can(server: Server) -> None:
    for path in (
        "/nothing",
        "/",
        "/v1/stories/a",
        "/v1/stories/a/events",
        "/v1/stories/a/b/live",
        "/v1/live/",
        *UNREADABLE,
    ):
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


WEBSOCKET = {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13"}


@pytest.mark.parametrize("path", ["/v1/live", "/v1/stories/a/live", "/v1/newsroom/live"])
@pytest.mark.parametrize(
    ("headers", "named"),
    [
        (WEBSOCKET, "came without its header 'Upgrade: websocket': a proxy on the way has dropped it."),
        ({**WEBSOCKET, "upgrade": "websocket"}, "came without its header 'Connection: Upgrade': a proxy"),
        ({}, "If one was asked for, a proxy on the way has dropped its headers."),
    ],
)
async def test_a_sockets_address_asked_without_an_upgrade_says_what_a_proxy_has_dropped(
    server: Server, path: str, headers: dict[str, str], named: str
) -> None:
    reply = await server.client.get(path, headers=headers)
    problem = reply.json()
    assert (reply.status_code, problem["code"], reply.headers["upgrade"]) == (426, "upgrade_required", "websocket")
    assert named in problem["detail"]
    assert (await server.client.head(path, headers=headers)).status_code == 426
    posted = await server.client.post(path)
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD")
