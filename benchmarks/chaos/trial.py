"""One row: writers and readers before the fault, during it and after it, and what became of each entry."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx

from benchmarks.chaos.deployment import Deployment
from benchmarks.chaos.faults import Row
from benchmarks.chaos.probes import TELL_BAR_SECONDS, Probes, probing, reasons_of
from benchmarks.chaos.traffic import (
    LAST,
    PATIENCE_SECONDS,
    Posts,
    Reader,
    ReaderCounts,
    asking_client,
    has_last,
    until_true,
)
from tests.e2e.readers import differences, reading_client
from tests.e2e.server import make_story

WRITERS = 2
QUIET_SECONDS = 1.0
"""Before a fault and after it."""
ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What readers and probes saw of one row."""

    published: int
    lost: int
    doubled: int
    out_of_order: int
    differing: list[str]
    """How a reader's state in the end is not what a node gives to who comes now."""
    silence_seconds: float
    late_seconds: float
    write_seconds: float
    agreed_seconds: float | None
    told_seconds: float | None
    resumed: int
    """How often readers had to connect again."""


async def run_row(
    deployment: Deployment,
    row: Row,
    *,
    hold_seconds: float,
    counts: ReaderCounts,
    tell_within: float = TELL_BAR_SECONDS,
) -> Outcome:
    """Run one row; what it has hurt is whole again at its end."""
    probes = Probes(row.tells, hold_seconds, tell_within)
    posts = Posts(await asyncio.to_thread(make_story, deployment.a))
    async with AsyncExitStack() as stack:
        front = await stack.enter_async_context(reading_client(deployment.front))
        nodes = [await stack.enter_async_context(reading_client(node.url)) for node in deployment.nodes.values()]
        readers = counts.gather(posts.story, front, nodes)
        for reader in readers:
            await reader.follower.begin()
        async with _reading(readers), probing(deployment, probes):
            first = await posts.post(deployment.front, "The first.")
            await _all_have(readers, {first})
            began = time.monotonic()
            async with _writing(posts, deployment.front):
                await asyncio.sleep(QUIET_SECONDS)
                probes.begin()
                await row.inject(deployment, probes)
                agreed = await _agree(deployment, posts, readers)
                await asyncio.sleep(QUIET_SECONDS)
            ended = time.monotonic()
            await probes.await_told()
            await posts.post(deployment.front, LAST)
        await _heal(deployment)
        return await _judge(readers, posts, nodes, probes, agreed=agreed, between=(began, ended))


@asynccontextmanager
async def _reading(readers: list[Reader]) -> AsyncIterator[None]:
    """Let readers follow during the block, and on until each has the last entry."""
    async with asyncio.TaskGroup() as tasks:
        following = [tasks.create_task(reader.follower.follow(has_last)) for reader in readers]
        yield
        _, waiting = await asyncio.wait(following, timeout=PATIENCE_SECONDS)
        for each in waiting:
            each.cancel()  # what it lacks is counted


@asynccontextmanager
async def _writing(posts: Posts, address: str) -> AsyncIterator[None]:
    """Let writers post during the block; what they have begun is acknowledged at its end."""
    async with asyncio.TaskGroup() as tasks:
        for _ in range(WRITERS):
            tasks.create_task(posts.write(address))
        try:
            yield
        finally:
            posts.is_over = True


async def _agree(deployment: Deployment, posts: Posts, readers: list[Reader]) -> float | None:
    """Post one entry at each node itself; return the seconds until all readers and nodes have all of these."""
    began = time.monotonic()
    marks = set(await asyncio.gather(*(posts.post(node.url, "A mark.") for node in deployment.nodes.values())))
    if not await _all_have(readers, marks):
        return None
    for node in deployment.nodes.values():
        for mark in marks:
            if not await _has(node.url, posts.story, mark):
                return None
    return time.monotonic() - began


async def _all_have(readers: list[Reader], entries: set[str]) -> bool:
    return await until_true(lambda: all(entries <= reader.held for reader in readers), seconds=PATIENCE_SECONDS)


async def _has(address: str, story: str, entry: str) -> bool:
    async with asking_client(address, timeout=ANSWER_SECONDS) as client:
        answer = await client.get(f"/v1/stories/{story}/entries?around={entry}&limit=1")
    return answer.status_code == 200


async def _heal(deployment: Deployment) -> None:
    """Wait until both nodes are ready, so that the next row begins with nothing of this one."""
    for name, node in deployment.nodes.items():
        deadline = time.monotonic() + PATIENCE_SECONDS
        while reasons := await reasons_of(node):
            assert time.monotonic() < deadline, f"node {name} is not ready again: {reasons}"
            await asyncio.sleep(0.1)


async def _judge(
    readers: list[Reader],
    posts: Posts,
    nodes: list[httpx.AsyncClient],
    probes: Probes,
    *,
    agreed: float | None,
    between: tuple[float, float],
) -> Outcome:
    differing = [line for node in nodes for reader in readers for line in await differences(reader.follower, node)]
    acknowledged = set(posts.acknowledged)
    through_nginx = [reader for reader in readers if not reader.is_direct]
    held = set().union(*(reader.held for reader in readers))
    return Outcome(
        published=len(acknowledged),
        lost=sum(len(acknowledged - reader.held) for reader in readers),
        doubled=sum(reader.doubled for reader in readers) + len(held - acknowledged),
        out_of_order=sum(reader.out_of_order for reader in readers),
        differing=differing,
        silence_seconds=max(reader.silence(*between) for reader in through_nginx),
        late_seconds=max(reader.lateness(posts.acknowledged) for reader in through_nginx),
        write_seconds=posts.longest_write_seconds,
        agreed_seconds=agreed,
        told_seconds=probes.told_after,
        resumed=sum(reader.follower.connections - 1 for reader in through_nginx),
    )
