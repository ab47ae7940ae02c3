"""The numbers of comments: right in the end for whoever reads, whatever happened to comments, entries and connections.

What they are held to is counted from the pages of comments, and from nothing else that has a number.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from liveblog_client.apply import State
from tests.e2e.histories import History
from tests.e2e.operations import OPERATIONS
from tests.e2e.readers import Follower, Habit, Transport, reading_client
from tests.e2e.server import ADMIN_TOKEN, serving
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES

THE_END = "The end"
STEPS = 40
TOLD_WITHIN_SECONDS = 40
"""The server tells another number ten seconds after the last; the rest is for a machine that is busy."""

UNLIMITED = {"COMMENTS": "moderated", "COMMENTS_PER_STORY": "0", "COMMENTS_PER_SITE": "0", "COMMENTS_PER_ADDRESS": "0"}


@pytest.mark.slow  # ten seconds between two numbers go by; tests/live/hub and tests/api/routes/comments have each part
@pytest.mark.parametrize("options", [(), ("--portable",)], ids=["own transports", "portable"])
async def test_readers_on_every_transport_are_told_how_many_comments_there_are(
    anyio_backend: str, database_url: str, tmp_path: Path, figures: Figures, options: Sequence[str]
) -> None:
    histories = figures.choose(quick=4, suite=8, prove=80)
    with serving(database_url, tmp_path, options=options, HEARTBEAT_SECONDS="1", **UNLIMITED) as server:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        admin = httpx.AsyncClient(
            base_url=server.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=40
        )
        async with admin, reading_client(server.url) as client, asyncio.TaskGroup() as group:
            lives = [group.create_task(_live_through(admin, client, seed)) for seed in range(histories)]
        assert sum(life.result() for life in lives) > 0, "there was nothing to be counted"
        assert server.stop() == 0, server.log


async def _live_through(admin: httpx.AsyncClient, client: httpx.AsyncClient, seed: int) -> int:
    """Live through one history with a reader on each transport; return how many comments are seen at its end."""
    chance = random.Random(seed)
    history = History(admin, chance, OPERATIONS)
    await history.begin()
    for number in range(6):  # so that there are some, whatever is done with them
        if history.story["status"] in {"live", "paused"}:
            ask = history.comment(text=f"Comment {number}.")
            history.comments.append((await client.post(ask.path, json=ask.body)).json()["id"])
    heard: list[dict[str, Any]] = [{"count": 0} for _ in Transport]
    final: dict[str, int] = {}
    async with asyncio.timeout(2 * TOLD_WITHIN_SECONDS), asyncio.TaskGroup() as following:
        for transport, told in zip(Transport, heard, strict=True):
            habit = Habit(transport, breaks=chance.randrange(5))
            following.create_task(_follow(Follower(client, history.story_id, habit, chance), told, final))
        for _ in range(STEPS):
            await history.step()
        await history.end(THE_END)
        final |= await _numbers_once_told(client, history.story_id)
    return final["story"]


async def _follow(reader: Follower, told: dict[str, Any], final: dict[str, int]) -> None:
    def hear(message: dict[str, Any]) -> None:
        if message.get("type") == "comments":
            told["count"] = message["count"]
        elif "comment_count" in message:  # a reply of `changes`
            told["count"] = message["comment_count"]

    def has_all(state: State) -> bool:
        return state.get("title") == THE_END and told["count"] == final.get("story")

    reader.hear = hear
    await reader.begin()
    await reader.follow(has_all)


async def _numbers_once_told(client: httpx.AsyncClient, story: str) -> dict[str, int]:
    """Wait until the story's own numbers are those that its pages of comments have; return them."""
    while True:
        counted = await _counted(client, story)
        state = (await client.get(f"/v1/stories/{story}")).json()
        of_page = {each["id"]: counted.get(each["id"], 0) for each in state["timeline"]["items"]}
        has_entries = {entry: number for entry, number in of_page.items() if number} == state["comment_counts"]
        if state["comment_count"] == counted["story"] and has_entries:
            return counted
        await asyncio.sleep(0.5)  # between two looks


async def _counted(client: httpx.AsyncClient, story: str) -> dict[str, int]:
    """Count what the pages of comments show, of the story and of each entry."""
    counted: dict[str, int] = {"story": 0}
    url: str | None = f"/v1/stories/{story}/comments?limit=3&order=oldest"
    while url is not None:
        page = (await client.get(url)).json()
        for item in [each for top in page["items"] for each in (top, *top["children"])]:
            counted["story"] += 1
            if item["entry"] is not None:
                counted[item["entry"]] = counted.get(item["entry"], 0) + 1
        url = page["next"]
    return counted
