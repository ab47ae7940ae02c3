"""Several sites on one server: what is asked at a host, and what belongs to a story, is its own site's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import PAGE_ORIGIN, PLAIN, PUBLIC_URL, Server, running
from tests.pictures import png

pytestmark = pytest.mark.anyio

SITES = "/v1/newsroom/sites"
EVENING = {
    "slug": "evening-post",
    "name": "The Evening Post",
    "url": "https://evening.example",
    "logo": "https://evening.example/logo.svg",
    "hosts": ["Live.Evening.example.", "b.example:8443", "[2001:DB8::1]", "bücher.example"],
    "theme": "dusk",
    "language": "de",
    "consent": ["video"],
    "frame_ancestors": ["self", "https://Evening.example", "https://*.evening.example"],
    "cors_origins": ["https://Desk.Evening.example"],
}
HOME = "https://live.evening.example"


@pytest.fixture
async def any_server(anyio_backend: str, database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """Run the application over an empty database, once over each kind."""
    async with running(database_url, tmp_path / "data") as opened:
        yield opened


async def made(server: Server, **more: Any) -> dict[str, Any]:
    """Make the evening site, and return it."""
    reply = await server.admin.post(SITES, json={**EVENING, **more})
    assert reply.status_code == 201, reply.text
    site: dict[str, Any] = reply.json()
    return site


def code_of(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


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


async def test_a_request_is_answered_as_the_site_at_its_host(any_server: Server) -> None:
    await made(any_server)
    for host in ("live.evening.example", "LIVE.Evening.Example", "live.evening.example.", "live.evening.example:9999",
                 "b.example:8443", "[2001:db8::1]", "[2001:DB8:0::1]:7", "xn--bcher-kva.example"):  # fmt: skip
        reply = await any_server.client.get("/v1/site", headers={"host": host})
        assert reply.json() == {
            "name": "The Evening Post",
            "url": "https://evening.example",
            "logo": "https://evening.example/logo.svg",
            "public_url": HOME,
            "slug": "evening-post",
            "language": "de",
            "theme": "dusk",
            "consent": ["video"],
        }, host
    for host in (
        "live.example",
        "unknown.example",
        "b.example",
        "evening.example",
        "127.0.0.1:8000",
        "a b",
        "",
        "[::1",
    ):
        reply = await any_server.client.get("/v1/site", headers={"host": host})
        assert reply.json() == {
            "name": "The Post", "url": "https://post.example", "logo": None, "public_url": PUBLIC_URL,
        }, host  # fmt: skip


async def test_lists_and_the_front_page_are_the_sites_own(any_server: Server) -> None:
    await made(any_server)
    here = await any_server.story("Here")
    there = await any_server.story("Dort drüben", site="evening-post")
    client = any_server.client

    async def ids(url: str) -> list[str]:
        return [item["id"] for item in (await client.get(url)).json()["items"]]

    for _ in range(2):  # read, and out of memory
        assert await ids("/v1/stories") == [here["id"]]
        assert await ids(f"{HOME}/v1/stories") == [there["id"]]
    assert await ids("/v1/stories?site=evening-post") == [there["id"]]
    assert await ids(f"{HOME}/v1/stories?site=default") == [here["id"]]
    assert code_of(await client.get("/v1/stories?site=nowhere")) == (404, "site_not_found")
    page, other = await client.get("/"), await client.get(f"{HOME}/")
    for shown, expected, absent in (
        (page.text, ("Here", "The Post", '<html lang="en"'), ("drüben", "Evening")),
        (other.text, ("drüben", "The Evening Post", '<html lang="de"'), ("Here", "The Post<")),
    ):
        assert [each for each in expected if each not in shown] == []
        assert [each for each in absent if each in shown] == []
    for number in range(3):
        await any_server.story(f"Nummer {number}", site="evening-post")
    first = (await client.get(f"{HOME}/v1/stories?limit=2")).json()
    assert first["next"].startswith(f"{HOME}/v1/stories?limit=2&position=")
    assert len((await client.get(first["next"])).json()["items"]) == 2
    first = (await client.get("/v1/stories?site=evening-post&limit=2")).json()
    assert first["next"].startswith(f"{PUBLIC_URL}/v1/stories?site=evening-post&limit=2&position=")
    rest = (await client.get(first["next"])).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 2, None]
    back = (await client.get(rest["prev"])).json()
    assert [item["id"] for item in back["items"]] == [item["id"] for item in first["items"]]


async def test_every_link_of_a_story_is_its_own_sites(any_server: Server) -> None:
    await made(any_server)
    reply = await any_server.admin.post("/v1/stories", json={"title": "Dort drüben", "site": "evening-post"})
    story = reply.json()
    ref, slug = f"/v1/stories/{story['id']}", story["slug"]
    assert reply.headers["location"] == f"{HOME}{ref}"
    assert (story["site"], story["language"], story["url"]) == ("evening-post", "de", f"{HOME}/stories/{slug}")
    media = (await any_server.admin.post("/v1/media", content=png(), headers={"content-type": "image/png"})).json()
    blocks = [{"type": "image", "media": media["id"], "alt": "Wasser"}]
    posted = await any_server.admin.post(f"{ref}/entries", json={"blocks": blocks})
    entry = posted.json()["id"]
    assert posted.headers["location"] == f"{HOME}{ref}/entries/{entry}"
    for number in range(21):
        await any_server.post(story["id"], f"Nummer {number}")
    shapes = []
    for host in (PUBLIC_URL, HOME):  # the API answers for every story at every host, alike
        state = (await any_server.client.get(f"{host}{ref}")).json()
        shown = (await any_server.client.get(f"{host}{ref}/entries/{entry}")).json()
        changes = (await any_server.client.get(f"{host}{ref}/changes?after=0")).json()["events"]
        shapes.append((state, shown, changes))
    assert shapes[0] == shapes[1]
    state, shown, changes = shapes[0]
    assert state["site"] == "evening-post"
    assert state["publisher"] == {
        "name": "The Evening Post", "url": "https://evening.example", "logo": "https://evening.example/logo.svg",
    }  # fmt: skip
    assert state["entry_url_template"].startswith(f"{HOME}/stories/{slug}?entry=")
    assert state["timeline"]["next"].startswith(f"{HOME}{ref}/entries?")
    assert (
        f"{PUBLIC_URL}/media/" in shown["body_html"]
    )  # one address for all sites: what moves a story changes no entry
    told = (await any_server.client.get(f"{ref}/changes?after=0")).text
    assert PUBLIC_URL not in told.replace(f"{PUBLIC_URL}/media/", "")
    gone = await any_server.client.get(f"{ref}/changes?after=zzzzzzzz.1.zzzzzz")
    assert gone.json()["snapshot_url"] == f"{HOME}{ref}"
    preview = (await any_server.admin.post(f"/v1/newsroom{ref.removeprefix('/v1')}/entries/{entry}/preview")).json()
    assert preview["url"].startswith(f"{HOME}/v1/previews/")
    assert preview["page_url"].startswith(f"{HOME}/previews/")
    # What is pasted from either host is the same upload.
    url = shown["body_html"].partition('src="')[2].partition('"')[0]
    assert url.startswith(f"{PUBLIC_URL}/media/")
    again = {"blocks": [{"type": "image", "url": url, "alt": "W"}]}
    copied = (await any_server.admin.post(f"{ref}/entries", json=again)).json()
    assert copied["blocks"][0]["media"] == media["id"]
    moved = {"site": "default"}
    before = (await any_server.client.get(f"{ref}/entries/{entry}")).json()
    await any_server.admin.patch(ref, json=moved, headers={"if-match": "*"})
    assert (await any_server.client.get(f"{ref}/entries/{entry}")).json() == before


async def test_a_page_at_another_sites_host_leads_to_its_own(any_server: Server) -> None:
    await made(any_server)
    here, there = await any_server.story("Here"), await any_server.story("Dort", site="evening-post")
    client = any_server.client
    for asked, story, home in (
        (HOME, here, PUBLIC_URL),
        (PUBLIC_URL, there, HOME),
        ("https://nowhere.example", there, HOME),
    ):
        for ref in (story["slug"], story["id"]):
            reply = await client.get(f"{asked}/stories/{ref}?entry=x&replies=oldest")
            assert reply.status_code == 308
            assert reply.headers["location"] == f"{home}/stories/{story['slug']}?entry=x&replies=oldest"
    for asked, story in (
        (HOME, there),
        ("https://b.example:8443", there),
        (PUBLIC_URL, here),
        ("https://nowhere.example", here),
    ):
        reply = await client.get(f"{asked}/stories/{story['slug']}")
        assert reply.status_code == 200, asked
    page = (await client.get(f"{HOME}/stories/{there['slug']}")).text
    assert 'content="The Evening Post"' in page
    assert "The Post<" not in page
    assert f'<link rel="canonical" href="{HOME}/stories/{there["slug"]}">' in page
    assert PUBLIC_URL not in page
    # A former slug leads to today's, at the story's host.
    await any_server.admin.patch(f"/v1/stories/{there['id']}", json={"slug": "neu"}, headers={"if-match": "*"})
    moved = await client.get(f"{PUBLIC_URL}/stories/{there['slug']}")
    assert (moved.status_code, moved.headers["location"]) == (308, f"{HOME}/stories/neu")


async def test_a_site_without_hosts_is_read_at_the_servers_own_address(any_server: Server) -> None:
    await made(any_server, hosts=[])
    story = await any_server.story("Dort", site="evening-post")
    assert story["url"] == f"{PUBLIC_URL}/stories/{story['slug']}"
    page = await any_server.client.get(f"/stories/{story['slug']}")
    assert page.status_code == 200
    assert "The Evening Post" in page.text


async def test_a_moved_story_takes_its_links_with_it_and_readers_are_told(any_server: Server) -> None:
    await made(any_server)
    story = await any_server.story("Election night")
    ref = f"/v1/stories/{story['id']}"
    before = await any_server.client.get(ref)
    moved = await any_server.admin.patch(ref, json={"site": "evening-post"}, headers={"if-match": '"v1"'})
    assert moved.status_code == 200, moved.text
    assert (moved.json()["site"], moved.json()["url"]) == ("evening-post", f"{HOME}/stories/{story['slug']}")
    after = await any_server.client.get(ref)
    assert after.headers["etag"] != before.headers["etag"]
    state = after.json()
    assert (state["site"], state["url"]) == ("evening-post", f"{HOME}/stories/{story['slug']}")
    told = (await any_server.client.get(f"{ref}/changes?after={before.json()['head']}")).json()["events"]
    assert [(each["type"], each["changed"]) for each in told] == [("story.updated", ["site"])]
    lists = [
        (await any_server.client.get(f"/v1/stories?site={site}")).json()["items"]
        for site in ("default", "evening-post")
    ]
    assert [len(each) for each in lists] == [0, 1]
    back = await any_server.admin.patch(ref, json={"site": "default"}, headers={"if-match": '"v2"'})
    assert "site" not in back.json()
    again = (await any_server.client.get(ref)).json()
    # The member stays once it was there: what is absent takes nothing away from a reader who holds it.
    assert again == {**before.json(), "site": "default", "head": again["head"]}
    for wrong in ("nowhere", ""):
        reply = await any_server.admin.patch(ref, json={"site": wrong}, headers={"if-match": "*"})
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/site")


async def test_a_changed_site_is_seen_at_once_under_other_etags(any_server: Server) -> None:
    await made(any_server)
    story = await any_server.story("Dort", site="evening-post")
    entry = await any_server.post(story["id"])
    client, ref = any_server.client, f"/v1/stories/{story['id']}"
    paths = [f"{HOME}{ref}", f"{HOME}{ref}/entries", f"{HOME}{ref}/entries/{entry['id']}", f"{HOME}{ref}/corrections",
             f"{HOME}/v1/site", f"{HOME}/v1/stories"]  # fmt: skip
    before = [await client.get(path) for path in paths]
    change = {"name": "Die Abendpost", "hosts": ["neu.example", "live.evening.example"]}
    assert (await any_server.admin.patch(f"{SITES}/evening-post", json=change, headers={"if-match": "*"})).is_success
    for path, old in zip(paths, before, strict=True):
        reply = await client.get(path, headers={"if-none-match": old.headers["etag"]})
        assert reply.status_code == 200, path
        assert "live.evening.example/" not in reply.text, path
    assert (await client.get(f"{HOME}{ref}")).json()["publisher"]["name"] == "Die Abendpost"
    page = await client.get(f"{HOME}/stories/{story['slug']}")
    assert "Die Abendpost" in page.text
    changes = (await client.get(f"{ref}/changes?after=0")).text
    assert "Die Abendpost" in changes
    assert "The Evening Post" not in changes


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
    await asyncio.sleep(0)
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
