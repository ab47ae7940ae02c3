"""The law of the log, on the real server: whoever applies what comes holds exactly what a fresh reader sees.

On both databases; on the readers' own transports, where half of the WebSockets are compressed, and as any ASGI server
would serve them; whole readers and those who hold a window; with connections lost at random.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from liveblog_client.apply import State
from tests.e2e.histories import History
from tests.e2e.operations import OPERATIONS
from tests.e2e.readers import Follower, Habit, Transport, differences, reading_client
from tests.e2e.server import ADMIN_TOKEN, serving
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES

AT_ONCE = 16
THE_END = "The end"
HISTORY_SECONDS = 60
PATHS = ["own transports", "portable"]


@pytest.mark.parametrize(
    ("options", "quick", "suite", "prove"), [((), 40, 75, 750), (("--portable",), 10, 25, 250)], ids=PATHS
)
async def test_readers_of_random_histories_hold_what_a_fresh_reader_sees(
    anyio_backend: str,
    database_url: str,
    tmp_path: Path,
    figures: Figures,
    options: Sequence[str],
    quick: int,
    suite: int,
    prove: int,
) -> None:
    histories = figures.choose(quick=quick, suite=suite, prove=prove)  # on each of the two databases
    gate = asyncio.Semaphore(AT_ONCE)
    lives: list[Life] = []
    comments = {"COMMENTS": "moderated", "COMMENTS_PER_STORY": "0", "COMMENTS_PER_SITE": "0"}
    with serving(database_url, tmp_path, options=options, HEARTBEAT_SECONDS="1", **comments) as server:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        async with (
            httpx.AsyncClient(
                base_url=server.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=40
            ) as admin,
            reading_client(server.url) as client,
        ):

            async def run(seed: int) -> None:
                async with gate, asyncio.timeout(HISTORY_SECONDS):
                    lives.append(await _live_through(admin, client, seed))

            async with asyncio.TaskGroup() as group:
                for seed in range(histories):
                    group.create_task(run(seed))
        assert [life.wrong for life in lives if life.wrong] == [], server.log
    if not options:
        assert any(life.is_compressed for life in lives)
        assert {name for life in lives for name in life.operations} == {operation.name for operation in OPERATIONS}


@dataclass(frozen=True, slots=True)
class Life:
    """What became of one history: what its readers hold wrong at the end, and what there was to be tested."""

    wrong: list[list[str]]
    operations: set[str]
    is_compressed: bool


async def _live_through(admin: httpx.AsyncClient, client: httpx.AsyncClient, seed: int) -> Life:
    chance = random.Random(seed)
    history = History(admin, chance, OPERATIONS)
    await history.begin()
    readers = [Follower(client, history.story_id, _habit(chance, transport), chance) for transport in Transport]
    async with asyncio.TaskGroup() as following:
        for reader in readers:
            following.create_task(_follow(reader))
        for _ in range(chance.randrange(5, 25)):
            await history.step()
        late = Follower(client, history.story_id, _habit(chance, chance.choice(list(Transport))), chance)
        following.create_task(_follow(late))
        await history.end(THE_END)
    found = [await differences(reader, client) for reader in [*readers, late]]
    wrong = [[f"history {seed}", *lines, *history.done] for lines in found if lines]
    return Life(wrong, history.performed, any(reader.is_compressed for reader in [*readers, late]))


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
        deflate=chance.random() < 0.5,
    )
