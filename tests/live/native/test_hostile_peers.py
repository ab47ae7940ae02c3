"""Peers that send what no client does, or at a moment when none would: each harms only its own connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from typing import Any

import pytest
from websockets.asyncio.client import connect

from app.live.hub.admission_limits import AdmissionLimits
from app.live.hub.hub import Hub
from app.live.session.effects import OpenStory
from app.live.session.session import Session
from app.live.story.connection_states import ConnectionState
from app.live.story.limits import LiveLimits
from tests.live.app import Path, current_path
from tests.live.model import story
from tests.live.native.raw_peers import SOON, Raw, answer_to, answer_to_first_line, caught_up, handshake, serving
from tests.live.protocol.test_frames import masked
from tests.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("native_path")]

STREAM = b"GET /v1/stories/one/events HTTP/1.1\r\nHost: x\r\n\r\n"
OTHER = b"GET /v1/stories/nope/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: end\r\n\r\n"


@asynccontextmanager
async def complaints() -> AsyncIterator[list[dict[str, Any]]]:
    """The exceptions that reached the loop uncaught."""
    loop = asyncio.get_running_loop()
    heard: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: heard.append(context))
    try:
        yield heard
    finally:
        loop.set_exception_handler(None)


async def read_until(raw: Raw, wanted: bytes) -> bytes:
    async with asyncio.timeout(SOON):
        return await raw.reader.readuntil(wanted)


@pytest.mark.parametrize(
    "request_bytes",
    [
        STREAM + handshake(),
        STREAM + b"rubbish\r\n\r\n",
        STREAM + STREAM,
        STREAM + OTHER,
        OTHER + handshake(),
        handshake() + handshake(),
        handshake().replace(b"GET /v1/stories/one/live", b"CONNECT example.com:443"),
        handshake().replace(b"GET /v1/stories/one/live", b"GET http://x"),
        handshake().replace(b"GET /v1/stories/one/live", b"GET *"),
        handshake().replace(b"GET", b"POST"),
        handshake().replace(b"HTTP/1.1", b"HTTP/1.0"),
        handshake("/v1/stories/%00/live"),
        handshake("/v1/stories/one/live?after=%ff%00"),
        handshake("/v1/stories/one/live?" + "a&" * 200),
    ],
)
async def test_requests_no_client_sends_are_answered_without_an_exception(
    request_bytes: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    model = story()
    async with serving(model) as (hub, port), complaints() as heard:
        raw = await Raw.open(port)
        raw.writer.write(request_bytes)
        async with asyncio.timeout(SOON):
            await raw.reader.read(64)
        hub.accept(model.publish("hello"))
        await asyncio.sleep(0.05)  # time for a complaint, if there is one
        raw.writer.close()
        await until(lambda: not hub.connection_count)
        assert heard == []
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("change", [(b"GET", b"POST"), (b"HTTP/1.1", b"HTTP/1.0")])
async def test_a_socket_begins_with_get_over_http_1_1(change: tuple[bytes, bytes]) -> None:
    async with serving(story()) as (_, port):
        raw = await Raw.open(port)
        raw.writer.write(handshake().replace(*change))
        async with asyncio.timeout(SOON):
            line = await raw.reader.readline()
        assert b" 101 " not in line


async def test_a_stream_that_was_asked_for_behind_another_request_begins() -> None:
    async with serving(story()) as (_, port):
        raw = await Raw.open(port)
        raw.writer.write(OTHER + STREAM)
        assert b"204" in await read_until(raw, b"\r\n\r\n")
        assert b'"caught_up"' in await read_until(raw, b'"caught_up"')


async def test_a_request_behind_a_stream_changes_nothing_about_it() -> None:
    async with serving(story()) as (hub, port):
        raw = await Raw.open(port)
        raw.writer.write(STREAM + OTHER)
        assert b'"resume":"live"' in await read_until(raw, b'"caught_up"')
        raw.writer.close()
        await until(lambda: not hub.connection_count)


async def test_a_head_without_end_is_refused_before_it_fills_the_memory() -> None:
    async with serving(story()) as (_, port):
        raw = await Raw.open(port)
        raw.writer.write(b"GET /v1/site HTTP/1.1\r\nHost: x\r\nX-Long: ")
        for _ in range(100):
            raw.writer.write(b"x" * 10_000)
        async with asyncio.timeout(SOON):
            assert (await raw.reader.readline()).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("endless", [b"0\r\nX-Trailer: ", b"1;extension="])
async def test_a_trailer_or_extension_without_end_is_cut_before_it_fills_the_memory(endless: bytes) -> None:
    async with serving(story()) as (_, port):
        raw = await Raw.open(port)
        raw.writer.write(b"POST /v1/site HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + endless)
        async with asyncio.timeout(SOON):
            with suppress(ConnectionError):
                while not raw.writer.is_closing():
                    raw.writer.write(b"x" * 10_000)
                    await raw.writer.drain()


async def test_what_follows_a_close_frame_is_not_read() -> None:
    async with serving(story()) as (_, port):
        raw = await Raw.upgraded(port)
        raw.writer.write(masked(8, b"\x03\xe8") + b"\xff" * 20)
        assert await raw.close_code() == 1000


class Slow:
    """Delays the answers of a hub that has to open a story."""

    def __init__(self, hub: Hub) -> None:
        self.asked = 0
        self.waiting = 0
        self.gate = asyncio.Event()
        self._fetch = hub.stories.fetch
        hub.stories.fetch = self._held  # type: ignore[method-assign]

    def _held(self, ask: Any) -> Any:
        if not isinstance(ask, OpenStory):
            return self._fetch(ask)
        self.asked += 1
        self.waiting += 1

        async def later() -> Any:
            await self.gate.wait()
            self.waiting -= 1
            return await self._fetch(ask)

        return asyncio.create_task(later())


async def test_one_address_cannot_come_in_many_times_while_its_story_is_opened() -> None:
    limits = AdmissionLimits(total=0, per_second=0, per_address=2, trusted_proxies=(ip_network("127.0.0.0/8"),))
    async with serving(story(), limits=limits) as (hub, port):
        slow = Slow(hub)
        lines = []
        raws = [await Raw.open(port) for _ in range(5)]
        for raw in raws:
            raw.writer.write(handshake().replace(b"Host: x", b"Host: x\r\nX-Forwarded-For: 198.51.100.7"))
        await until(lambda: slow.asked == 5)
        slow.gate.set()
        for raw in raws:
            async with asyncio.timeout(SOON):
                lines.append((await raw.reader.readline()).split()[1])
        assert sorted(lines) == [b"101", b"101", b"429", b"429", b"429"]


async def test_no_reader_is_admitted_after_the_goodbyes() -> None:
    async with serving(story()) as (hub, port):
        slow = Slow(hub)
        raw = await Raw.open(port)
        raw.writer.write(handshake())
        await until(lambda: slow.asked == 1)
        await hub.drain(timeout_seconds=0.1)
        slow.gate.set()
        async with asyncio.timeout(SOON):
            assert (await raw.reader.readline()).startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize("path", ["native", "portable"])
@pytest.mark.parametrize("unusual", [b"", b"Content-Length: 0\r\n"], ids=["plain", "through the parser"])
async def test_a_handshake_whose_story_is_not_read_in_time_is_refused(unusual: bytes, path: Path) -> None:
    current_path.set(path)
    async with serving(story(), live=LiveLimits(header_seconds=0.3)) as (hub, port):
        slow = Slow(hub)
        raw = await Raw.open(port)
        raw.writer.write(handshake().replace(b"Host: x\r\n", b"Host: x\r\n" + unusual))
        await until(lambda: slow.asked == 1)
        assert hub.metrics.connections_by_state[ConnectionState.OPENING] == (path == "native")
        async with asyncio.timeout(SOON):
            answer = await raw.reader.read()
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b'"code":"unavailable"' in answer
        slow.gate.set()
        await until(lambda: not slow.waiting)
        assert hub.connection_count == 0
        assert hub.metrics.connections_by_state[ConnectionState.OPENING] == 0
        assert hub.metrics.connections_timed_out[ConnectionState.OPENING] == 1
        assert (await answer_to_first_line(port)).startswith(b"HTTP/1.1 101 "), "the next one finds the story"


async def test_a_handshake_that_waits_counts_as_a_connection() -> None:
    limits = AdmissionLimits(total=3, per_second=0, per_address=0)
    async with serving(story(), limits=limits) as (hub, port):
        slow = Slow(hub)
        for _ in range(3):
            (await Raw.open(port)).writer.write(handshake())
        await until(lambda: slow.asked == 3)
        assert (await answer_to(port, handshake())).startswith(b"HTTP/1.1 503 ")
        slow.gate.set()


async def test_a_stream_too_many_is_refused_in_words_that_an_event_source_survives() -> None:
    limits = AdmissionLimits(total=0, per_second=0, per_address=1, trusted_proxies=(ip_network("127.0.0.0/8"),))
    async with serving(story(), limits=limits) as (hub, port):
        request = STREAM.replace(b"Host: x", b"Host: x\r\nX-Forwarded-For: 198.51.100.7")
        first = await Raw.open(port)
        first.writer.write(request)
        await read_until(first, b'"caught_up"')
        for behind in (b"", OTHER):
            answer = await answer_to(port, behind + request)
            assert b"HTTP/1.1 200 " in answer
            assert b'"status":429' in answer
            assert b"id: end" not in answer
        assert hub.metrics.refusals[429] == 2
        assert hub.connection_count == 1


async def test_a_failure_of_one_readers_connection_leaves_the_story_to_the_others() -> None:
    model = story()
    async with serving(model) as (hub, port):
        url = f"ws://127.0.0.1:{port}/v1/stories/one/live"
        async with connect(url) as broken, connect(url) as sound:
            await caught_up(broken)
            await caught_up(sound)
            (live,) = hub.stories
            (group,) = [group for group in live.ready.values() if group]
            first = next(iter(tuple(group)))

            def fail(_: bytes) -> None:
                raise RuntimeError("no such transport")

            first.write = fail  # type: ignore[misc]
            for number in range(3):
                hub.accept(model.publish(str(number)))
            for reader in (broken, sound):
                async with asyncio.timeout(SOON):
                    seen = 0
                    while seen < model.seq:
                        seen = json.loads(await reader.recv()).get("seq", 0)


async def test_a_session_that_fails_ends_its_own_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(story()) as (hub, port), complaints() as heard:
        raw = await Raw.upgraded(port)

        def fail(*_: Any) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(Session, "pull", fail)
        raw.writer.write(masked(1, b'{"type":"ping"}'))
        async with asyncio.timeout(SOON):
            await raw.reader.read()
        await until(lambda: not hub.connection_count)
        assert heard == []
