"""When text was purged, messages that no member has been sent yet go, and their members with them."""

from __future__ import annotations

import pytest

from app.domain.clock import Micros
from app.newsroom_stream.stream import NewsroomFeed, NewsroomStream, StreamMember
from app.wire.close_codes import TOO_SLOW
from app.wire.newsroom_stream_feed import FeedBatch, FeedPosition, WatchedStory, Watcher
from app.wire.newsroom_stream_messages import Principal

pytestmark = pytest.mark.anyio

WATCHER = Watcher(Principal("t1", None, None), "editor")
MARK = FeedPosition(0, frozenset())


def _nothing(*_: object) -> FeedBatch:
    return FeedBatch(mark=MARK, news=(), ended={}, lost={})


async def test_a_member_who_waits_for_messages_is_sent_none_and_comes_back_to_read_anew() -> None:
    feed = NewsroomFeed(
        admit_by_token=lambda _: WATCHER,
        admit_by_ticket=lambda _: WATCHER,
        find_story=lambda _token, _ref: WatchedStory("s", "night"),  # type: ignore[arg-type]
        begin=lambda: MARK,
        read=_nothing,
        find_principals=lambda _: {},
    )
    stream = NewsroomStream(feed, clock=lambda: Micros(0), monotonic=lambda: 0.0, poll_seconds=60.0, threads=1)
    slow, quick = (StreamMember(WATCHER, wake=lambda: None) for _ in range(2))
    for member in (slow, quick):
        await stream.join(member)
    slow.send(b'{"text":"xylophone"}')
    stream.forget()
    assert slow.outbox == []
    assert slow.close is not None
    assert slow.close.code == TOO_SLOW, "a code with which a page comes back"
    assert quick.close is None
    await stream.stop()
