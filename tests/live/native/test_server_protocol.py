"""Readers on their own transports: what is taken off HTTP, what is refused, and what a hostile peer gets."""

from __future__ import annotations

import asyncio
import json
import struct
import time
import zlib
from contextlib import suppress
from ipaddress import ip_network

import pytest
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState
from websockets.asyncio.client import connect

from app.live.hub.admission_limits import AdmissionLimits, ConnectionLimiter
from app.live.native.server_protocol import LiveProtocol
from app.live.story.limits import LiveLimits
from tests.live.app import accept_context_for
from tests.live.hubs import hub_over
from tests.live.model import ModelLog, story
from tests.live.native.raw_peers import KEY, SOON, Raw, answer_to, answer_to_first_line, caught_up, handshake, serving
from tests.live.protocol.test_frames import masked
from tests.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("native_path")]


async def test_uvicorn_still_has_what_we_hold_on_to() -> None:
    accept_context = accept_context_for(hub_over(ModelLog(story())))
    config = Config(lambda: None, log_config=None)
    config.load()
    protocol = LiveProtocol(accept_context=accept_context, config=config, server_state=ServerState(), app_state={})
    for name in ("connections", "transport", "parser", "cycle", "scope", "headers", "flow", "pipeline", "client"):
        assert hasattr(protocol, name), name
    for name in ("handle_websocket_upgrade", "_start_asgi_task", "_unset_keepalive_if_required", "on_message_begin"):
        assert callable(getattr(HttpToolsProtocol, name)), name


async def test_a_reader_who_is_caught_up_is_written_to_without_a_task_or_a_wake() -> None:
    model = story()
    async with serving(model) as (hub, port), connect(f"ws://127.0.0.1:{port}/v1/stories/one/live") as reader:
        await caught_up(reader)
        (live,) = hub.stories
        before = len(asyncio.all_tasks())
        assert (len(live.subscriptions), live.reader_count) == (0, 1)
        hub.accept(model.publish("hello"))
        async with asyncio.timeout(SOON):
            assert json.loads(await reader.recv())["seq"] == model.seq
        assert len(asyncio.all_tasks()) == before
        delivery = live.deliveries[-1]
        assert (delivery.seq, delivery.readers, delivery.written, delivery.left) == (model.seq, 1, 1, 0)


async def test_compressed_and_plain_readers_hear_the_same() -> None:
    model = story()
    async with serving(model) as (hub, port):
        url = f"ws://127.0.0.1:{port}/v1/stories/one/live"
        async with connect(url) as packed, connect(url, compression=None) as plain:
            assert [extension.name for extension in packed.protocol.extensions] == ["permessage-deflate"]
            assert plain.protocol.extensions == []
            for reader in (packed, plain):
                await caught_up(reader)
            for number in range(3):
                hub.accept(model.publish(f"{number} " + "Wahl " * 200))
                async with asyncio.timeout(SOON):
                    assert await packed.recv() == await plain.recv()
            await packed.send(json.dumps({"type": "ping", "padding": "x" * 1000}))
            async with asyncio.timeout(SOON):
                assert json.loads(await packed.recv())["type"] == "heartbeat"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (handshake(version="8"), b"426"),
        (handshake().replace(KEY.encode(), b"short"), b"400"),
        (handshake("/v1/stories/nope/live"), b"404"),
        (handshake("/v1/stories/one/live?body=x"), b"400"),
        (handshake("/v1/stories/%ff/live"), b"404"),
    ],
)
async def test_a_handshake_that_cannot_be_is_answered_in_http(request_bytes: bytes, status: bytes) -> None:
    async with serving(story()) as (hub, port):
        answer = await answer_to(port, request_bytes)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.split(b" ")[1] == status
        assert b"content-type: application/problem+json" in head
        assert json.loads(body)["status"] == int(status)
        assert hub.connection_count == 0
        assert hub.metrics.refusals[int(status)] == 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x81\x05hello", 1002),
        (masked(3), 1002),
        (masked(1, b"x", bits=0x40), 1002),
        (masked(0, b"x"), 1002),
        (masked(9, b"x" * 126), 1002),
        (masked(1, b"\xff"), 1007),
        (masked(1, b"x" * 5000), 1009),
        (struct.pack("!BBQ", 0x82, 0xFF, 1 << 40) + b"\0\0\0\0", 1009),
        (masked(2, b"x"), 4505),
        (masked(1, b"[" * 4000), 4505),
        (masked(9, b"?") * 200, 4505),
        (masked(1, b'{"type":"ping"}') * 50, 4505),
        (masked(8, struct.pack("!H", 1000)), 1000),
        (masked(8), 1000),
        (masked(8, struct.pack("!H", 4999)), 4999),
        (masked(8, struct.pack("!H", 1005)), 1002),
    ],
)
async def test_a_peer_that_breaks_the_protocol_is_closed_with_the_code_that_says_so(sent: bytes, code: int) -> None:
    async with serving(story()) as (hub, port):
        raw = await Raw.upgraded(port)
        raw.writer.write(sent)
        assert await raw.close_code() == code
        raw.writer.close()
        await until(lambda: not hub.connection_count)


