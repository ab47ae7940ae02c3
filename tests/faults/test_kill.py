"""The server is killed at random moments while everybody writes and reads: nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.e2e.readers import Follower, Habit, Transport, differences, reading_client
from tests.e2e.server import ADMIN_TOKEN, Server, make_story, serving
from tests.faults.tables import head_of, numbers_of, visible_entries
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES
from tests.reference.apply import State

STORIES = 4
WRITERS = 8
READERS = 50
READY_AGAIN_SECONDS = 5.0
"""By the clock in full; in the suite, which shares its machine, by what the server itself has worked until then."""

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

    async def write(self, admin: httpx.AsyncClient) -> None:
        while not self.stop.is_set():
            entry = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
            text = f"{self.name} says {len(self.acknowledged)}"
            body = {"id": entry, "text": text, "text_format": "plain"}
            while (status := await self._post(admin, body)) != 201:
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


@pytest.mark.timeout(240)
async def test_a_killed_server_has_lost_nothing_it_acknowledged_and_its_readers_agree_with_the_tables(
    anyio_backend: str, database_url: str, tmp_path: Path, figures: Figures
) -> None:
    kills = figures.choose(quick=4, suite=10, prove=300)
    chance = random.Random(kills)
    with serving(database_url, tmp_path) as server:
        stories = [make_story(server, f"Story {number}") for number in range(STORIES)]
        stop = asyncio.Event()
        writers = [_Writer(stories[n % STORIES], f"writer {n}", random.Random(n), stop) for n in range(WRITERS)]
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        async with (
            httpx.AsyncClient(
                base_url=server.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=20
            ) as admin,
            reading_client(server.url) as client,
            asyncio.TaskGroup() as group,
        ):
            readers = [_reader(client, stories, number) for number in range(READERS)]
            for reader in readers:
                await reader.begin()
            reading = [group.create_task(reader.follow(_has_ended)) for reader in readers]
            writing = [group.create_task(writer.write(admin)) for writer in writers]
            slowest = await _kill_again_and_again(server, kills, chance, by_the_clock=figures.full)
            stop.set()
            await asyncio.gather(*writing)
            for story in stories:
                end = await admin.patch(f"/v1/stories/{story}", json={"title": THE_END}, headers={"If-Match": "*"})
                assert end.status_code == 200, end.text
            async with asyncio.timeout(60):
                await asyncio.gather(*reading)
            found = [lines for reader in readers if (lines := await differences(reader, client))]
        assert found == []
        assert server.stop() == 0, server.log
    _compare_with_the_tables(database_url, stories, writers)
    assert sum(writer.retries for writer in writers) > 0, "no kill hit a write"
    assert slowest < READY_AGAIN_SECONDS


async def _kill_again_and_again(server: Server, kills: int, chance: random.Random, *, by_the_clock: bool) -> float:
    """Kill and restart that many times; the seconds of the slowest start."""
    slowest = 0.0
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(*LIFE_SECONDS))  # the moment of the kill is what is tried
        server.kill()
        waited = await asyncio.to_thread(server.start)
        slowest = max(slowest, waited if by_the_clock else server.cpu_seconds())
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
