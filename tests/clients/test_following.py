"""What the Python client does with a server that says exactly what a test wants: gaps, goodbyes, refusals, nonsense."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from app.wire.shapes.examples import ENTRY, STORY_STATE
from app.wire.shapes.message_examples import MESSAGE_EXAMPLES
from liveblog_client import Liveblog, Pace, back_off_seconds

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
STORY = STORY_STATE["id"]
Script = Callable[[ServerConnection], Coroutine[Any, Any, None]]


def cursor(seq: int) -> str:
    """Return the cursor of an event."""
    return f"k3Vq81Zt.{seq}.x7Q2ab"


def event(seq: int) -> Json:
    """Return an event that is applied as any other."""
    entry = {**ENTRY, "id": f"entry-{seq}", "sort_key": f"{seq:024}"}
    return {**MESSAGE_EXAMPLES["EntryPublished"], "seq": seq, "cursor": cursor(seq), "entry": entry}


def greeting(head: int) -> list[Json]:
    """Return what a connection begins with, up to `caught_up`."""
    return [
        MESSAGE_EXAMPLES["Hello"],
        {**MESSAGE_EXAMPLES["Subscribed"], "head": cursor(head)},
        {**MESSAGE_EXAMPLES["CaughtUp"], "cursor": cursor(head)},
    ]


def reply(*events: Json, head: int | None = None) -> Json:
    """Return a reply of `changes`, with everything there is."""
    reached = events[-1]["cursor"] if head is None else cursor(head)
    return {"events": list(events), "cursor": reached, "head": reached, "more": False, "comment_count": 0}


def as_json(value: Json) -> Response:
    """Return a good answer."""
    body = json.dumps(value).encode()
    return Response(200, "OK", Headers({"Content-Length": str(len(body))}), body)


@dataclass
class Scripted:
    """A server that plays a script on each connection, and the client's view of time, in which nothing takes any."""

    scripts: list[Script] = field(default_factory=list)
    refusals: list[Response] = field(default_factory=list)
    changes: list[Json] = field(default_factory=list)
    heads: list[int] = field(default_factory=lambda: [1205])
    asked: list[str] = field(default_factory=list)
    heard: list[Json] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    now: Callable[[], float] = time.monotonic
    url: str = ""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer what is no WebSocket, and refuse those that are to be refused."""
        self.asked.append(request.path)
        if "/live" in request.path:
            return self.refusals.pop(0) if self.refusals else None
        if "/changes" in request.path:
            return as_json(self.changes.pop(0))
        head = self.heads.pop(0) if len(self.heads) > 1 else self.heads[0]
        return as_json({**STORY_STATE, "pinned": [], "key_points": [], "head": cursor(head)})

    async def play(self, connection: ServerConnection) -> None:
        """Play the next script, and end the connection with it."""
        await self.scripts.pop(0)(connection)

    def saying(self, *messages: Json | str, then_hear: int = 0) -> Script:
        """Return a script that says messages, and then waits for so many of the client's."""

        async def script(connection: ServerConnection) -> None:
            for message in messages:
                await connection.send(message if isinstance(message, str) else json.dumps(message))
            for _ in range(then_hear):
                self.heard.append(json.loads(await connection.recv()))

        return script

    @property
    def sockets(self) -> list[str]:
        """The addresses at which sockets were asked for."""
        return [path for path in self.asked if "/live" in path]


@asynccontextmanager
async def scripted(kind: type[Scripted] = Scripted, **given: Any) -> AsyncIterator[tuple[Scripted, Liveblog]]:
    """Run such a server, with a client that draws the longest of all waits."""
    server = kind(**given)
    async with serve(server.play, "127.0.0.1", 0, process_request=server.answer, compression=None) as running:
        server.url = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"
        pace = Pace(sleep=server.sleep, now=server.now, random=lambda: 1.0)
        async with Liveblog(server.url, trust_env=False, pace=pace) as live:
            yield server, live


async def heads_up_to(live: Liveblog, last: int) -> list[int]:
    """Follow until what is held has that number; return the numbers of all that was told."""
    told = []
    async with live.follow(STORY) as updates, asyncio.timeout(30):
        async for update in updates:
            told.append(int(update.state["head"].split(".")[1]))
            if told[-1] == last:
                break
    return told


async def test_a_gap_is_asked_for_on_the_same_socket_before_anything_behind_it_is_told() -> None:
    async with scripted() as (server, live):

        async def script(connection: ServerConnection) -> None:
            await server.saying(*greeting(1205), event(1206), event(1209), then_hear=1)(connection)
            again = {**MESSAGE_EXAMPLES["Subscribed"], "head": cursor(1209)}
            caught_up = {**MESSAGE_EXAMPLES["CaughtUp"], "cursor": cursor(1210)}
            missed = [again, event(1207), event(1208), event(1209), caught_up]
            await server.saying(event(1210), *missed, then_hear=1)(connection)

        server.scripts.append(script)
        assert await heads_up_to(live, 1210) == [1205, 1205, 1206, 1207, 1208, 1209, 1210]
        assert server.heard[0] == {"type": "subscribe", "story": STORY, "after": cursor(1206)}
        assert len(server.sockets) == 1


async def test_a_heartbeat_with_another_head_is_a_gap_too() -> None:
    async with scripted() as (server, live):
        heartbeat = {**MESSAGE_EXAMPLES["Heartbeat"], "heads": {STORY: cursor(1207)}}
        first = server.saying(*greeting(1205), heartbeat, then_hear=1)
        server.scripts += [first, server.saying(*greeting(1207), then_hear=1)]
        assert (await heads_up_to(live, 1207))[-1] == 1207
        assert server.heard[0]["after"] == cursor(1205)


