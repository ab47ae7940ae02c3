"""Sites over real sockets: what one node changes of a site another follows, and which host a proxy may name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.server import Server, make_story, serving
from tests.faults.listening import told_on_event_stream, told_on_websocket
from tests.waiting import await_true

SITES = "/v1/newsroom/sites"
HOST = "live.evening.example"
EVENING = {"slug": "evening", "name": "The Evening Post", "url": "https://evening.example", "hosts": [HOST]}
PATIENCE_SECONDS = 15


@pytest.fixture
def nodes(shared_url: str, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    with serving(shared_url, tmp_path, name="a") as a, serving(shared_url, tmp_path, name="b") as b:
        yield a, b


def make_site(server: Server, **more: Any) -> None:
    with server.signed_in() as admin:
        reply = admin.post(SITES, json={**EVENING, **more})
    assert reply.status_code == 201, reply.text


def site_at(client: httpx.Client, **headers: str) -> str:
    name: str = client.get("/v1/site", headers=headers).json()["name"]
    return name


def test_a_site_that_one_node_describes_is_one_at_the_other_a_moment_later(nodes: tuple[Server, Server]) -> None:
    a, b = nodes
    make_site(a)
    story = make_story(a, site="evening")
    with a.reader() as at_a, b.reader() as at_b, a.signed_in() as admin:
        assert site_at(at_a, host=HOST) == "The Evening Post"

        def follows(name: str) -> None:
            await_true(
                lambda: site_at(at_b, host=HOST) == name,
                seconds=PATIENCE_SECONDS,
                or_say=lambda: f"the other node says {site_at(at_b, host=HOST)}, not {name}",
            )

        follows("The Evening Post")
        held = at_b.get(f"/v1/stories/{story}")
        assert held.json()["url"].startswith(f"http://{HOST}/stories/")
        reply = admin.patch(f"{SITES}/evening", json={"name": "Late"}, headers={"if-match": "*"})
        assert reply.status_code == 200
        follows("Late")
        again = at_b.get(f"/v1/stories/{story}", headers={"if-none-match": held.headers["etag"]})
        assert (again.status_code, again.json()["publisher"]["name"]) == (200, "Late")
        assert at_a.get(f"/v1/stories/{story}").headers["etag"] == again.headers["etag"]
        # From the ring and the tables, on both transports of either node, the same.
        for server in nodes:
            told = [told_on_websocket(server, story, after="0"), told_on_event_stream(server, story, after="0")]
            for messages in told:
                updated = next(each for each in messages if each["type"] == "story.updated")
                assert "Late" in str(updated)
                assert HOST in str(updated)
        admin.patch(f"/v1/stories/{story}", json={"site": "default"}, headers={"if-match": "*"})
        assert admin.delete(f"{SITES}/evening").status_code == 200
        follows("Liveblog")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_restarted_server_knows_its_sites_before_its_first_answer(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "shared_url")
    with serving(url, tmp_path) as server:
        make_site(server)
        server.kill()
        server.start()
        with server.reader() as reader:
            assert site_at(reader, host=HOST) == "The Evening Post"


def test_a_proxy_that_is_trusted_names_the_host_and_nobody_else_does(sqlite_url: str, tmp_path: Path) -> None:
    named = {"x-forwarded-host": HOST}
    for trusted, believed in (("127.0.0.1", True), ("192.0.2.0/24", False), (None, False)):
        settings = {} if trusted is None else {"TRUSTED_PROXIES": trusted}
        with serving(sqlite_url, tmp_path, name=f"by-{believed}-{trusted is None}", **settings) as server:
            with server.signed_in() as admin:
                if admin.get(f"{SITES}/evening").status_code == 404:
                    make_site(server)
            with server.reader() as reader:
                expected = "The Evening Post" if believed else "Liveblog"
                assert site_at(reader, **named) == expected, trusted
                if not believed:
                    continue
                forms = (f"evil.example, {HOST}", HOST.upper(), f"{HOST}:8443", f"{HOST}.")
                assert {site_at(reader, **{"x-forwarded-host": form}) for form in forms} == {expected}
                # What names no site is not believed: the connection's own host is asked then.
                for form in ("nowhere.example", f"{HOST}, evil.example", "", "a b"):
                    assert site_at(reader, **{"x-forwarded-host": form}) == "Liveblog"
                    assert site_at(reader, **{"x-forwarded-host": form, "host": HOST}) == "The Evening Post"
                page = reader.get("/", headers=named)
                assert "The Evening Post" in page.text


LISTS = (
    "/",
    *("/sitemaps/stories-1.xml", "/sitemaps/news.xml"),
    *(f"{of}/feed.{ending}" for of in ("", "/tags/rain") for ending in ("atom", "rss", "json")),
    "/v1/stories",
)
"""What lists stories: those of the host's own site."""
PAGES = ("", "/entries/{entry}", "/fragment")
"""Pages of a story: at another site's host they lead to its own."""
DOCUMENTS = (
    *("/v1/stories/{slug}", "/v1/stories/{slug}/structured-data"),
    *(f"/stories/{{slug}}/feed.{ending}" for ending in ("atom", "rss", "json")),
    "/oembed?url=http%3A%2F%2F{host}%2Fstories%2F{slug}",
)
"""What answers at every host, and names the story's own alone."""


