"""What the Python client does with a server that says nothing, too little, or the same again and again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from app.wire.shapes.examples import STORY_STATE
from app.wire.shapes.message_examples import MESSAGE_EXAMPLES
from liveblog_client import Liveblog, Unreachable
from tests.clients.test_following import STORY, Scripted, cursor, event, greeting, heads_up_to, reply, scripted

pytestmark = pytest.mark.anyio

Answering = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
SOON = 20.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def answering(answer: Answering, **options: Any) -> AsyncIterator[Liveblog]:
    """A client of a server that answers each request by a function of its path, or does not."""

    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())  # type: ignore[arg-type]  # it runs in one
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await answer(head.split()[1].decode(), writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with Liveblog(url, trust_env=False, patience_seconds=0, **options) as live:
        yield live
    server.close()
    await asyncio.gather(*serving)  # they end with the client's connections


def whole(content: bytes) -> bytes:
    """Return a good answer."""
    return HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(content), content)


async def nothing(path: str, writer: asyncio.StreamWriter) -> None:
    """Say nothing until the client goes."""


async def drops(path: str, writer: asyncio.StreamWriter) -> None:
    """Say a little now and then, without an end."""
    writer.write(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)  # no wait for anything: the pause is what makes the answer slow


async def login_page(path: str, writer: asyncio.StreamWriter) -> None:
    """Answer as the network of a hotel does."""
    writer.write(whole(b"<h1>Welcome</h1>"))


@pytest.mark.parametrize("answer", [nothing, drops, login_page])
async def test_a_call_that_is_not_answered_ends_and_says_so(answer: Answering) -> None:
    async with answering(answer, timeout_seconds=0.2) as live, asyncio.timeout(SOON):
        with pytest.raises(Unreachable, match="GET /v1/stories failed 1 times"):
            await live.list_stories()


async def test_a_server_that_was_asked_to_wait_may_be_silent_for_longer() -> None:
    async def later(path: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)  # no wait for anything: twice as long as the client waits for other calls
        writer.write(whole(json.dumps(reply(event(1206))).encode()))

    async with answering(later, timeout_seconds=0.2) as live, asyncio.timeout(SOON):
        assert (await live.read_changes(STORY, cursor(1205), wait_seconds=5))["events"]


async def test_an_older_page_that_never_catches_up_is_given_up() -> None:
    asked: list[str] = []

    async def stale(path: str, writer: asyncio.StreamWriter) -> None:
        asked.append(path)
        page: dict[str, Any] = {"items": [], "next": None, "prev": None, "head": cursor(1204)}
        said = {**reply(head=1204), "more": True} if "/changes" in path else page
        writer.write(whole(json.dumps(said).encode()))

    state = {**STORY_STATE, "head": cursor(1205)}
    state["timeline"] = {**state["timeline"], "next": f"https://live.example/v1/stories/{STORY}/entries?position=x"}
    async with answering(stale) as live, live.follow(STORY, state=state) as follower:  # type: ignore[arg-type]
        async with asyncio.timeout(SOON):
            with pytest.raises(Unreachable, match="too far behind"):
                await follower.load_older()
    assert len(asked) == 51


async def test_a_poll_that_is_told_the_same_again_and_again_pauses() -> None:
    stuck = {**reply(head=1205), "more": True}
    async with scripted(changes=[stuck, stuck, reply(event(1206))]) as (server, live):
        async with live.follow(STORY, transport="poll") as updates, asyncio.timeout(SOON):
            async for update in updates:
                if update.state["head"] == cursor(1206):
                    break
        assert server.slept == [1.0, 1.0]


async def test_pins_that_are_out_of_reach_keep_nothing_that_goes_on_waiting() -> None:
    names = ["pin-1", "pin-2", "pin-3"]
    fields = {"pinned": [{"entry": name, "until": None} for name in names]}
    pinning = {**MESSAGE_EXAMPLES["StoryUpdated"], "seq": 1206, "cursor": cursor(1206), "fields": fields}
    asked: list[str] = []

    class WithoutPages(Scripted):
        def answer(self, connection: ServerConnection, request: Request) -> Response | None:
            if "around=" in request.path:
                asked.append(request.path)
                connection.transport.abort()
                return None
            return super().answer(connection, request)

    async with scripted(kind=WithoutPages) as (server, live):
        goes_on = [pinning, event(1207), event(1208), event(1209)]
        server.scripts.append(server.saying(*greeting(1205), *goes_on, then_hear=1))
        assert await heads_up_to(live, 1209)
    assert len(asked) == 1


async def test_a_retry_after_of_nothing_is_no_reason_to_ask_without_a_pause() -> None:
    refusals = [
        Response(503, "No", Headers({"Content-Length": "0", "Retry-After": after})) for after in ("0", "9" * 400)
    ]
    async with scripted(refusals=refusals) as (server, live):
        server.scripts.append(server.saying(*greeting(1206), then_hear=1))
        await heads_up_to(live, 1206)
        assert server.slept == [0.5, 1.0]
