"""Readers who come while entries are published: from their cursor on, each event once and none left out."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.e2e.readers import messages_of, reading_client
from tests.e2e.server import ADMIN_TOKEN, Server, make_story, serving
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES

JOINS_PER_NODE = 5000
"""The full figure."""
AT_ONCE = 100
JOIN_SECONDS = 60
PUBLISHERS = 4
PUBLISHED_PER_SECOND = 200
LIVE_EVENTS = 3
"""What each reader stays for after it has caught up."""


@dataclass
class _Publication:
    """One story that never rests. `cursors` are those of its events so far; only publications happen in it."""

    story: str
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    cursors: list[str] = field(default_factory=list)

    async def publish(self, node: Server) -> None:
        """Post at one node, as one of the publishers."""
        pause = PUBLISHERS / PUBLISHED_PER_SECOND
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        async with httpx.AsyncClient(
            base_url=node.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=40
        ) as admin:
            while not self.stop.is_set():
                answer = await admin.post(f"/v1/stories/{self.story}/entries", json={"text": "More results."})
                assert answer.status_code == 201, answer.text
                await asyncio.sleep(pause)  # the pace of publishing

    async def collect(self, client: httpx.AsyncClient) -> None:
        """Keep the cursors of what was published, by polling."""
        after = "0"
        while not self.stop.is_set():
            query = {"after": after, "wait": "1", "limit": "1000"}
            reply = (await client.get(f"/v1/stories/{self.story}/changes", params=query)).json()
            self.cursors += [event["cursor"] for event in reply["events"]]
            after = reply["cursor"]


@pytest.fixture(params=["one node", "two nodes"])
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Server]]:
    """One server on SQLite, or two on one PostgreSQL database."""
    with ExitStack() as stack:
        if request.param == "one node":
            yield [stack.enter_context(serving(request.getfixturevalue("sqlite_url"), tmp_path))]
            return
        shared: str = request.getfixturevalue("shared_url")
        yield [stack.enter_context(serving(shared, tmp_path, name=name)) for name in ("a", "b")]


async def test_who_joins_amid_publications_is_told_each_event_once(
    anyio_backend: str, nodes: list[Server], figures: Figures
) -> None:
    joins = figures.choose(quick=100, suite=250, prove=JOINS_PER_NODE * len(nodes))
    publication = _Publication(make_story(nodes[0]))
    gate = asyncio.Semaphore(AT_ONCE)
    wrong: list[str] = []
    async with reading_client(nodes[0].url) as client, asyncio.TaskGroup() as group:
        for number in range(PUBLISHERS):
            group.create_task(publication.publish(nodes[number % len(nodes)]))
        group.create_task(publication.collect(client))

        async def join(number: int) -> None:
            async with gate, asyncio.timeout(JOIN_SECONDS):
                chance = random.Random(number)
                await asyncio.sleep(chance.random() * 0.5)  # readers come over half a second
                wrong.extend(await _join(nodes[number % len(nodes)], publication, chance))

        async with asyncio.timeout(20):
            await _first_cursors(client, publication.story)
        try:
            await asyncio.gather(*(join(number) for number in range(joins)))
        finally:
            publication.stop.set()
    assert wrong == []


async def _first_cursors(client: httpx.AsyncClient, story: str) -> None:
    """Until something was published."""
    head = (await client.get(f"/v1/stories/{story}/changes")).json()["cursor"]
    reply = await client.get(f"/v1/stories/{story}/changes", params={"after": head, "wait": "15"})
    assert reply.json()["events"]


async def _join(node: Server, publication: _Publication, chance: random.Random) -> list[str]:
    """Follow the story from somewhere for a while; what was wrong with what was told."""
    kept = publication.cursors
    after = chance.choice([None, kept[-1], chance.choice(kept[-200:]), chance.choice(kept[-20:])] if kept else [None])
    told = _on_websocket if chance.random() < 0.6 else _on_event_stream
    expected: int | None = None if after is None else int(after.split(".")[1]) + 1
    is_caught_up, live = False, 0
    wrong: list[str] = []
    async with aclosing(told(node, publication.story, after)) as messages:
        async for message in messages:
            if message["type"] == "subscribed" and expected is None:
                expected = int(message["head"].split(".")[1]) + 1
            elif message["type"] == "snapshot":
                wrong.append(f"after {after}: {message['reason']}")
            elif message["type"] == "caught_up":
                is_caught_up = True
                if message["cursor"].split(".")[1] != str((expected or 0) - 1):
                    wrong.append(f"after {after}: caught up at {message['cursor']}, expected {expected}")
            elif "seq" in message:
                live += is_caught_up
                if message["seq"] != expected:
                    wrong.append(f"after {after}: {message['seq']} instead of {expected}")
                expected = message["seq"] + 1
            if live >= LIVE_EVENTS:
                break
    return wrong


async def _on_websocket(node: Server, story: str, after: str | None) -> AsyncGenerator[dict[str, Any]]:
    query = "" if after is None else f"?after={quote(after)}"
    where = f"{node.url.replace('http', 'ws', 1)}/v1/stories/{story}/live{query}"
    async with connect(where, proxy=None, compression=None, open_timeout=JOIN_SECONDS) as socket:
        async for text in socket:
            yield json.loads(text)


async def _on_event_stream(node: Server, story: str, after: str | None) -> AsyncGenerator[dict[str, Any]]:
    query = {} if after is None else {"after": after}
    async with (
        reading_client(node.url) as client,
        client.stream("GET", f"/v1/stories/{story}/events", params=query) as answer,
        aclosing(messages_of(answer)) as messages,
    ):
        async for message in messages:
            yield message
