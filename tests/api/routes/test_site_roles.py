"""A role in some sites alone: nothing of another site's stories is seen, and nothing done in them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic_core import from_json

from tests.api.peers import Peer, connected
from tests.api.server import PLAIN, PUBLIC_URL, Server, running
from tests.pictures import png

pytestmark = pytest.mark.anyio

SITES = "/v1/newsroom/sites"
WRONG_ROLES: tuple[dict[str, Any], ...] = (
    {},
    {"role": "editor", "sites": {"evening": "editor"}},
    {"sites": {}},
    {"sites": {"evening": "admin"}},
)


@dataclass
class Night:
    """A server with a site beside its own, a story in each, and Ada, who is an editor of the other site alone."""

    server: Server
    here: dict[str, Any]
    there: dict[str, Any]
    ada: dict[str, Any]
    as_ada: httpx.AsyncClient


@pytest.fixture
async def night(anyio_backend: str, database_url: str, tmp_path: Path) -> AsyncIterator[Night]:
    async with running(database_url, tmp_path / "data") as server:
        for slug in ("evening", "morning"):
            draft = {"slug": slug, "name": slug.title(), "url": f"https://{slug}.example"}
            assert (await server.admin.post(SITES, json=draft)).is_success
        here = await server.story("Ours alone")
        there = await server.story("Abendausgabe", site="evening")
        ada = (
            await server.admin.post("/v1/newsroom/people", json={"name": "Ada", "sites": {"evening": "editor"}})
        ).json()
        token = (await server.admin.post("/v1/newsroom/tokens", json={"label": "a", "person": ada["id"]})).json()
        transport = httpx.ASGITransport(server.app, client=("192.0.2.1", 50_000))
        headers = {**PLAIN, "authorization": f"Bearer {token['token']}"}
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers) as as_ada:
            yield Night(server, here, there, ada, as_ada)


def code_of(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


async def test_lists_search_comments_and_the_library_show_ones_own_sites_alone(night: Night) -> None:
    server, ada = night.server, night.as_ada
    for number, story in enumerate((night.here, night.there)):
        media = (
            await server.admin.post("/v1/media", content=png(8 + number, 8), headers={"content-type": "image/png"})
        ).json()
        await server.post(story["id"], None, blocks=[{"type": "image", "media": media["id"], "alt": story["title"]}])
        await server.post(story["id"], f"Counting in {story['id']}", status="draft")
        settings = {"settings": {"comments": {"mode": "moderated"}}}
        await server.admin.patch(f"/v1/stories/{story['id']}", json=settings, headers={"if-match": "*"})
        comment = {"name": "Ann", "text": f"About {story['id']}"}
        assert (await server.client.post(f"/v1/stories/{story['id']}/comments", json=comment)).status_code == 202
    await server.admin.post("/v1/media", content=png(9, 9), headers={"content-type": "image/png"})
    for path, count in (
        ("/v1/newsroom/stories", 1), ("/v1/newsroom/search?q=counting", 1), ("/v1/newsroom/comments", 1),
        ("/v1/newsroom/media", 1), (SITES, 1),
    ):  # fmt: skip
        reply = await ada.get(path)
        assert len(reply.json()["items"]) == count, (path, reply.text)
        assert night.here["id"] not in reply.text, path
        assert len((await server.admin.get(path)).json()["items"]) > count, path
    counts = (await ada.get("/v1/newsroom/comments")).json()["counts"]
    assert counts["pending"] == 1
    assert (await ada.get("/v1/newsroom/me")).json()["sites"] == {"evening": "editor"}


async def test_nothing_can_be_done_in_another_sites_story(night: Night) -> None:
    ref, ada = f"/v1/stories/{night.here['id']}", night.as_ada
    entry = await night.server.post(night.here["id"])
    hidden = [
        ("PATCH", ref, {"title": "Mine"}), ("POST", f"{ref}/entries", {"text": "x"}),
        ("PUT", f"{ref}/pinned", {"items": []}),
        ("POST", f"{ref}/entries/{entry['id']}/retract", {"reason": "x"}), ("GET", f"/v1/newsroom{ref[3:]}", None),
        ("GET", f"/v1/newsroom{ref[3:]}/entries", None), ("GET", f"/v1/newsroom{ref[3:]}/members", None),
        ("PUT", f"/v1/newsroom{ref[3:]}/members/{night.ada['id']}", {"role": "editor"}),
    ]  # fmt: skip
    for method, path, body in hidden:
        reply = await ada.request(method, path, json=body, headers={"if-match": "*"})
        unknown = await ada.request(
            method, path.replace(night.here["id"], "0" * 8), json=body, headers={"if-match": "*"}
        )
        assert code_of(reply) == code_of(unknown) == (404, "story_not_found"), path
    own = f"/v1/stories/{night.there['id']}"
    assert (await ada.patch(own, json={"title": "Mine"}, headers={"if-match": "*"})).status_code == 200
    assert (await ada.post(f"{own}/entries", json={"text": "x"})).status_code == 201
    # An editor of our story cannot let her in either, and being a member of it gives her nothing.
    members = f"/v1/newsroom{ref[3:]}/members/{night.ada['id']}"
    assert code_of(await night.server.admin.put(members, json={"role": "editor"})) == (404, "person_not_found")


async def test_what_reaches_beyond_a_site_takes_a_role_in_all(night: Night) -> None:
    for method, path, body in (
        ("GET", "/v1/newsroom/people", None), ("GET", "/v1/newsroom/audit", None),
        ("PUT", "/v1/newsroom/hold-words", {"words": []}), ("POST", "/v1/newsroom/freeze", {"frozen": True}),
        ("POST", SITES, {"slug": "x", "name": "X", "url": "https://x.example"}),
        ("PATCH", f"{SITES}/evening", {"name": "X"}), ("DELETE", f"{SITES}/evening", None),
    ):  # fmt: skip
        reply = await night.as_ada.request(method, path, json=body, headers={"if-match": "*"})
        assert code_of(reply) == (403, "not_allowed"), path
    for slug, status in (("evening", 200), ("morning", 404), ("default", 404)):
        assert (await night.as_ada.get(f"{SITES}/{slug}")).status_code == status


async def test_a_story_is_made_in_ones_own_site_and_moved_by_an_editor_of_both(night: Night) -> None:
    ada, admin = night.as_ada, night.server.admin
    made = await ada.post("/v1/stories", json={"title": "Neu"})
    assert (made.status_code, made.json()["site"]) == (201, "evening")
    for wanted in ("default", "morning", "nowhere"):
        reply = await ada.post("/v1/stories", json={"title": "X", "site": wanted})
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "site_not_found"), wanted
        reply = await ada.patch(f"/v1/stories/{made.json()['id']}", json={"site": wanted}, headers={"if-match": "*"})
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "site_not_found"), wanted
    person = f"/v1/newsroom/people/{night.ada['id']}"
    both = {"sites": {"evening": "editor", "morning": "reporter"}}
    changed = await admin.patch(person, json=both)
    assert (changed.status_code, changed.json()["role"], changed.json()["sites"]) == (200, "editor", both["sites"])
    reply = await ada.post("/v1/stories", json={"title": "X"})
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "site_required")
    for call in (
        ada.post("/v1/stories", json={"title": "X", "site": "morning"}),
        ada.patch(f"/v1/stories/{made.json()['id']}", json={"site": "morning"}, headers={"if-match": "*"}),
    ):
        assert code_of(await call) == (403, "not_allowed")
    await admin.patch(person, json={"sites": {"evening": "editor", "morning": "editor"}})
    moved = await ada.patch(f"/v1/stories/{made.json()['id']}", json={"site": "morning"}, headers={"if-match": "*"})
    assert (moved.status_code, moved.json()["site"]) == (200, "morning")


async def test_a_role_is_the_one_in_the_storys_site(night: Night) -> None:
    admin, ada = night.server.admin, night.as_ada
    morning = await night.server.story("Morgen", site="morning")
    await admin.patch(
        f"/v1/newsroom/people/{night.ada['id']}", json={"sites": {"evening": "editor", "morning": "reporter"}}
    )
    for story, role, status in ((night.there, "editor", 200), (morning, "reporter", 403)):
        shown = (await ada.get(f"/v1/newsroom/stories/{story['id']}")).json()
        assert shown["role"] == role
        reply = await ada.patch(f"/v1/stories/{story['id']}", json={"section": "X"}, headers={"if-match": "*"})
        assert reply.status_code == status
    # A member's greater role counts, within one's own sites.
    members = f"/v1/newsroom/stories/{morning['id']}/members/{night.ada['id']}"
    assert (await admin.put(members, json={"role": "editor"})).status_code == 200
    reply = await ada.patch(f"/v1/stories/{morning['id']}", json={"section": "X"}, headers={"if-match": "*"})
    assert reply.status_code == 200
    # Moved out of her sites, the story is gone for her, member or not.
    await admin.patch(f"/v1/stories/{morning['id']}", json={"site": "default"}, headers={"if-match": "*"})
    assert code_of(await ada.get(f"/v1/newsroom/stories/{morning['id']}")) == (404, "story_not_found")


async def test_a_person_or_bot_has_one_role_or_a_role_in_each_of_some_sites(night: Night) -> None:
    admin = night.server.admin
    for path, name in (("/v1/newsroom/people", "name"), ("/v1/newsroom/tokens", "label")):
        for wrong in WRONG_ROLES:
            assert (await admin.post(path, json={name: "B", **wrong})).status_code == 422, (path, wrong)
        reply = await admin.post(path, json={name: "B", "sites": {"nowhere": "editor"}})
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "site_not_found")
    person = f"/v1/newsroom/people/{night.ada['id']}"
    reply = await admin.patch(person, json={"role": "admin"})
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "role_of_sites")
    assert (await admin.patch(person, json={"sites": None})).status_code == 422
    whole = await admin.patch(person, json={"sites": None, "role": "reporter"})
    assert (whole.json()["role"], "sites" in whole.json()) == ("reporter", False)
    assert (await night.as_ada.get(f"/v1/newsroom/stories/{night.here['id']}")).status_code == 200
    bot = (
        await admin.post(
            "/v1/newsroom/tokens", json={"label": "bot", "sites": {"morning": "reporter", "default": "editor"}}
        )
    ).json()
    assert (bot["role"], bot["sites"]) == ("editor", {"default": "editor", "morning": "reporter"})
    headers = {"authorization": f"Bearer {bot['token']}"}
    stories = (await night.server.client.get("/v1/newsroom/stories", headers=headers)).json()["items"]
    assert [story["id"] for story in stories] == [night.here["id"]]


async def test_the_newsrooms_stream_tells_of_ones_own_sites_alone(night: Night) -> None:
    ticket = (await night.as_ada.post("/v1/newsroom/live/tickets")).json()["ticket"]
    async with connected(night.server, "websocket", f"/v1/newsroom/live?ticket={ticket}", headers=[]) as peer:
        assert (await _heard(peer))["type"] == "hello"
        assert (await _heard(peer))["type"] == "welcome"
        await peer.inbound.put({"type": "websocket.receive", "text": '{"type":"watch"}'})
        assert (await _heard(peer))["type"] == "watching"
        await night.server.post(night.here["id"], "Ours.", status="draft")
        await night.server.post(night.there["id"], "Theirs.", status="draft")
        heard = await _heard(peer)
        assert (heard["type"], heard["entry"]["story"]) == ("entry", night.there["id"])
        # Moved away from her, and written to there: the next she hears of is her own again.
        await night.server.admin.patch(
            f"/v1/stories/{night.there['id']}", json={"site": "morning"}, headers={"if-match": "*"}
        )
        await night.server.post(night.there["id"], "Gone.", status="draft")
        own = await night.server.story("Noch eine", site="evening")
        heard = await _heard(peer)
        assert (heard["type"], heard["story"]) == ("story", own["id"])


async def test_a_revert_leads_a_story_back_to_its_site(night: Night) -> None:
    admin = night.server.admin
    bot = (await admin.post("/v1/newsroom/tokens", json={"label": "bot", "role": "editor"})).json()
    headers = {"authorization": f"Bearer {bot['token']}", "if-match": "*"}
    ref = f"/v1/stories/{night.there['id']}"
    assert (await night.server.client.patch(ref, json={"site": "morning"}, headers=headers)).status_code == 200
    path = f"/v1/newsroom/tokens/{bot['id']}/revert"
    reverted = (await admin.post(path, json={"since": "2026-01-01T00:00:00Z"})).json()["items"]
    assert [(each["field"], each["done"]) for each in reverted] == [("site", "restored")]
    assert (await night.server.client.get(ref)).json()["site"] == "evening"


async def _heard(peer: Peer) -> dict[str, Any]:
    """The next message of the newsroom's stream."""
    while True:
        sent = await peer.next()
        assert sent["type"] in {"websocket.accept", "websocket.send"}, sent
        if sent["type"] == "websocket.send":
            message: dict[str, Any] = from_json(sent["text"])
            return message
