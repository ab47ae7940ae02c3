"""Thousands of mutated frames, each read by a real server: nobody else notices, and nothing of them stays.

Each frame has a connection of its own, because the first that breaks the protocol is the last that is read.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from app.wire.close_codes import PROTOCOL_ERROR
from tests.commands import EXECUTED
from tests.e2e.server import Server, make_story, serving
from tests.figures import Figures
from tests.live.protocol.test_frames import masked

BYSTANDERS = 50
AT_ONCE = 40
GROWTH_LIMIT_BYTES = 8 << 20
SOON = 30.0
HANDSHAKE = (
    "GET /v1/stories/{story}/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)
SUBSCRIBE = b'{"type":"subscribe","story":"one","after":"0"}'
SAMPLES = [
    masked(1, b'{"type":"ping"}'),
    masked(1, SUBSCRIBE),
    masked(1, SUBSCRIBE[:20], final=False) + masked(0, SUBSCRIBE[20:]),
    masked(1, b'{"type":"ping","padding":"' + b"x" * 300 + b'"}'),
    masked(1, bytes.fromhex("aa562aa92c4855b2522ac8cc4b57aa0500"), bits=0x40),
    masked(9, b"x" * 125),
    masked(10),
    masked(8, b"\x03\xe8goodbye"),
]


class Hostile(asyncio.Protocol):
    """Shakes hands, sends one thing, and waits for the server to end the connection."""

    def __init__(self, handshake: bytes, thing: bytes) -> None:
        self.received = bytearray()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._handshake = handshake
        self._thing: bytes | None = thing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self._thing is not None and b"\r\n\r\n" in self.received:
            self._transport.write(self._thing)
            self._transport.write_eof()  # what is left half sent ends here, so that the server ends it too
            self._thing = None

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set_result(None)

    @property
    def close_code(self) -> int | None:
        """What the server closed with, if it said so."""
        at = self.received.index(b"\r\n\r\n") + 4
        while at + 2 <= len(self.received):
            first, size = self.received[at], self.received[at + 1]
            at += 2
            if size >= 126:
                width = 2 if size == 126 else 8
                size = int.from_bytes(self.received[at : at + width], "big")
                at += width
            if first & 0x0F == 8:
                return int.from_bytes(self.received[at : at + 2], "big")
            at += size
        return None


def mutated(chance: random.Random) -> bytes:
    """Something a client might send, damaged in one to four places."""
    data = bytearray(chance.choice(SAMPLES))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                data[at] ^= 1 << chance.randrange(8)
            case 2:
                data[at:at] = data[: chance.randrange(len(data))]
            case 3:
                data[at:] = chance.choice(SAMPLES)
            case _:
                del data[at + 1 :]
    return bytes(data)


async def test_mutated_frames_harm_nobody_else_and_leave_nothing_behind(
    anyio_backend: str, sqlite_url: str, tmp_path: Path, figures: Figures
) -> None:
    frames = figures.choose(quick=4_000, suite=20_000, prove=200_000)
    chance = random.Random(7)
    codes: Counter[int | None] = Counter()
    with serving(sqlite_url, tmp_path, wrapper=EXECUTED) as server:
        story = make_story(server)
        async with AsyncExitStack() as stack:
            bystanders = [await stack.enter_async_context(_reader(server, story)) for _ in range(BYSTANDERS)]
            await _attack(server, story, chance, frames=frames // 4, codes=codes)
            await _publish(server, story, to=bystanders)
            before = _resident_bytes(server)
            await _attack(server, story, chance, frames=frames - frames // 4, codes=codes)
            grown = _resident_bytes(server) - before
            await _publish(server, story, to=bystanders)
        lines = [line for line in server.log.splitlines() if line.startswith(("{", "Traceback"))]
        assert [line for line in lines if '"event":"serving"' not in line] == []
    assert codes.total() == frames
    assert {1000, 1002, 1007, 1009, PROTOCOL_ERROR.code} < set(codes)
    assert grown < GROWTH_LIMIT_BYTES


def _reader(server: Server, story: str) -> connect:
    address = server.url.replace("http", "ws", 1)
    return connect(f"{address}/v1/stories/{story}/live", proxy=None)


async def _attack(
    server: Server, story: str, chance: random.Random, *, frames: int, codes: Counter[int | None]
) -> None:
    things = iter([mutated(chance) for _ in range(frames)])
    handshake = HANDSHAKE.format(story=story).encode()
    loop = asyncio.get_running_loop()

    async def one_after_the_other(number: int) -> None:
        # An address for every few of them: an ended connection keeps its pair of ports for a minute.
        local = (f"127.0.1.{number}", 0)
        for thing in things:
            make_hostile = partial(Hostile, handshake, thing)
            _, hostile = await loop.create_connection(make_hostile, "127.0.0.1", server.port, local_addr=local)
            async with asyncio.timeout(SOON):
                await hostile.ended
            codes[hostile.close_code] += 1

    await asyncio.gather(*(one_after_the_other(number) for number in range(1, AT_ONCE + 1)))


async def _publish(server: Server, story: str, *, to: list[ClientConnection]) -> None:
    """Publish something; everybody is told."""
    with server.signed_in() as admin:
        answer = admin.post(f"/v1/stories/{story}/entries", json={"text": "still here"})
    assert answer.status_code == 201, answer.text
    entry = answer.json()["id"]
    for bystander in to:
        async with asyncio.timeout(SOON):
            message: dict[str, Any] = {}
            while message.get("entry", {}).get("id") != entry:
                message = json.loads(await bystander.recv())


def _resident_bytes(server: Server) -> int:
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024
