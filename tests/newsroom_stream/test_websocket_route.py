"""Connections to the newsroom's stream at moments in which they cannot become members of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from app.domain.clock import Micros
from app.domain.errors import Unavailable
from app.newsroom_stream.stream import NewsroomFeed, NewsroomStream
from app.newsroom_stream.websocket_route import NewsroomStreamRoute
from app.wire.newsroom_stream_feed import FeedBatch, FeedPosition, WatchedStory, Watcher
from app.wire.newsroom_stream_messages import Principal
from tests.live.portable.asgi_peer import AsgiPeer, websocket_scope

pytestmark = pytest.mark.anyio

WATCHER = Watcher(Principal("t1", None, None), "editor")
MARK = FeedPosition(0, frozenset())


def _stream(begin: Callable[[], FeedPosition]) -> NewsroomStream:
    feed = NewsroomFeed(
        admit_by_token=lambda _: WATCHER,
        admit_by_ticket=lambda _: WATCHER,
        find_story=lambda _token, _ref: WatchedStory("s", "night"),  # type: ignore[arg-type]
        begin=begin,
        read=lambda *_: FeedBatch(mark=MARK, news=(), ended={}, lost={}),
        find_principals=lambda _: {},
    )
    return NewsroomStream(feed, clock=lambda: Micros(0), monotonic=lambda: 0.0, poll_seconds=60.0, threads=1)


async def _closed_with(stream: NewsroomStream) -> tuple[list[str], int, str]:
    """Connect and sign in; return what was sent before the close, and the close's code and reason."""
    route = NewsroomStreamRoute(
        stream,
        clock=lambda: Micros(0),
        monotonic=lambda: 0.0,
        heartbeat_seconds=60.0,
        authenticate_seconds=60.0,
        stall_seconds=60.0,
    )
    peer = AsgiPeer({"type": "websocket.connect"})
    async with asyncio.timeout(20):
        await route(websocket_scope(query="ticket=t"), peer.receive, peer.send)
    texts = [str(message["text"]) for message in peer.sent if message["type"] == "websocket.send"]
    (close,) = [message for message in peer.sent if message["type"] == "websocket.close"]
    return texts, close["code"], close["reason"]


async def test_a_database_that_is_away_while_a_member_joins_closes_with_the_error() -> None:
    failing = True

    def begin() -> FeedPosition:
        if failing:
            raise Unavailable("database_unavailable", "Away.", retry_after_seconds=2)
        return MARK

    stream = _stream(begin)
    _, code, reason = await _closed_with(stream)
    assert (code, reason) == (1011, "database_unavailable")
    failing = False
    member = asyncio.create_task(_closed_with(stream))
    while not stream._members:  # noqa: ASYNC110 - the next one joins, as if nothing had been
        await asyncio.sleep(0.01)  # between two looks
    stream.drain()
    assert (await member)[2] == "drain"
    await stream.stop()


async def test_who_joins_while_the_server_says_goodbye_is_told_it_too() -> None:
    def begin() -> FeedPosition:
        stream.drain()
        return MARK

    stream = _stream(begin)
    texts, code, reason = await _closed_with(stream)
    assert '"goodbye"' in texts[-1]
    assert (code, reason) == (4101, "drain")
    await stream.stop()
