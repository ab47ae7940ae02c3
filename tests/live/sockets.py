"""Readers on WebSockets, as a real client sees them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from app.live.hub.hub import Hub
from app.live.story.limits import LiveLimits
from tests.live.app import serve
from tests.live.hubs import hub_over
from tests.live.model import ModelLog, ModelStory

SOON = 20.0
BROWSER: dict[str, Any] = {"origin": Origin("https://news.example")}


@asynccontextmanager
async def serving_sockets(
    *models: ModelStory, heartbeat_seconds: float = 1000, ended_socket_seconds: float = 0
) -> AsyncIterator[tuple[Hub, ModelLog, str]]:
    log = ModelLog(*models)
    limits = LiveLimits(ended_socket_seconds=ended_socket_seconds)
    hub = hub_over(log, heartbeat_seconds=heartbeat_seconds, reconcile_seconds=1000, limits=limits)
    async with serve(hub) as address:
        yield hub, log, f"ws://{address}"


async def next_messages(reader: ClientConnection, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(SOON):
        return [json.loads(await reader.recv()) for _ in range(count)]


def kinds(messages: list[dict[str, Any]]) -> list[Any]:
    return [message.get("seq") or message["type"] for message in messages]


async def _rest(reader: ClientConnection) -> list[dict[str, Any]]:
    messages = []
    with suppress(ConnectionClosed):
        async for text in reader:
            messages.append(json.loads(text))
    return messages


async def closed(reader: ClientConnection) -> tuple[list[dict[str, Any]], int, str]:
    """Everything up to the close, then its code and reason."""
    async with asyncio.timeout(SOON):
        messages = await _rest(reader)
    with pytest.raises(ConnectionClosed) as ending:
        await reader.recv()
    assert ending.value.rcvd is not None
    return messages, ending.value.rcvd.code, ending.value.rcvd.reason
