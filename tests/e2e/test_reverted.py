"""After a stolen token's night, readers on every transport who held the truth before, or the lies, hold the truth."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.readers import Follower, Habit, Transport, reading_client
from tests.e2e.server import Server, make_story, serving

pytestmark = pytest.mark.anyio

LIE = "flibbertigibbet"
ALWAYS = {"If-Match": "*"}


@asynccontextmanager
async def _thief(server: Server) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """An editor's token in the wrong hands: its id, and what calls with it."""
    with server.signed_in() as admin:
        made = admin.post("/v1/newsroom/tokens", json={"label": "Stolen", "role": "editor"}).json()
    headers = {"authorization": f"Bearer {made['token']}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False, timeout=40) as client:
        yield made["id"], client


async def _held(client: httpx.AsyncClient, story: str) -> list[Follower]:
    """A reader on each transport who holds what there is now."""
    followers = [Follower(client, story, Habit(transport), random.Random(0)) for transport in Transport]
    for follower in followers:
        await follower.begin()
    return followers


async def _deface(client: httpx.AsyncClient, story: str, entries: list[str]) -> None:
    ref = f"/v1/stories/{story}"
    done = [
        await client.patch(f"{ref}/entries/{entries[0]}", json={"text": f"A {LIE}."}, headers=ALWAYS),
        await client.post(f"{ref}/entries", json={"text": f"Another {LIE}."}),
        await client.patch(ref, json={"title": f"The {LIE}"}, headers=ALWAYS),
        *[await client.post(f"{ref}/entries/{entry}/remove") for entry in entries[1:]],
    ]
    assert {reply.status_code for reply in done} <= {200, 201}, [reply.text for reply in done]


def _plain(state: Any) -> dict[str, Any]:
    """What a reader holds, without what it keeps for itself."""
    plain: dict[str, Any] = copy.deepcopy(dict(state))
    plain["timeline"].pop("bound", None)
    plain["timeline"].pop("comment_counts", None)
    return plain


async def test_whoever_held_the_story_holds_the_truth_again_and_hears_no_lie(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as server:
        story = make_story(server, slug="night")
        with server.signed_in() as admin:
            posted = [admin.post(f"/v1/stories/{story}/entries", json={"text": f"Update {n}."}) for n in range(5)]
            entries = [answer.json()["id"] for answer in posted]
            pinned = admin.put(f"/v1/stories/{story}/pinned", json={"items": [{"entry": entries[1]}]})
            assert pinned.status_code == 200, pinned.text
        async with reading_client(server.url) as client, _thief(server) as (token, stolen):
            before = (await client.get(f"/v1/stories/{story}")).json()
            followers = await _held(client, story)
            await _deface(stolen, story, entries)
            followers += await _held(client, story)
            gone = await stolen.patch(f"/v1/stories/{story}", json={"status": "withdrawn"}, headers=ALWAYS)
            assert gone.status_code == 200, gone.text
            assert (await client.get("/v1/stories/night")).status_code == 410
            heard: list[dict[str, Any]] = []
            for follower in followers:
                follower.hear = heard.append
            with server.signed_in() as admin:
                told = admin.post(f"/v1/newsroom/tokens/{token}/revert", json={"since": "2026-01-01T00:00:00Z"})
                assert told.status_code == 200, told.text
            after = (await client.get("/v1/stories/night")).json()
            assert [item["why"] for item in told.json()["items"]] == [None] * len(told.json()["items"])
            assert _as_read(after) == _as_read(before)
            for follower in followers:
                await follower.follow(lambda state: state["head"] == after["head"])
                assert _plain(follower.state) == after, follower.log
            assert LIE not in json.dumps(heard)
            whole = await client.get(f"/v1/stories/{story}/changes", params={"after": "0", "body": "both"})
            assert LIE not in whole.text
        assert server.stop() == 0, server.log


def _as_read(state: dict[str, Any]) -> dict[str, Any]:
    """A state without what every change moves on."""
    items = [
        {name: value for name, value in entry.items() if name not in {"revision", "updated_at"}}
        for entry in state["timeline"]["items"]
    ]
    return {**state, "head": None, "timeline": items, "included": []}
