"""Three nodes on one database are asked the same at the same moment: one of them does it, and all say the same."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.api.server import running
from tests.e2e.server import ADMIN_TOKEN, serving
from tests.faults.tables import numbers_of, select, visible_entries
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES

NODES = 3
AT_ONCE = 3
"""Requests to each node in each race: the writing threads of a node race, too."""
ROUNDS = 3

Admins = list[httpx.AsyncClient]


@asynccontextmanager
async def _in_this_process(url: str, folder: Path) -> AsyncGenerator[Admins]:
    """Three applications, each with connections of its own."""
    async with AsyncExitStack() as stack:
        yield [(await stack.enter_async_context(running(url, folder / f"{n}"))).admin for n in range(NODES)]


@asynccontextmanager
async def _as_processes(url: str, folder: Path) -> AsyncGenerator[Admins]:
    """Three servers."""
    headers = {"authorization": f"Bearer {ADMIN_TOKEN}"}
    async with AsyncExitStack() as stack:
        nodes = [stack.enter_context(serving(url, folder, name=f"{n}")) for n in range(NODES)]
        yield [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=node.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=40
                )
            )
            for node in nodes
        ]


async def test_of_equal_requests_to_three_nodes_one_is_done_and_all_are_answered_alike(
    anyio_backend: str, shared_url: str, tmp_path: Path
) -> None:
    async with _in_this_process(shared_url, tmp_path) as admins:
        await _race(admins, shared_url, rounds=ROUNDS)


@pytest.mark.slow
async def test_of_equal_requests_to_three_servers_one_is_done_and_all_are_answered_alike(
    anyio_backend: str, shared_url: str, tmp_path: Path, figures: Figures
) -> None:
    async with _as_processes(shared_url, tmp_path) as admins:
        await _race(admins, shared_url, rounds=figures.choose(suite=20, prove=1_000))


async def _race(admins: Admins, url: str, *, rounds: int) -> None:
    made = await admins[0].post("/v1/stories", json={"title": "Election night"})
    assert made.status_code == 201, made.text
    entries = f"/v1/stories/{made.json()['id']}/entries"
    written = {}
    for number in range(rounds):
        first = await _create_once(admins, entries, number)
        winner = await _edit_once(admins, f"{entries}/{first.json()['id']}", first.headers["etag"], number)
        written[first.json()["id"]] = winner
    story = made.json()["id"]
    found = visible_entries(url, story)
    assert {entry: text.strip('"') for entry, text in found.items()} == written
    # The story, and of each entry its publication and one edit.
    assert list(numbers_of(url, story)) == list(range(1, 2 + 2 * rounds))
    versions = select(url, "SELECT entry_id, count(*) FROM entry_versions GROUP BY entry_id")
    assert {count for _, count in versions} == {2}


async def _create_once(admins: Admins, entries: str, number: int) -> httpx.Response:
    """The same entry under the same key, at every node; the reply that was not a replay."""
    body, headers = {"text": f"Number {number}", "text_format": "plain"}, {"idempotency-key": f"key-{number}"}
    asked = [admin.post(entries, json=body, headers=headers) for admin in admins for _ in range(AT_ONCE)]
    replies = await asyncio.gather(*asked)
    assert {reply.status_code for reply in replies} == {201}, [reply.text for reply in replies]
    assert len({reply.content for reply in replies}) == 1
    assert len({(reply.headers["etag"], reply.headers["location"]) for reply in replies}) == 1
    [first] = [reply for reply in replies if "idempotent-replayed" not in reply.headers]
    return first


async def _edit_once(admins: Admins, entry: str, etag: str, number: int) -> str:
    """Nine edits of one version, each another; the text of the one that was taken."""
    texts = [f"Edit {node} of {number}" for node in range(len(admins) * AT_ONCE)]
    asked = [
        admins[each % len(admins)].patch(entry, json={"text": text, "text_format": "plain"}, headers={"if-match": etag})
        for each, text in enumerate(texts)
    ]
    replies = await asyncio.gather(*asked)
    assert Counter(reply.status_code for reply in replies) == {200: 1, 412: len(texts) - 1}
    [winner] = [text for text, reply in zip(texts, replies, strict=True) if reply.status_code == 200]
    [done] = [reply for reply in replies if reply.status_code == 200]
    current = {reply.headers["etag"] for reply in replies if "etag" in reply.headers}
    assert current == {done.headers["etag"]}, "who lost is told what it is now"
    return winner
