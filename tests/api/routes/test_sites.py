"""Several sites on one server: what is asked at a host, and what belongs to a story, is its own site's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import PAGE_ORIGIN, PLAIN, PUBLIC_URL, Server, running
from tests.api.sites import EVENING, HOME, SITES, code_of, made

pytestmark = pytest.mark.anyio


@pytest.fixture
async def any_server(anyio_backend: str, database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """Run the application over an empty database, once over each kind."""
    async with running(database_url, tmp_path / "data") as opened:
        yield opened


async def test_a_site_is_made_shown_changed_and_deleted(any_server: Server) -> None:
    admin = any_server.admin
    reply = await admin.post(SITES, json=EVENING, headers={"idempotency-key": "one"})
    site = reply.json()
    assert (reply.status_code, reply.headers["etag"]) == (201, '"v1"')
    assert reply.headers["location"] == f"{PUBLIC_URL}{SITES}/evening-post"
    assert site == {
        **EVENING,
        "public_url": HOME,
        "hosts": ["live.evening.example", "b.example:8443", "[2001:db8::1]", "xn--bcher-kva.example"],
        "frame_ancestors": ["'self'", "https://evening.example", "https://*.evening.example"],
        "cors_origins": ["https://desk.evening.example"],
        "version": 1,
    }
    again = await admin.post(SITES, json=EVENING, headers={"idempotency-key": "one"})
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (201, site, "true")
    listed = (await admin.get(SITES)).json()["items"]
    assert [each["slug"] for each in listed] == ["default", "evening-post"]
    assert listed[0]["name"] == "The Post"
    assert (listed[0]["public_url"], listed[0]["version"]) == (PUBLIC_URL, 0)
    path = f"{SITES}/evening-post"
    assert code_of(await admin.patch(path, json={"name": "Late"})) == (428, "if_match_required")
    assert code_of(await admin.patch(path, json={"name": "Late"}, headers={"if-match": '"v9"'})) == (412, "stale")
    changed = await admin.patch(path, json={"name": "Late", "theme": None}, headers={"if-match": '"v1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"v2"')
    assert changed.json() == {**site, "name": "Late", "theme": None, "version": 2}
    same = await admin.patch(path, json={"name": "Late"}, headers={"if-match": '"v2"'})
    assert (same.json()["version"], (await admin.get(path)).json()) == (2, changed.json())
    audit = (await admin.get("/v1/newsroom/audit")).json()["items"]
    assert [(each["action"], each["object"], each["object_id"]) for each in audit] == [
        ("edit", "site", "evening-post"),
        ("create", "site", "evening-post"),
    ]
    assert (await admin.delete(path, headers={"if-match": '"v2"'})).status_code == 200
    assert code_of(await admin.get(path)) == (404, "site_not_found")
    assert (await any_server.client.get(f"{HOME}/v1/site")).json()["name"] == "The Post"


async def test_a_host_is_one_sites_however_it_is_spelt(any_server: Server) -> None:
    await made(any_server)
    other = {"slug": "other", "name": "Other", "url": "https://other.example"}
    for hosts in (
        ["live.evening.EXAMPLE"],
        ["LIVE.evening.example.:443"],
        ["xn--bcher-kva.example"],
        ["[2001:db8:0::1]:80"],
        ["live.example"],
        ["new.example", "NEW.example."],
    ):
        assert code_of(await any_server.admin.post(SITES, json={**other, "hosts": hosts})) == (409, "host_taken"), hosts
    assert code_of(await any_server.admin.post(SITES, json={**other, "slug": "evening-post"})) == (409, "slug_taken")
    # Another port is another host.
    assert (await any_server.admin.post(SITES, json={**other, "hosts": ["live.evening.example:9000"]})).is_success
    for change in ({"hosts": ["b.example:8443"]}, {"hosts": ["live.example"]}):
        reply = await any_server.admin.patch(f"{SITES}/other", json=change, headers={"if-match": "*"})
        assert code_of(reply) == (409, "host_taken"), change


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "default"}, {"slug": "all"}, {"slug": "Evening"}, {"slug": "a--b"}, {"slug": ""}, {"name": ""},
        {"url": "evening.example"}, {"url": "javascript:alert(1)"}, {"logo": "data:x"}, {"hosts": ["https://b.io"]},
        {"hosts": ["a b"]}, {"hosts": [f"h{n}.example" for n in range(21)]}, {"theme": "../etc"}, {"language": "x!"},
        {"consent": ["Video!"]}, {"frame_ancestors": ["*"]}, {"frame_ancestors": ["https://a.example; script-src *"]},
        {"frame_ancestors": ["https://a.example/path"]}, {"frame_ancestors": ["https://a.example b.example"]},
        {"cors_origins": ["*"]}, {"cors_origins": ["null"]}, {"cors_origins": ["https://a.example/"]},
        {"cors_origins": ["https://u@a.example"]}, {"cors_origins": ["ftp://a.io"]}, {"hosts": None}, {"version": 3},
    ],
)  # fmt: skip
async def test_what_is_no_site_is_refused(server: Server, wrong: dict[str, Any]) -> None:
    reply = await server.admin.post(SITES, json={**EVENING, **wrong})
    assert reply.status_code == 422, reply.text
    assert reply.json()["errors"][0]["pointer"].split("/")[1] == next(iter(wrong))


async def test_the_settings_site_is_not_changed_here(server: Server) -> None:
    for method, body in (("PATCH", {"name": "X"}), ("DELETE", None)):
        reply = await server.admin.request(method, f"{SITES}/default", json=body, headers={"if-match": "*"})
        assert code_of(reply) == (409, "site_of_settings")


async def test_without_another_site_everything_is_as_it_was(server: Server) -> None:
    story = await server.story()
    entry = await server.post(story["id"])
    paths = ["/", "/v1/site", "/v1/stories", f"/v1/stories/{story['id']}", f"/stories/{story['slug']}"]
    paths += [f"/v1/stories/{story['id']}/entries/{entry['id']}", f"/v1/stories/{story['id']}/changes?after=0"]

    async def asked() -> list[tuple[bytes, dict[str, str]]]:
        replies = [await server.client.get(path) for path in paths]
        varying = {"x-request-id", "date"}
        return [(each.content, {k: v for k, v in each.headers.items() if k not in varying}) for each in replies]

    before = await asked()
    assert "site" not in story
    assert b'"site"' not in before[3][0]
    await made(server)
    there = await server.story("Over there", site="evening-post")
    await server.post(there["id"])
    assert await asked() == before
    assert all(b"evening" not in body for body, _ in before)


async def test_a_site_in_use_stays(any_server: Server) -> None:
    await made(any_server)
    path = f"{SITES}/evening-post"
    story = await any_server.story("Dort", site="evening-post")
    assert code_of(await any_server.admin.delete(path)) == (409, "site_in_use")
    ref = f"/v1/stories/{story['id']}"
    await any_server.admin.patch(ref, json={"site": "default"}, headers={"if-match": "*"})
    person = await any_server.admin.post("/v1/newsroom/people", json={"name": "A", "sites": {"evening-post": "editor"}})
    assert person.status_code == 201, person.text
    assert code_of(await any_server.admin.delete(path)) == (409, "site_in_use")
    whole = {"sites": None, "role": "reporter"}
    await any_server.admin.patch(f"/v1/newsroom/people/{person.json()['id']}", json=whole)
    token = (
        await any_server.admin.post("/v1/newsroom/tokens", json={"label": "b", "sites": {"evening-post": "editor"}})
    ).json()
    assert code_of(await any_server.admin.delete(path)) == (409, "site_in_use")
    await any_server.admin.post(f"/v1/newsroom/tokens/{token['id']}/revoke")
    assert (await any_server.admin.delete(path)).status_code == 200


async def test_frames_and_origins_are_each_sites_own(any_server: Server) -> None:
    await made(any_server)
    await made(any_server, slug="closed", hosts=["closed.example"], frame_ancestors=[], cors_origins=[])
    client = any_server.client
    story = await any_server.story("Dort", site="evening-post")

    async def framing(url: str) -> str:
        return (
            (await client.get(url, headers={"accept": "text/html"}))
            .headers["content-security-policy"]
            .rpartition("; ")[2]
        )

    assert await framing("/") == "frame-ancestors *"
    evening = "frame-ancestors 'self' https://evening.example https://*.evening.example"
    for path in ("/", f"/stories/{story['slug']}", "/stories/nothing", "/nothing", "/receipts/x"):
        assert await framing(HOME + path) == evening, path
    assert await framing("https://closed.example/") == "frame-ancestors 'none'"
    named = "https://desk.evening.example"
    for host, origin, allowed in (
        (HOME, named, True), (HOME, PAGE_ORIGIN, True), (PUBLIC_URL, PAGE_ORIGIN, True), (PUBLIC_URL, named, False),
        ("https://closed.example", named, False), (HOME, "https://evil.example", False),
    ):  # fmt: skip
        asked = {"origin": origin, "access-control-request-method": "POST"}
        preflight = await client.options(f"{host}/v1/stories", headers=asked)
        assert (preflight.headers.get("access-control-allow-origin") == origin) is allowed, (host, origin)
        answer = await any_server.admin.get(f"{host}/v1/newsroom/me", headers={"origin": origin})
        assert (answer.headers.get("access-control-allow-origin") == origin) is allowed, (host, origin)


async def test_who_writes_where_nothing_is_asked_of_the_database_for_hosts_and_origins(server: Server) -> None:
    """The host and the origin of a request are judged out of memory."""
    await made(server)
    reads = 0
    database = server.app_state.newsroom.database
    health = database.health
    counted = health.record_read

    def count() -> None:
        nonlocal reads
        reads += 1
        counted()

    await server.client.get(f"{HOME}/v1/stories")
    await asyncio.sleep(0)  # a turn, in which the task that read the list ends
    health.record_read = count  # type: ignore[method-assign] # counts and calls the real one
    asked = {"origin": "https://desk.evening.example", "access-control-request-method": "POST"}
    for _ in range(3):
        await server.client.options(f"{HOME}/v1/stories", headers=asked)
        await server.client.get(f"{HOME}/v1/site")
    health.record_read = counted  # type: ignore[method-assign]
    assert reads == 0


async def test_a_page_of_the_newsroom_works_at_each_host(any_server: Server) -> None:
    await made(any_server)
    person = (await any_server.admin.post("/v1/newsroom/people", json={"name": "Ada", "role": "editor"})).json()
    invite = (await any_server.admin.post("/v1/newsroom/invites", json={"person": person["id"]})).json()
    secret = invite["url"].partition("#invite=")[2]
    transport = httpx.ASGITransport(any_server.app, client=("192.0.2.9", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=HOME, headers=PLAIN) as browser:
        page = await browser.get("/newsroom")
        assert "The Evening Post newsroom" in page.text
        signed_in = await browser.post("/v1/newsroom/sessions", json={"secret": secret}, headers={"origin": HOME})
        assert signed_in.status_code == 201, signed_in.text
        headers = {"origin": HOME, "x-csrf-token": signed_in.json()["csrf"]}
        wrote = await browser.post("/v1/stories", json={"title": "Dort", "site": "evening-post"}, headers=headers)
        assert wrote.status_code == 201, wrote.text
        foreign = {**headers, "origin": "https://evil.example"}
        assert (await browser.post("/v1/stories", json={"title": "X"}, headers=foreign)).status_code == 401