def test_a_story_is_at_its_own_host_alone_in_every_address(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as server, server.reader() as reader, server.signed_in() as admin:
        make_site(server)
        own = server.url.removeprefix("http://")
        stories, entries = {}, {}
        for host, slug, site in ((own, "downpour", "default"), (HOST, "twilight", "evening")):
            stories[host] = make_story(server, slug, slug=slug, site=site)
            post = {"text": f"Seen in {slug}.", "tags": [{"slug": "rain", "label": "Rain"}]}
            entries[host] = admin.post(f"/v1/stories/{slug}/entries", json=post).json()["id"]
        slugs = {own: "downpour", HOST: "twilight"}
        others = {own: HOST, HOST: own}

        def asked(path: str, *, at: str) -> httpx.Response:
            return reader.get(path, headers={"host": at})

        def is_listed(path: str, host: str, *, at: str) -> bool:
            text = asked(path, at=at).text
            return slugs[host] in text or stories[host] in text

        for host, other in others.items():
            for path in LISTS:
                assert is_listed(path, host, at=host), (path, host)
                assert not is_listed(path, other, at=host), (path, host)
                assert f"//{other}/" not in asked(path, at=host).text, (path, host)
            for path in ("/robots.txt", "/sitemap.xml"):
                text = asked(path, at=host).text
                assert (f"//{host}/sitemap" in text, f"//{other}/" in text) == (True, False), (path, host)
            for below in PAGES:
                page = f"/stories/{slugs[host]}{below.format(entry=entries[host])}"
                assert slugs[host] in asked(page, at=host).text
                assert f"//{other}/" not in asked(page, at=host).text, page
                led = asked(page, at=other)
                assert (led.status_code, led.headers["location"]) == (308, f"http://{host}{page}")
            for path in DOCUMENTS:
                address = path.format(slug=slugs[host], host=host)
                for at in (host, other):
                    reply = asked(address, at=at)
                    assert reply.status_code == 200, (address, at, reply.text[:200])
                    assert (f"//{host}/stories/" in reply.text, f"//{other}/" in reply.text) == (True, False), address
            wrong = f"/oembed?url=http%3A%2F%2F{other}%2Fstories%2F{slugs[host]}"
            assert asked(wrong, at=other).status_code == 404

        # Moved to the other site, it is there, and nothing of it is where it was.
        moved = admin.patch("/v1/stories/twilight", json={"site": "default"}, headers={"if-match": "*"})
        assert moved.status_code == 200
        for path in LISTS:
            await_true(
                lambda path=path: is_listed(path, HOST, at=own) and not is_listed(path, HOST, at=HOST),  # type: ignore[misc]
                seconds=PATIENCE_SECONDS,
                or_say=lambda path=path: f"{path} has the story where it was",  # type: ignore[misc]
            )
        led = asked("/stories/twilight", at=HOST)
        assert (led.status_code, led.headers["location"]) == (308, f"{server.url}/stories/twilight")
        told = asked(f"/oembed?url=http%3A%2F%2F{HOST}%2Fstories%2Ftwilight", at=HOST)
        assert told.status_code == 404
