"""Peers that send whatever bytes they like to readers' own transports, and a server for them."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import ClassVar

from websockets.asyncio.client import ClientConnection

from app.live.hub.admission_limits import AdmissionLimits
from app.live.hub.hub import Hub
from app.live.story.limits import NORMAL_LIMITS, LiveLimits
from tests.live.app import NO_LIMITS, serve
from tests.live.hubs import hub_over
from tests.live.model import ModelLog, ModelStory

SOON = 10.0
KEY = base64.b64encode(b"0123456789abcdef").decode()


@asynccontextmanager
async def serving(
    model: ModelStory,
    *,
    limits: AdmissionLimits = NO_LIMITS,
    live: LiveLimits = NORMAL_LIMITS,
    heartbeat_seconds: float = 1000,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[tuple[Hub, int]]:
    hub = hub_over(
        ModelLog(model),
        limits=live,
        heartbeat_seconds=heartbeat_seconds,
        reconcile_seconds=1000,
        monotonic=monotonic,
    )
    async with serve(hub, limits=limits) as address:
        try:
            yield hub, int(address.rpartition(":")[2])
        finally:
            for raw in Raw.opened:
                raw.writer.close()
                with suppress(OSError):
                    await raw.writer.wait_closed()
            Raw.opened.clear()


class Raw:
    """A peer that sends whatever bytes it likes."""

    opened: ClassVar[list[Raw]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int) -> Raw:
        raw = cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 22))
        cls.opened.append(raw)
        return raw

    @classmethod
    async def upgraded(cls, port: int, *, extensions: str = "") -> Raw:
        raw = await cls.open(port)
        raw.writer.write(handshake(extensions=extensions))
        async with asyncio.timeout(SOON):
            head = await raw.reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 101 "), head
            while b'"caught_up"' not in await raw.frame():
                pass
        return raw

    async def frame(self) -> bytes:
        """The next frame's payload; a close frame's begins with its code."""
        _, size = await self.reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2), "big")
        return await self.reader.readexactly(size)

    async def close_code(self) -> int | None:
        """What the server closes with; None if the connection just ends."""
        async with asyncio.timeout(SOON):
            rest = await self.reader.read()
        at = rest.find(b"\x88")
        return int.from_bytes(rest[at + 2 : at + 4], "big") if at >= 0 and len(rest) >= at + 4 else None


def handshake(path: str = "/v1/stories/one/live", *, extensions: str = "", version: str = "13") -> bytes:
    offered = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: {version}\r\n{offered}\r\n"
    ).encode()


async def answer_to(port: int, request: bytes) -> bytes:
    raw = await Raw.open(port)
    raw.writer.write(request)
    async with asyncio.timeout(SOON):
        return await raw.reader.read()


async def caught_up(reader: ClientConnection) -> None:
    async with asyncio.timeout(SOON):
        while json.loads(await reader.recv())["type"] != "caught_up":
            pass


async def answer_to_first_line(port: int) -> bytes:
    raw = await Raw.open(port)
    raw.writer.write(handshake())
    async with asyncio.timeout(SOON):
        line = await raw.reader.readline()
    return line.strip()
