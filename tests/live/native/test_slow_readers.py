"""Readers on their own transports who take nothing, or take it slowly: what is kept for them, and when they are cut."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from functools import partial

import pytest
from websockets.asyncio.client import connect

from app.live.native.connection import HIGH_WATER_BYTES
from app.live.session.outbox import PIECE_BYTES
from app.live.story.limits import LiveLimits
from tests.live.model import story
from tests.live.native.raw_peers import SOON, Raw, caught_up, handshake, serving
from tests.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("native_path")]


async def test_a_reader_who_takes_nothing_is_cut_and_counted() -> None:
    model = story()
    async with serving(model, live=LiveLimits(stall_seconds=0.5)) as (hub, port):
        raw = await Raw.upgraded(port)
        raw.reader._transport.pause_reading()  # type: ignore[attr-defined]  # a StreamReader's own, for lack of a public one
        (live,) = hub.stories
        async with asyncio.timeout(30):
            while hub.connection_count:
                hub.accept(model.publish(os.urandom(30_000).hex()))
                await asyncio.sleep(0.01)  # a pause, in which the kernel takes what it will
        assert hub.metrics.connections_stalled == 1
        assert hub.metrics.connections_slow == 0
        assert live.reader_count == 0


@pytest.mark.parametrize(
    "request_bytes",
    [handshake("/v1/stories/one/live?after=0"), b"GET /v1/stories/one/events?after=0 HTTP/1.1\r\nHost: one\r\n\r\n"],
    ids=["websocket", "event stream"],
)
async def test_a_reader_who_takes_nothing_of_a_catch_up_has_one_piece_of_it_in_our_buffer(request_bytes: bytes) -> None:
    model = story()
    for _ in range(3_000):
        model.publish(os.urandom(500).hex())
    async with serving(model) as (hub, port):
        with socket.socket() as unread:
            unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            unread.connect(("127.0.0.1", port))
            unread.sendall(request_bytes)
            async with asyncio.timeout(SOON):
                await until(lambda: hub.metrics.connections_slow == 1)
            (connection,) = hub.connections
            transport: asyncio.Transport = connection.transport  # type: ignore[attr-defined]  # of a native connection
            assert 0 < transport.get_write_buffer_size() < PIECE_BYTES + 2_000
            fan_outs = hub.metrics.fan_outs
            hub.accept(model.publish("meanwhile"))
            await until(lambda: hub.metrics.fan_outs > fan_outs)
            assert transport.get_write_buffer_size() < PIECE_BYTES + 2_000


async def test_a_reader_who_takes_all_pieces_is_ready_and_has_the_whole_buffer_for_what_follows() -> None:
    model = story()
    for _ in range(3_000):
        model.publish(os.urandom(500).hex())
    async with serving(model) as (hub, port):
        address = f"ws://127.0.0.1:{port}/v1/stories/one/live?after=0"
        async with connect(address, proxy=None, max_size=None, compression=None) as reader:
            seen: list[int] = []
            async with asyncio.timeout(SOON):
                while (message := json.loads(await reader.recv()))["type"] != "caught_up":
                    seen += [message["seq"]] if "seq" in message else []
            assert seen == list(range(1, 3_002))
            (live,) = hub.stories
            assert sum(len(group) for group in live.ready.values()) == 1
            (connection,) = hub.connections
            transport: asyncio.Transport = connection.transport  # type: ignore[attr-defined]  # of a native connection
            assert transport.get_write_buffer_limits()[1] == HIGH_WATER_BYTES


async def test_a_reader_whom_the_kernel_cuts_because_it_takes_nothing_is_counted_too() -> None:
    model = story()
    async with serving(model) as (hub, port):
        raw = await Raw.upgraded(port)
        raw.reader._transport.pause_reading()  # type: ignore[attr-defined]  # as above
        (connection,) = hub.connections
        ours: socket.socket = connection.transport.get_extra_info("socket")  # type: ignore[attr-defined]  # as above
        ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 200)
        async with asyncio.timeout(30):
            while hub.connection_count:
                hub.accept(model.publish(os.urandom(30_000).hex()))
                await asyncio.sleep(0.01)  # a pause, in which the kernel takes what it will
        assert (hub.metrics.connections_stalled, hub.metrics.connections_slow) == (1, 0)


async def test_a_reader_who_was_slow_gets_the_newest_state_and_then_everything() -> None:
    model = story()
    async with serving(model) as (hub, port):
        async with connect(
            f"ws://127.0.0.1:{port}/v1/stories/one/live", max_size=None, max_queue=1, compression=None, close_timeout=1
        ) as reader:
            await caught_up(reader)
            published = model.publish("x")
            hub.accept(published)
            entry = str(published.events[0].entry_id)
            for _ in range(400):
                hub.accept(model.edit(entry, os.urandom(20_000).hex()))
                fan_outs = hub.metrics.fan_outs
                await until(partial(lambda before: hub.metrics.fan_outs > before, fan_outs))
            async with asyncio.timeout(SOON):
                await until(lambda: hub.metrics.connections_slow > 0)
                seen = [json.loads(await reader.recv())]
                while seen[-1].get("cursor") != str(model.head.cursor):
                    seen.append(json.loads(await reader.recv()))
        assert len(seen) < 300, "superseded text was skipped"
        assert seen[-1]["type"] in {"caught_up", "entry.updated"}
