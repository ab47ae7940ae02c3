"""A stolen token's night over HTTP: what readers see of it, and what they see after one call of an admin."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from liveblog_client.apply import apply
from tests.api.server import Server

pytestmark = pytest.mark.anyio

SINCE = {"since": "2026-01-01T00:00:00Z"}
OF_THE_MOMENT = {"head", "entry_count", "last_entry_at"}
OF_A_CHANGE = {"revision", "updated_at"}


def _as_read(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state without the members that every change advances."""
    entries = [
        {name: value for name, value in entry.items() if name not in OF_A_CHANGE}
        for entry in state["timeline"]["items"]
    ]
    return {name: value for name, value in state.items() if name not in OF_THE_MOMENT} | {"timeline": entries}


async def _deface(server: Server, stolen: httpx.AsyncClient, story: str, entries: list[dict[str, Any]]) -> None:
    ref = f"/v1/stories/{story}"
    first, second, third = (entry["id"] for entry in entries)
    bad = (await stolen.post(f"{ref}/entries", json={"text": "Lies."})).json()["id"]
    always = {"If-Match": "*"}
    done = [
        await stolen.patch(ref, json={"title": "Lies", "standfirst": "Lies.", "slug": "lies"}, headers=always),
        await stolen.put(f"{ref}/pinned", json={"items": [{"entry": bad}]}),
        await stolen.put(f"{ref}/key-points", json={"items": [{"text": "Lies.", "entry": bad}]}),
        await stolen.patch(f"{ref}/entries/{first}", json={"text": "Lies."}, headers=always),
        await stolen.post(f"{ref}/entries/{second}/move", json={"before": bad}),
        await stolen.post(f"{ref}/entries/{third}/corrections", json={"text": "Lies."}),
        await stolen.patch(ref, json={"status": "ended"}, headers=always),
    ]
    assert {reply.status_code for reply in done} == {200}, [reply.text for reply in done]


async def test_a_stolen_tokens_night_is_undone_by_one_call_and_readers_have_what_they_had(server: Server) -> None:
    story = (await server.story(slug="election-night", standfirst="As it happens."))["id"]
    ref = f"/v1/stories/{story}"
    entries = [await server.post(story, f"Update {number}.") for number in range(3)]
    await server.admin.put(f"{ref}/pinned", json={"items": [{"entry": entries[1]["id"]}]})
    before = (await server.client.get(ref)).json()
    made = (await server.admin.post("/v1/newsroom/tokens", json={"label": "Stolen", "role": "editor"})).json()
    stolen = httpx.AsyncClient(
        transport=httpx.ASGITransport(server.app, client=("192.0.2.7", 50_000)),
        base_url=str(server.client.base_url),
        headers={"authorization": f"Bearer {made['token']}"},
    )
    async with stolen:
        await _deface(server, stolen, story, entries)
    assert (await server.client.get(ref)).json()["title"] == "Lies"

    reply = await server.admin.post(f"/v1/newsroom/tokens/{made['id']}/revert", json=SINCE)
    assert (reply.status_code, reply.json()["not_reverted"]) == (200, [])
    assert {item["why"] for item in reply.json()["items"]} == {None}

    after = (await server.client.get(ref)).json()
    assert _as_read(after) == _as_read(before)
    assert (await server.client.get(f"{ref}/corrections")).json()["items"] == []
    assert (await server.client.get("/v1/stories/lies")).headers["location"] == "/v1/stories/election-night"
    page = (await server.client.get("/stories/election-night")).text
    assert "Update 1." in page
    assert "Lies" not in page

    # A reader who had the page open through all of it holds the same.
    changes = (await server.client.get(f"{ref}/changes?after={before['head']}")).json()
    state = before
    for event in changes["events"]:
        state = apply(state, event)
    assert _as_read(state) == _as_read(before)
    assert "Lies" not in str(changes)

    again = (await server.admin.post(f"/v1/newsroom/tokens/{made['id']}/revert", json=SINCE)).json()
    assert {item["done"] for item in again["items"]} == {"nothing"}
    assert (await server.client.get(ref)).json()["head"] == after["head"]
