"""Readers on event streams, as a browser's parser sees them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from app.live.hub.hub import Hub
from tests.live.app import serve
from tests.live.hubs import hub_over
from tests.live.model import ModelLog, ModelStory
from tests.loopback import NO_CERTIFICATES

SOON = 20.0
Block = dict[str, str]


@asynccontextmanager
async def serving_streams(
    *models: ModelStory, heartbeat_seconds: float = 1000
) -> AsyncIterator[tuple[Hub, ModelLog, str]]:
    log = ModelLog(*models)
    hub = hub_over(log, heartbeat_seconds=heartbeat_seconds, reconcile_seconds=1000)
    async with serve(hub) as address:
        yield hub, log, f"http://{address}"


@asynccontextmanager
async def reading(url: str, **headers: str) -> AsyncIterator[AsyncIterator[Block]]:
    async with (
        httpx.AsyncClient(timeout=SOON, verify=NO_CERTIFICATES) as client,
        client.stream("GET", url, headers=headers) as response,
    ):
        assert response.status_code == 200
        yield _blocks(response)


async def _blocks(response: httpx.Response) -> AsyncIterator[Block]:
    """The stream as a browser's parser sees it: one mapping of fields a block."""
    block: Block = {}
    async for line in response.aiter_lines():
        if not line:
            yield block
            block = {}
        else:
            name, _, value = line.partition(": ")
            assert name not in block
            block[name] = value


async def next_blocks(blocks: AsyncIterator[Block], count: int) -> list[Block]:
    return [await anext(blocks) for _ in range(count)]


async def rest_of(blocks: AsyncIterator[Block]) -> list[Block]:
    return [block async for block in blocks]


def block_kinds(blocks: list[Block]) -> list[Any]:
    messages = [json.loads(block["data"]) for block in blocks if "data" in block]
    return [message.get("seq") or message["type"] for message in messages]
