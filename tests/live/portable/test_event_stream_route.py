"""Event streams on a real server; and by hand, what only a misbehaving server shows."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from app.live.hub.hub import Hub
from app.live.portable.event_stream_route import EventStreamRoute
from tests.live.hubs import hub_over
from tests.live.model import ModelLog, story
from tests.live.portable.asgi_peer import AsgiPeer, http_scope
from tests.live.streams import SOON, block_kinds, next_blocks, reading, rest_of, serving_streams
from tests.loopback import NO_CERTIFICATES
from tests.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("both_paths")]


async def test_a_reader_resumes_exactly_and_goes_on_live() -> None:
    model = story(entries=3)
    async with (
        serving_streams(model) as (hub, _, at),
        reading(f"{at}/v1/stories/one/events?after={model.cursors[3]}") as blocks,
    ):
        retry, *start = await next_blocks(blocks, 5)
        assert retry == {"retry": "4000"}
        assert block_kinds(start) == ["hello", "subscribed", 4, "caught_up"]
        hub.accept(model.publish())
        (event,) = await next_blocks(blocks, 1)
        assert event["id"] == str(model.head.cursor)
        assert "event" not in event


async def test_only_what_moves_the_cursor_has_an_id() -> None:
    model = story(entries=1)
    async with (
        serving_streams(model, heartbeat_seconds=0.3) as (_, _, at),
        reading(f"{at}/v1/stories/one/events?snapshot=1") as blocks,
    ):
        _, *messages = await next_blocks(blocks, 6)
        assert block_kinds(messages) == ["hello", "subscribed", "snapshot", "caught_up", "heartbeat"]
        assert [block.get("id") for block in messages] == [
            None, None, str(model.head.cursor), str(model.head.cursor), None,
        ]  # fmt: skip


async def test_events_are_named_when_asked_for() -> None:
    model = story(entries=1)
    async with serving_streams(model) as (_, _, at), reading(f"{at}/v1/stories/one/events?after=0&named=1") as blocks:
        _, *messages = await next_blocks(blocks, 6)
        assert [block["event"] for block in messages] == [
            "hello", "subscribed", "story.updated", "entry.published", "caught_up",
        ]  # fmt: skip


async def test_the_last_event_id_wins_over_the_query() -> None:
    model = story(entries=5)
    url = "/v1/stories/one/events?after=0&snapshot=1"
    async with serving_streams(model) as (_, _, at):
        async with reading(at + url, **{"Last-Event-ID": str(model.cursors[5])}) as blocks:
            assert block_kinds(await next_blocks(blocks, 5)) == ["hello", "subscribed", 6, "caught_up"]
        async with reading(at + url, **{"Last-Event-ID": "nonsense"}) as blocks:
            assert block_kinds(await next_blocks(blocks, 5)) == ["hello", "subscribed", "snapshot", "caught_up"]


async def test_a_polyfills_last_event_id_in_the_query_wins_over_after_and_not_over_the_header() -> None:
    model = story(entries=5)
    url = f"/v1/stories/one/events?after=0&snapshot=1&lastEventId={model.cursors[5]}"
    async with serving_streams(model) as (_, _, at):
        async with reading(at + url) as blocks:
            assert block_kinds(await next_blocks(blocks, 5)) == ["hello", "subscribed", 6, "caught_up"]
        async with reading(at + url, **{"Last-Event-ID": str(model.cursors[4])}) as blocks:
            assert block_kinds(await next_blocks(blocks, 6)) == ["hello", "subscribed", 5, 6, "caught_up"]
        async with reading(f"{at}/v1/stories/one/events?after={model.cursors[5]}&lastEventId=") as blocks:
            assert block_kinds(await next_blocks(blocks, 5)) == ["hello", "subscribed", 6, "caught_up"]
        async with reading(f"{at}/v1/stories/one/events?lastEventId=nonsense") as blocks:
            assert block_kinds(await next_blocks(blocks, 5)) == ["hello", "subscribed", "snapshot", "caught_up"]


async def test_the_headers_keep_caches_and_proxies_away() -> None:
    async with serving_streams(story()) as (_, _, at), httpx.AsyncClient(verify=NO_CERTIFICATES, timeout=40) as client:
        response = await client.head(f"{at}/v1/stories/one/events")
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-accel-buffering"] == "no"
        assert response.content == b""


async def test_a_browser_that_received_the_end_stays_away() -> None:
    async with serving_streams(story()) as (_, _, at), httpx.AsyncClient(verify=NO_CERTIFICATES, timeout=40) as client:
        for method in ("GET", "HEAD"):
            for query, headers in (("", {"Last-Event-ID": "end"}), ("?after=0&lastEventId=end", {})):
                response = await client.request(method, f"{at}/v1/stories/one/events{query}", headers=headers)
                assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/stories/nowhere/events", 404, "story_not_found"),
        ("/v1/stories/one/events?body=pdf", 400, "malformed_query"),
        ("/v1/stories/one/events?named=maybe", 400, "malformed_query"),
        ("/v1/stories/one/events?after=0&after=0", 400, "repeated_parameter"),
    ],
)
async def test_a_refusal_is_the_last_event_of_a_200_stream(path: str, status: int, code: str) -> None:
    async with serving_streams(story()) as (_, _, at), reading(at + path) as blocks:
        *_, last = await rest_of(blocks)
        refused = json.loads(last["data"])
        assert (refused["type"], refused["status"], refused["code"]) == ("refused", status, code)
        assert last["id"] == "end"


async def test_a_database_that_is_away_lets_the_browser_come_back() -> None:
    async with serving_streams(story()) as (_, log, at):
        log.failing = True
        async with reading(f"{at}/v1/stories/one/events") as blocks:
            retry, *_, last = await rest_of(blocks)
            assert retry == {"retry": "4000"}
            assert json.loads(last["data"])["status"] == 503
            assert "id" not in last


async def test_a_drain_ends_the_stream_with_a_goodbye_and_newcomers_get_one_too() -> None:
    async with serving_streams(story()) as (hub, _, at):
        async with reading(f"{at}/v1/stories/one/events") as blocks:
            await next_blocks(blocks, 4)
            await hub.drain(timeout_seconds=SOON)
            assert block_kinds(await rest_of(blocks)) == ["goodbye"]
        async with reading(f"{at}/v1/stories/one/events") as blocks:
            assert block_kinds(await rest_of(blocks)) == ["goodbye"]


async def test_a_story_that_vanishes_ends_the_stream_for_good() -> None:
    async with serving_streams(story()) as (hub, log, at), reading(f"{at}/v1/stories/one/events") as blocks:
        await next_blocks(blocks, 4)
        log.stories.clear()
        await hub.stories.reconcile()
        (last,) = await rest_of(blocks)
        assert (last["id"], json.loads(last["data"])["status"]) == ("end", 404)


async def test_a_reader_who_leaves_is_forgotten_at_once() -> None:
    model = story()
    async with serving_streams(model) as (hub, _, at):
        async with reading(f"{at}/v1/stories/one/events") as blocks:
            await next_blocks(blocks, 4)
            assert hub.metrics.connections == {"websocket": 0, "sse": 1}
        await until(lambda: not hub.reader_count(model.id))
        assert hub.metrics.connections["sse"] == 0


# By hand


async def _hand(peer: AsgiPeer, hub: Hub) -> None:
    async with asyncio.timeout(SOON):
        await EventStreamRoute(hub, jitter=lambda: 0.0)(http_scope(), peer.receive, peer.send)


async def test_a_request_with_a_body_is_read_past() -> None:
    model = story()
    hub = hub_over(ModelLog(model))
    peer = AsgiPeer({"type": "http.request", "more_body": True}, {"type": "http.request", "more_body": False})
    serving = asyncio.create_task(_hand(peer, hub))
    await peer.until_sent(4)
    assert peer.sent[1]["body"] == b"retry: 2000\n\n"
    peer.give({"type": "http.disconnect"})
    await serving
    assert hub.reader_count(model.id) == 0


async def test_a_peer_lost_while_we_write_ends_without_an_error() -> None:
    model = story()
    hub = hub_over(ModelLog(model))
    peer = AsgiPeer({"type": "http.request", "more_body": False})
    serving = asyncio.create_task(_hand(peer, hub))
    await peer.until_sent(4)
    peer.lost = True
    hub.accept(model.publish())
    await serving
    assert hub.metrics.connections["sse"] == 0
