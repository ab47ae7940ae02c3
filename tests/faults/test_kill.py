"""Servers are killed at random moments while everybody writes and reads: nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from liveblog_client.apply import State
from tests.e2e.readers import Follower, Habit, Transport, differences, reading_client
from tests.e2e.server import ADMIN_TOKEN, Server, make_story, serving
from tests.faults.tables import head_of, numbers_of, visible_entries
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES

STORIES = 4
WRITERS = 8
READERS = 50
READY_AGAIN_SECONDS = 5.0
"""Asked for in full only: the suite shares its machine, where even the CPU time of a start is half as much again."""

LIFE_SECONDS = (0.05, 0.9)
PAUSE_SECONDS = (0.0, 0.04)
THE_END = "The end"


@dataclass
class _Writer:
    """Posts one entry after the other; each again and again, with its own id, until it is acknowledged."""

    story: str
    name: str
    chance: random.Random
    stop: asyncio.Event
    acknowledged: dict[str, str] = field(default_factory=dict)
    retries: int = 0

    async def write(self, nodes: list[httpx.AsyncClient]) -> None:
        """Write at any node; a retry may go to another one than the attempt before."""
        while not self.stop.is_set():
            entry = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
            text = f"{self.name} says {len(self.acknowledged)}"
            body = {"id": entry, "text": text, "text_format": "plain"}
            while (status := await self._post(self.chance.choice(nodes), body)) != 201:
                assert status is None or status == 503, status
                self.retries += 1
                await asyncio.sleep(self.chance.uniform(0.01, 0.05))  # a client waits before it tries again
            self.acknowledged[entry] = text
            await asyncio.sleep(self.chance.uniform(*PAUSE_SECONDS))  # the pace of a reporter

    async def _post(self, admin: httpx.AsyncClient, body: dict[str, str]) -> int | None:
        """The status of the answer; None if there was none."""
        try:
            # The key lets a retry answer with the first reply when only the answer was lost.
            headers = {"Idempotency-Key": body["id"]}
            answer = await admin.post(f"/v1/stories/{self.story}/entries", json=body, headers=headers)
        except httpx.TransportError:
            return None
        return answer.status_code


@pytest.fixture(params=["sqlite", "postgres", pytest.param("two nodes", marks=pytest.mark.slow)])
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Server]]:
    """One server on either database, or two that share one."""
    with ExitStack() as stack:
        url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "shared_url")
        names = ("a", "b") if request.param == "two nodes" else ("data",)
        yield [stack.enter_context(serving(url, tmp_path, name=name)) for name in names]


async def test_a_killed_server_has_lost_nothing_it_acknowledged_and_its_readers_agree_with_the_tables(
    anyio_backend: str, nodes: list[Server], figures: Figures
) -> None:
    kills = figures.choose(quick=4, suite=10, prove=300)
    stories = [make_story(nodes[0], f"Story {number}") for number in range(STORIES)]
    stop = asyncio.Event()
    writers = [_Writer(stories[n % STORIES], f"writer {n}", random.Random(n), stop) for n in range(WRITERS)]
    async with AsyncExitStack() as stack:
        admins = [await stack.enter_async_context(_admin(node)) for node in nodes]
        clients = [await stack.enter_async_context(reading_client(node.url)) for node in nodes]
        group = await stack.enter_async_context(asyncio.TaskGroup())
        readers = [_reader(clients[number % len(clients)], stories, number) for number in range(READERS)]
        for reader in readers:
            await reader.begin()
        reading = [group.create_task(reader.follow(_has_ended)) for reader in readers]
        writing = [group.create_task(writer.write(admins)) for writer in writers]
        slowest = await _kill_again_and_again(nodes, kills, random.Random(kills))
        stop.set()
        await asyncio.gather(*writing)
        for story in stories:
            end = await admins[0].patch(f"/v1/stories/{story}", json={"title": THE_END}, headers={"If-Match": "*"})
            assert end.status_code == 200, end.text
        async with asyncio.timeout(60):
            await asyncio.gather(*reading)
        found = [lines for reader in readers if (lines := await differences(reader, reader.client))]
    assert found == []
    for node in nodes:
        assert node.stop() == 0, node.log
    _compare_with_the_tables(nodes[0].database_url, stories, writers)
    assert sum(writer.retries for writer in writers) > 0, "no kill hit a write"
    assert slowest < READY_AGAIN_SECONDS or not figures.full


def _admin(node: Server) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    return httpx.AsyncClient(base_url=node.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=20)


async def _kill_again_and_again(nodes: list[Server], kills: int, chance: random.Random) -> float:
    """Kill and restart one of the nodes that many times; the seconds of the slowest start."""
    slowest = 0.0
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(*LIFE_SECONDS))  # the moment of the kill is what is tried
        server = chance.choice(nodes)
        server.kill()
        slowest = max(slowest, await asyncio.to_thread(server.start))
    return slowest


def _compare_with_the_tables(database_url: str, stories: list[str], writers: list[_Writer]) -> None:
    for story in stories:
        numbers = numbers_of(database_url, story)
        assert list(numbers) == list(range(1, len(numbers) + 1))
        assert head_of(database_url, story) == len(numbers)
        visible = visible_entries(database_url, story)
        written = {entry: text for w in writers if w.story == story for entry, text in w.acknowledged.items()}
        # Every writer kept on until its last entry was acknowledged: what is there is exactly that, each once.
        assert {entry: json.loads(text) for entry, text in visible.items()} == written
        assert len(numbers) == len(written) + 2


def _reader(client: httpx.AsyncClient, stories: list[str], number: int) -> Follower:
    transport = list(Transport)[number % len(Transport)]
    habit = Habit(transport, body=["html", "blocks", "both"][number % 5 % 3], page_size=[20, None][number % 7 == 0])
    return Follower(client, stories[number % STORIES], habit, random.Random(number))


def _has_ended(state: State) -> bool:
    return state.get("title") == THE_END
