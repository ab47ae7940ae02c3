"""The law of the log, on the real server: whoever applies what comes holds exactly what a fresh reader sees."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import httpx
import pytest

from app.domain.apply import State
from tests.e2e.histories import History
from tests.e2e.readers import Follower, Habit, Transport, differences, reading_client
from tests.e2e.server import ADMIN_TOKEN, serving
from tests.figures import Figures

AT_ONCE = 8
THE_END = "The end"
HISTORY_SECONDS = 60


@pytest.mark.timeout(240)
async def test_readers_of_random_histories_hold_what_a_fresh_reader_sees(
    anyio_backend: str, database_url: str, tmp_path: Path, figures: Figures
) -> None:
    histories = figures.choose(suite=100, prove=1000)  # on each of the two databases
    gate = asyncio.Semaphore(AT_ONCE)
    wrong: list[list[str]] = []
    with serving(database_url, tmp_path, HEARTBEAT_SECONDS="1") as server:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        async with (
            httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False, timeout=40) as desk,
            reading_client(server.url) as client,
        ):

            async def run(seed: int) -> None:
                async with gate, asyncio.timeout(HISTORY_SECONDS):
                    wrong.extend(await _live_through(desk, client, seed))

            await asyncio.gather(*(run(seed) for seed in range(histories)))
        assert wrong == [], server.log


async def _live_through(desk: httpx.AsyncClient, client: httpx.AsyncClient, seed: int) -> list[list[str]]:
    """One history with its readers; what each of them holds wrong at the end."""
    chance = random.Random(seed)
    history = History(desk, chance)
    await history.begin()
    readers = [Follower(client, history.story, _habit(chance, transport), chance) for transport in Transport]
    following = [asyncio.create_task(_follow(reader)) for reader in readers]
    for _ in range(chance.randrange(5, 25)):
        await history.step()
    late = Follower(client, history.story, _habit(chance, chance.choice(list(Transport))), chance)
    following.append(asyncio.create_task(_follow(late)))
    await history.end(THE_END)
    await asyncio.gather(*following)
    found = [await differences(reader, client) for reader in [*readers, late]]
    return [[f"history {seed}", *lines, *history.done] for lines in found if lines]


async def _follow(reader: Follower) -> None:
    await reader.begin()
    await reader.follow(_has_ended)


def _has_ended(state: State) -> bool:
    return state.get("title") == THE_END


def _habit(chance: random.Random, transport: Transport) -> Habit:
    return Habit(
        transport,
        body=chance.choice(["html", "blocks", "both"]),
        page_size=chance.choice([None, 20, 5, 2]),
        whole=chance.random() < 0.5,
        breaks=chance.randrange(5),
    )
