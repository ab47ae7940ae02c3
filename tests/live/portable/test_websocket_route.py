"""WebSockets on a real server with a real client; and by hand, what only a misbehaving server shows."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from app.live.hub.hub import Hub
from app.live.portable.websocket_route import WebSocketRoute
from tests.live.hubs import hub_over
from tests.live.model import ModelLog, story
from tests.live.portable.asgi_peer import AsgiPeer, websocket_scope
from tests.live.sockets import BROWSER, SOON, closed, kinds, next_messages, serving_sockets
from tests.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("both_paths")]


async def test_a_reader_resumes_exactly_and_goes_on_live() -> None:
    model = story(entries=4)
    async with (
        serving_sockets(model) as (hub, _, at),
        connect(f"{at}/v1/stories/one/live?after={model.cursors[3]}") as reader,
    ):
        assert kinds(await next_messages(reader, 5)) == ["hello", "subscribed", 4, 5, "caught_up"]
        hub.accept(model.publish("„Wahl“ – ★ 🗳"))
        (event,) = await next_messages(reader, 1)
        assert (event["seq"], event["entry"]["body_html"]) == (6, "„Wahl“ – ★ 🗳")
        assert hub.reader_count(model.id) == 1
        assert hub.metrics.connections == {"websocket": 1, "sse": 0}


async def test_a_reader_who_leaves_is_forgotten_at_once() -> None:
    model = story()
    async with serving_sockets(model) as (hub, _, at):
        async with connect(f"{at}/v1/stories/one/live") as reader:
            await next_messages(reader, 3)
        await until(lambda: not hub.reader_count(model.id))
        assert hub.metrics.connections["websocket"] == 0
        assert hub.metrics.connections_opened["websocket"] == 1


async def test_several_stories_share_one_connection() -> None:
    one, two = story("one", entries=1), story("two")
    async with (
        serving_sockets(one, two) as (hub, _, at),
        connect(f"{at}/v1/live?subscribe=one@0&subscribe=id-two") as reader,
    ):
        messages = await next_messages(reader, 7)
        assert sorted(str(kind) for kind in kinds(messages)) == sorted(
            ["hello", "subscribed", "subscribed", "1", "2", "caught_up", "caught_up"]
        )
        await reader.send(json.dumps({"type": "subscribe", "story": "nowhere"}))
        assert kinds(await next_messages(reader, 1)) == ["refused"]
        hub.accept(two.publish())
        hub.accept(one.publish())
        assert {(m["story"], m["seq"]) for m in await next_messages(reader, 2)} == {("id-two", 2), ("id-one", 3)}


async def test_a_connection_without_stories_takes_them_by_message() -> None:
    async with serving_sockets(story()) as (_, _, at), connect(f"{at}/v1/live") as reader:
        assert kinds(await next_messages(reader, 1)) == ["hello"]
        await reader.send('{"type":"subscribe","story":"one"}')
        assert kinds(await next_messages(reader, 2)) == ["subscribed", "caught_up"]
        await reader.send('{"type":"ping"}')
        assert kinds(await next_messages(reader, 1)) == ["heartbeat"]


@pytest.mark.parametrize(
    ("path", "status", "code", "close"),
    [
        ("/v1/stories/nowhere/live", 404, "story_not_found", 4504),
        ("/v1/stories/one/live?body=pdf", 400, "malformed_query", 4500),
        ("/v1/live?" + "&".join("subscribe=one" for _ in range(33)), 400, "too_many_stories", 4500),
    ],
)
async def test_a_refusal_is_an_http_answer_for_programs_and_a_close_code_for_browsers(
    path: str, status: int, code: str, close: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving_sockets(story()) as (_, _, at):
        with pytest.raises(InvalidStatus) as refused:
            await connect(at + path)
        response = refused.value.response
        problem = json.loads(response.body)
        assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
        assert response.headers["content-type"] == "application/problem+json"
        async with connect(at + path, **BROWSER) as browser:
            assert await closed(browser) == ([], close, code)
        async with connect(at + path, subprotocols=[Subprotocol("liveblog.v1")]) as browser:
            assert browser.subprotocol == "liveblog.v1"
            assert await closed(browser) == ([], close, code)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_the_subprotocol_is_named_only_when_it_was_offered() -> None:
    async with serving_sockets(story()) as (_, _, at):
        async with connect(f"{at}/v1/live", subprotocols=[Subprotocol("x"), Subprotocol("liveblog.v1")]) as reader:
            assert reader.subprotocol == "liveblog.v1"
        async with connect(f"{at}/v1/live", subprotocols=[Subprotocol("x")]) as reader:
            assert reader.subprotocol is None


@pytest.mark.parametrize("options", [{}, BROWSER], ids=["program", "browser"])
async def test_what_passes_by_itself_is_always_an_http_answer(options: dict[str, Any]) -> None:
    async with serving_sockets(story()) as (hub, log, at):
        log.failing = True
        with pytest.raises(InvalidStatus) as away:
            await connect(f"{at}/v1/stories/one/live", **options)
        hub.draining = True
        with pytest.raises(InvalidStatus) as draining:
            await connect(f"{at}/v1/stories/one/live", **options)
        for refused in (away, draining):
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    ("message", "close"),
    [("nonsense", 4505), ("[" * 4000, 4505), (b"\x00\xff", 4505), ("x" * 5000, 1009), ('{"type":"subscribe"}', 4505)],
    ids=["no json", "brackets", "binary", "too big", "no story"],
)
async def test_what_is_no_message_closes_with_a_code(message: str | bytes, close: int) -> None:
    async with serving_sockets(story()) as (_, _, at), connect(f"{at}/v1/stories/one/live") as reader:
        await next_messages(reader, 3)
        await reader.send(message)
        assert (await closed(reader))[1] == close


async def test_an_idle_connection_gets_heartbeats() -> None:
    model = story()
    async with (
        serving_sockets(model, heartbeat_seconds=0.3) as (_, _, at),
        connect(f"{at}/v1/stories/one/live") as reader,
    ):
        *_, first, second = await next_messages(reader, 5)
        assert first["heads"] == second["heads"] == {"id-one": str(model.head.cursor)}


async def test_a_drain_says_goodbye_and_closes() -> None:
    async with serving_sockets(story()) as (hub, _, at), connect(f"{at}/v1/stories/one/live") as reader:
        await next_messages(reader, 3)
        await hub.drain(timeout_seconds=SOON)
        messages, code, reason = await closed(reader)
        assert messages == [{"type": "goodbye", "reason": "drain", "reconnect_after_ms": [0, 1000]}]
        assert (code, reason) == (4101, "drain")


async def test_a_story_that_vanishes_is_refused_and_its_connection_closed() -> None:
    async with serving_sockets(story()) as (hub, log, at), connect(f"{at}/v1/stories/one/live") as reader:
        await next_messages(reader, 3)
        log.stories.clear()
        await hub.stories.reconcile()
        messages, code, _ = await closed(reader)
        assert (kinds(messages), code) == (["refused"], 4504)


async def test_a_reader_who_does_not_read_is_given_the_newest_state_when_they_do() -> None:
    model = story()
    async with serving_sockets(model) as (hub, _, at):
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, port = at.removeprefix("ws://").split(":")
        deaf.connect((host, int(port)))
        async with connect(f"{at}/v1/stories/one/live", sock=deaf, max_size=2**26, compression=None) as reader:
            await next_messages(reader, 3)
            reader.transport.pause_reading()
            for _ in range(400):
                hub.accept(model.publish("x" * 30_000))
                await asyncio.sleep(0)  # a turn each, in which the server writes what it can
            reader.transport.resume_reading()
            messages = await _until_caught_up(reader, str(model.head.cursor))
            assert [m["reason"] for m in messages if m["type"] == "snapshot"] == ["too_far_behind"]
            assert messages[-2]["state"] == model.state()
            held = [m["seq"] for m in messages if "seq" in m]
            assert held == list(range(2, held[-1] + 1))
            assert len(held) < 350


async def _until_caught_up(reader: ClientConnection, cursor: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    async with asyncio.timeout(SOON):
        while not messages or messages[-1].get("cursor") != cursor:
            messages.append(json.loads(await reader.recv()))
    return messages


async def test_a_hundred_readers_hold_what_was_published_with_one_read() -> None:
    model = story(entries=20)
    async with serving_sockets(model) as (hub, log, at):
        readers = [await connect(f"{at}/v1/stories/one/live?after={model.cursors[5]}") for _ in range(100)]
        for _ in range(5):
            hub.accept(model.publish())
        for reader in readers:
            seqs = [m["seq"] for m in await _until_caught_up(reader, str(model.head.cursor)) if "seq" in m]
            assert seqs == list(range(6, 27))
            await reader.close()
        assert log.reads.count("find") == 1
        assert log.reads.count("changes") <= 5


# By hand


async def _following(hub: Hub) -> tuple[AsgiPeer, asyncio.Task[None]]:
    """Return a peer that has caught up with the story, and the task that serves it."""
    peer = AsgiPeer({"type": "websocket.connect"})
    serving = asyncio.create_task(_hand(peer, websocket_scope(), hub))
    await peer.until_sent(4)
    return peer, serving


async def _hand(peer: AsgiPeer, scope: dict[str, Any], hub: Hub) -> None:
    async with asyncio.timeout(SOON):
        await WebSocketRoute(hub)(scope, peer.receive, peer.send)


async def test_a_server_that_cannot_deny_is_asked_to_close() -> None:
    peer = AsgiPeer({"type": "websocket.connect"})
    await _hand(peer, websocket_scope("nowhere", extensions=False), hub_over(ModelLog()))
    assert [message["type"] for message in peer.sent] == ["websocket.close"]


async def test_a_denial_does_not_wait_for_ever_for_the_connection_to_go() -> None:
    peer = AsgiPeer({"type": "websocket.connect"})
    await _hand(peer, websocket_scope("nowhere"), hub_over(ModelLog()))
    assert [message["type"] for message in peer.sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]


async def test_a_connection_that_goes_before_it_came_is_nothing() -> None:
    peer = AsgiPeer({"type": "websocket.disconnect"})
    await _hand(peer, websocket_scope(), hub_over(ModelLog()))
    assert peer.sent == []


async def test_a_peer_lost_while_we_write_ends_without_an_error() -> None:
    model = story()
    hub = hub_over(ModelLog(model))
    peer, serving = await _following(hub)
    peer.lost = True
    hub.accept(model.publish())
    await serving
    assert hub.reader_count(model.id) == 0
    assert hub.metrics.connections["websocket"] == 0


async def test_a_write_without_progress_is_given_up() -> None:
    model = story()
    seconds = [1000.0]
    hub = hub_over(ModelLog(model), monotonic=lambda: seconds[0], reconcile_seconds=1000)
    await hub.start()
    peer, serving = await _following(hub)
    peer.gate.clear()
    hub.accept(model.publish())
    await peer.until_sent(5)
    seconds[0] += 31
    await serving
    assert hub.metrics.connections_stalled == 1
    assert hub.reader_count(model.id) == 0
    await hub.stop()


async def test_a_server_that_cancels_us_is_obeyed() -> None:
    model = story()
    hub = hub_over(ModelLog(model))
    _, serving = await _following(hub)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert hub.reader_count(model.id) == 0


async def test_a_stalled_reader_is_cut_when_the_drain_is_over() -> None:
    model = story()
    hub = hub_over(ModelLog(model))
    peer, serving = await _following(hub)
    peer.gate.clear()
    hub.accept(model.publish())
    await peer.until_sent(5)
    await hub.drain(timeout_seconds=0.01)
    await serving
    assert hub.metrics.connections["websocket"] == 0


async def test_bytes_and_empty_messages_are_given_to_the_session() -> None:
    hub = hub_over(ModelLog(story()))
    peer = AsgiPeer({"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": b"x"})
    await _hand(peer, websocket_scope(None, query="subscribe=one"), hub)
    assert peer.sent[-1] == {"type": "websocket.close", "code": 4505, "reason": "binary message"}