async def test_a_bomb_is_closed_before_it_is_unpacked() -> None:
    compressor = zlib.compressobj(wbits=-15)
    bomb = (compressor.compress(b"\0" * 3_000_000) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]
    async with serving(story()) as (_, port):
        raw = await Raw.upgraded(port, extensions="permessage-deflate")
        raw.writer.write(masked(1, bomb, bits=0x40))
        assert await raw.close_code() == 1009


async def test_a_slow_head_is_cut() -> None:
    async with serving(story(), live=LiveLimits(header_seconds=0.3)) as (_, port):
        raw = await Raw.open(port)
        raw.writer.write(b"GET /v1/stories/one/live HTT")
        async with asyncio.timeout(SOON):
            assert (await raw.reader.read()).startswith(b"HTTP/1.1 408 ")


async def test_a_connection_that_says_nothing_is_cut() -> None:
    async with serving(story(), live=LiveLimits(header_seconds=0.3)) as (_, port):
        connection = await Raw.open(port)
        async with asyncio.timeout(SOON):
            with suppress(ConnectionResetError):
                assert await connection.reader.read() == b""


async def test_a_full_server_says_so() -> None:
    limits = AdmissionLimits(total=2, per_second=0, per_address=0)
    async with serving(story(), limits=limits) as (hub, port):
        first, second = await Raw.upgraded(port), await Raw.upgraded(port)
        answer = await answer_to(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after:" in answer
        assert hub.metrics.refusals[503] == 1
        first.writer.close()
        second.writer.close()


async def test_a_loop_of_handshakes_is_stopped() -> None:
    limits = AdmissionLimits(total=0, per_second=3, per_address=0)
    stopped = time.monotonic() + 1  # later than the limiter began, and then the same: no client earns another handshake
    async with serving(story(), limits=limits, monotonic=lambda: stopped) as (hub, port):
        answers = [await answer_to_first_line(port) for _ in range(12)]
        assert answers[:3] == [b"HTTP/1.1 101 Switching Protocols"] * 3
        assert b"HTTP/1.1 429 Too Many Requests" in answers
        assert hub.metrics.refusals[429] > 0


def test_an_address_behind_known_proxies_is_the_last_one_they_did_not_add() -> None:
    limits = AdmissionLimits(total=0, per_second=0, per_address=2, trusted_proxies=(ip_network("10.0.0.0/8"),))
    limiter = ConnectionLimiter(limits, now=0)
    assert limiter.address_of("192.0.2.1", [b"198.51.100.7"]) == "192.0.2.1"
    assert limiter.address_of("10.1.1.1", [b"203.0.113.9, 198.51.100.7, 10.2.2.2"]) == "198.51.100.7"
    assert limiter.address_of("10.1.1.1", [b"203.0.113.9", b"198.51.100.7"]) == "198.51.100.7"
    assert limiter.address_of("127.0.0.1", []) is None
    assert limiter.address_of("10.1.1.1", [b"unknown"]) is None
    limiter.add("198.51.100.7")
    limiter.add("198.51.100.7")
    assert not limiter.may_admit("198.51.100.7", now=0)
    assert limiter.may_admit("198.51.100.8", now=0)
    limiter.remove("198.51.100.7")
    assert limiter.may_admit("198.51.100.7", now=0)


async def test_a_stream_whose_request_has_a_body_is_taken_off_too() -> None:
    async with serving(story()) as (hub, port):
        raw = await Raw.open(port)
        request = b"GET /v1/stories/one/events?after=0 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
        raw.writer.write(request)
        async with asyncio.timeout(SOON):
            head = await raw.reader.readuntil(b"\r\n\r\n")
            await raw.reader.readuntil(b'"caught_up"')
        assert head.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close" in head
        raw.writer.close()
        await until(lambda: not hub.connection_count)
