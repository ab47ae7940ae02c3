"""What is asked at a host, and what belongs to a story, is its own site's: lists, pages, links, ETags."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.server import PUBLIC_URL, Server, running
from tests.api.sites import HOME, SITES, code_of, made
from tests.pictures import png

pytestmark = pytest.mark.anyio


@pytest.fixture
async def any_server(anyio_backend: str, database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """Run the application over an empty database, once over each kind."""
    async with running(database_url, tmp_path / "data") as opened:
        yield opened


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