async def test_each_connection_begins_where_the_one_before_was_lost_after_the_documented_back_off() -> None:
    async with scripted() as (server, live):
        script = [server.saying(*greeting(1205 + each), event(1206 + each)) for each in range(4)]
        server.scripts += script
        await heads_up_to(live, 1209)
        assert [path.partition("after=")[2].split("&")[0] for path in server.sockets] == [
            cursor(1205 + each) for each in range(4)
        ]
        assert server.slept == [0.5, 1.0, 2.0]


async def test_after_a_connection_that_lasted_the_wait_is_up_to_two_seconds() -> None:
    moment = [0.0]
    async with scripted(now=lambda: moment[0]) as (server, live):

        async def lasting(connection: ServerConnection) -> None:
            await server.saying(*greeting(1205))(connection)
            moment[0] += 10.0

        server.scripts += [lasting, server.saying(*greeting(1205), event(1206))]
        await heads_up_to(live, 1206)
        assert server.slept == [2.0]


async def test_a_server_that_says_when_to_come_back_is_obeyed() -> None:
    def refusal(status: int, **headers: str) -> Response:
        body = json.dumps({"code": "too_many_connections"}).encode()
        return Response(status, "No", Headers({"Content-Length": str(len(body)), **headers}), body)

    refusals = [refusal(503, **{"Retry-After": "7"}), refusal(429), refusal(503)]
    async with scripted(refusals=refusals) as (server, live):
        goodbye = {"type": "goodbye", "reason": "drain", "reconnect_after_ms": [3000, 45000]}

        async def drain(connection: ServerConnection) -> None:
            await server.saying(*greeting(1206), goodbye)(connection)
            await connection.close(4101)

        server.scripts += [drain, server.saying(*greeting(1207), then_hear=1)]
        await heads_up_to(live, 1207)
        assert server.slept[:3] == [7.0, 1.0, 2.0]
        assert server.slept[3] == pytest.approx(45, abs=5), "the end of the window, for this client draws the longest"


async def test_what_cannot_be_understood_is_no_gap_in_silence_but_a_new_beginning() -> None:
    for nonsense in ("{", json.dumps({**event(1206), "cursor": "no cursor"}), json.dumps({"no": "type"})):
        async with scripted(heads=[1205, 1300]) as (server, live):
            server.scripts += [server.saying(*greeting(1205), nonsense), server.saying(*greeting(1300), then_hear=1)]
            assert await heads_up_to(live, 1300) == [1205, 1205, 1300]


async def test_where_sockets_do_not_get_through_it_asks_instead() -> None:
    body = b'{"code": "upgrade_required"}'
    answer = Response(426, "Upgrade Required", Headers({"Content-Length": str(len(body))}), body)
    async with scripted(refusals=[answer], changes=[reply(event(1206))]) as (server, live):
        assert await heads_up_to(live, 1206) == [1205, 1206]
        assert len(server.sockets) == 1
        assert server.asked[-1].startswith(f"/v1/stories/{STORY}/changes?after={cursor(1205)}&wait=0")


async def test_an_overloaded_server_is_asked_at_the_pace_it_names_until_its_window_is_over() -> None:
    goodbye = {"type": "goodbye", "reason": "overload", "reconnect_after_ms": [0, 0], "use": "poll", "poll_seconds": 10}
    async with scripted(changes=[reply(event(1206), event(1207))]) as (server, live):
        server.scripts += [server.saying(*greeting(1205), goodbye), server.saying(*greeting(1207), event(1208))]
        assert await heads_up_to(live, 1208) == [1205, 1205, 1206, 1207, 1207, 1208]
        assert server.slept[1] == 10, "uniform(0, 10) of who draws the longest, before it asks for the first time"
        assert f"after={cursor(1207)}" in server.sockets[1]


async def test_an_ended_story_is_asked_about_now_and_then_until_it_is_open_again() -> None:
    goodbye = {"type": "goodbye", "reason": "ended", "story": STORY, "use": "poll", "poll_seconds": 30}
    ended = {**MESSAGE_EXAMPLES["StoryUpdated"], "seq": 1206, "cursor": cursor(1206)}
    ended["fields"] = {**ended["fields"], "status": "ended"}
    reopened = {**ended, "seq": 1207, "cursor": cursor(1207), "fields": {**ended["fields"], "status": "live"}}
    async with scripted(changes=[reply(head=1206), reply(head=1206), reply(reopened)]) as (server, live):

        async def end(connection: ServerConnection) -> None:
            await server.saying(*greeting(1205), ended, goodbye)(connection)
            await connection.close(1000)

        server.scripts += [end, server.saying(*greeting(1207), event(1208))]
        assert (await heads_up_to(live, 1208))[-2:] == [1207, 1208]
        assert [path for path in server.asked if "/changes" in path][2:] == [
            f"/v1/stories/{STORY}/changes?after={cursor(1206)}&wait=0&body=html"
        ]
        assert server.slept == [0.0, 30.0, 30.0, 30.0, 0.0]
        assert len(server.sockets) == 2


def test_the_back_off_is_drawn_from_a_window_that_doubles_up_to_fifteen_seconds() -> None:
    longest, none = Pace(random=lambda: 1.0), Pace(random=lambda: 0.0)
    assert [back_off_seconds(failures, longest) for failures in range(7)] == [0.5, 1, 2, 4, 8, 15, 15]
    assert back_off_seconds(10_000, longest) == 15
    assert back_off_seconds(5, none) == 0
