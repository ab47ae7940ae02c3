"""What the shells share: pieces, deadlines and the end of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from app.live.portable.connection import SLOWEST_BYTES_PER_SECOND, PortableConnection
from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.effects import Close
from app.live.session.outbox import PIECE_BYTES
from app.live.story.limits import NORMAL_LIMITS
from app.live.story.packets import Message
from app.wire.close_codes import PROTOCOL_ERROR
from app.wire.encoding import BodyVariant
from tests.live.hubs import hub_over
from tests.live.model import ModelLog, ModelStory, story

pytestmark = pytest.mark.anyio


class _Peer:
    """Records what is written while its gate is open. All in one task, as a shell does it."""

    def __init__(self, model: ModelStory) -> None:
        self.seconds = 1000.0
        self.log = ModelLog(model)
        self.hub = hub_over(self.log, monotonic=lambda: self.seconds)
        self.gate = asyncio.Event()
        self.gate.set()
        self.batches: list[list[str]] = []
        self.closed: Close | None = None
        self.connection = PortableConnection(self.hub, transport="websocket", variant=BodyVariant.HTML, sole=True)

    async def write(self, messages: Sequence[Message]) -> None:
        self.batches.append([message.type for message in messages])
        await self.gate.wait()

    async def finish(self, close: Close) -> None:
        self.closed = close
        await self.gate.wait()

    async def serve(self, request: SubscribeRequest | None = None) -> None:
        # The connection belongs to the task it was made in, so it is made again in this one.
        self.connection = PortableConnection(self.hub, transport="websocket", variant=BodyVariant.HTML, sole=True)
        with self.connection as connection:
            if request is not None:
                connection.session.subscribe(request)
            await connection.run(self.write, self.finish)


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)  # more turns than anything here takes, for nothing may happen in them


async def test_a_catch_up_is_written_in_pieces() -> None:
    model = story()
    for _ in range(10):
        model.publish("x" * (PIECE_BYTES // 4))
    peer = _Peer(model)
    serving = asyncio.create_task(peer.serve(SubscribeRequest("one", after="0")))
    await _settle()
    peer.connection.leave("enough")
    await serving
    assert peer.batches[0] == ["hello"]
    sizes = [len(batch) for batch in peer.batches[1:]]
    assert sum(sizes) == 13
    assert all(size <= 6 for size in sizes)


async def test_a_peer_that_takes_nothing_is_handed_one_piece_and_later_the_newest_state() -> None:
    model = story()
    for _ in range(100):
        model.publish("x" * (PIECE_BYTES // 4))
    peer = _Peer(model)
    serving = asyncio.create_task(peer.serve())
    await _settle()
    peer.gate.clear()
    peer.connection.receive('{"type":"subscribe","story":"one","after":"0"}')
    await _settle()
    peer.hub.accept(model.publish("newest"))
    await _settle()
    assert peer.batches == [["hello"], ["subscribed", "story.updated", *["entry.published"] * 4]]
    peer.gate.set()
    for _ in range(20):
        await _settle()
    assert sum(len(batch) for batch in peer.batches) == 1 + 1 + 1 + 101 + 1
    assert peer.batches[-1][-1] == "caught_up"
    peer.connection.leave("enough")
    await serving


async def test_a_tick_wakes_a_connection_only_when_its_heartbeat_is_due() -> None:
    peer = _Peer(story())
    serving = asyncio.create_task(peer.serve())
    await _settle()
    assert peer.connection.tick(peer.seconds) == peer.seconds + 25
    peer.seconds += 25
    assert peer.connection.tick(peer.seconds) == peer.seconds + 25
    await _settle()
    assert peer.batches == [["hello"], ["heartbeat"]]
    peer.connection.leave("enough")
    await serving


async def test_a_write_is_given_up_after_the_time_its_bytes_may_take() -> None:
    peer = _Peer(story())
    peer.gate.clear()
    serving = asyncio.create_task(peer.serve())
    await _settle()
    patience = NORMAL_LIMITS.stall_seconds + 100 / SLOWEST_BYTES_PER_SECOND
    assert peer.connection.tick(peer.seconds + 1) == pytest.approx(peer.seconds + patience, abs=0.01)
    assert not serving.done()
    peer.connection.tick(peer.seconds + patience)
    peer.connection.tick(peer.seconds + patience)
    await serving
    assert peer.hub.metrics.connections_stalled == 1
    assert peer.hub.metrics.connections["websocket"] == 0


async def test_a_close_that_cannot_be_written_is_given_up_too() -> None:
    peer = _Peer(story())
    serving = asyncio.create_task(peer.serve())
    await _settle()
    peer.gate.clear()
    peer.connection.receive("no message")
    await _settle()
    assert peer.closed is not None
    assert peer.closed.code is PROTOCOL_ERROR
    peer.connection.cut()
    peer.connection.cut()
    await serving


async def test_the_first_reason_to_leave_counts() -> None:
    peer = _Peer(story())
    serving = asyncio.create_task(peer.serve())
    await _settle()
    peer.connection.receive("no message")
    peer.connection.leave("peer closed", code=1001)
    peer.connection.leave("something else")
    await serving
    assert peer.closed is None


async def test_an_answer_that_is_cancelled_at_the_end_changes_nothing() -> None:
    model = story()
    peer = _Peer(model)
    await peer.hub.start()
    peer.log.gate = asyncio.Event()
    serving = asyncio.create_task(peer.serve(SubscribeRequest("one")))
    await peer.log.waiting.wait()
    await peer.hub.stop()
    await _settle()
    assert peer.batches == [["hello"]]
    peer.connection.leave("enough")
    await serving
