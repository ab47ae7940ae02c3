"""Sitemaps, robots.txt and the icon: what is public and nothing else, with the time of its last material change."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest

from app.domain.clock import Micros
from app.reading.discovery.discovery_reads import DiscoveryReads
from tests.api.routes.public.story_statuses import ANSWERS, first_fields, reach_status
from tests.api.server import PUBLIC_URL, Server, running
from tests.api.sites import EVENING, HOME, made
from tests.web.discovery.read_back import read_sitemap

pytestmark = pytest.mark.anyio

HOUR = 3_600_000_000


class Hand:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 1_790_000_000_000_000

    def __call__(self) -> Micros:
        self.now += 1_000
        return Micros(self.now)


async def _sitemap(server: Server, path: str, *, at: str = PUBLIC_URL, root: str = "urlset") -> list[Any]:
    reply = await server.client.get(f"{at}{path}", headers={"host": at[8:]})
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/xml; charset=utf-8"
    return read_sitemap(reply.content, root=root, least=0 if path.endswith("news.xml") else 1)


async def _patch(server: Server, story: str, **fields: Any) -> None:
    reply = await server.admin.patch(f"/v1/stories/{story}", json=fields, headers={"If-Match": "*"})
    assert reply.is_success, reply.text


async def test_stories_of_every_status_are_in_the_sitemaps_as_they_are_in_the_api(server: Server) -> None:
    expected = {f"{PUBLIC_URL}/"}
    for status, answered in ANSWERS.items():
        story = await server.story(f"Story {status} & <more>", slug=f"выборы-{status}", **first_fields(status))
        if status != "scheduled":
            await server.post(story["id"], "Seen.")
        await reach_status(server, story["id"], status)
        if answered == 200:
            expected.add((await server.client.get(f"/v1/stories/{story['id']}")).json()["url"])
    found = await _sitemap(server, "/sitemaps/stories-1.xml")
    assert {address for address, _, _ in found} == expected
    for address, changed, _ in found:
        page = await server.client.get(address)
        assert page.status_code == 200, address
        assert (changed is None) == address.endswith(".example/")
    news = await _sitemap(server, "/sitemaps/news.xml")
    assert {address for address, _, _ in news} == expected - {f"{PUBLIC_URL}/"}
    for address, changed, told in news:
        state = (await server.client.get(f"/v1/stories/{address.rpartition('/')[2]}")).json()
        assert (told["title"], told["name"], told["language"]) == (state["title"], "The Post", state["language"])
        assert told["publication_date"] <= changed
    index = await _sitemap(server, "/sitemap.xml", root="sitemapindex")
    assert [address for address, _, _ in index] == [
        f"{PUBLIC_URL}/sitemaps/stories-1.xml",
        f"{PUBLIC_URL}/sitemaps/news.xml",
    ]
    newest = max(changed for _, changed, _ in found if changed)
    assert index[0][1] == newest


async def test_without_a_public_story_there_is_the_list_of_stories_and_no_news(server: Server) -> None:
    await server.story(status="draft")
    assert await _sitemap(server, "/sitemaps/stories-1.xml") == [(f"{PUBLIC_URL}/", None, {})]
    assert await _sitemap(server, "/sitemaps/news.xml") == []
    [only] = await _sitemap(server, "/sitemap.xml", root="sitemapindex")
    assert only == (f"{PUBLIC_URL}/sitemaps/stories-1.xml", None, {})
    for number in ("0", "2", "01", "x", "-1", "99999999999999999999", "١"):
        reply = await server.client.get(f"/sitemaps/stories-{number}.xml")
        assert (reply.status_code, reply.json()["code"]) == (404, "not_found"), number


async def test_the_time_of_a_story_is_that_of_its_last_material_change(
    anyio_backend: str, database_url: str, tmp_path: Path
) -> None:
    clock = Hand()
    async with running(database_url, tmp_path / "data", clock=clock) as server:
        story = await server.story(slug="night")
        entry = await server.post(story["id"], "Polls close.")
        other = await server.post(story["id"], "More.")
        path = f"/v1/stories/{story['id']}/entries/{entry['id']}"

        async def changed() -> str:
            found = {address: at for address, at, _ in await _sitemap(server, "/sitemaps/stories-1.xml")}
            data = (await server.client.get("/v1/stories/night/structured-data")).json()
            at: str = found[f"{PUBLIC_URL}/stories/night"]
            assert data["dateModified"] == at, "one time, wherever it is said"
            return at

        async def edit(**change: Any) -> None:
            reply = await server.admin.patch(path, json=change, headers={"If-Match": "*"})
            assert reply.is_success, reply.text

        first = await changed()
        clock.now += HOUR
        await edit(text="Polls closed.", material=False)
        await server.act("move", entry, after=other["id"])
        for items in ([{"entry": entry["id"]}], []):
            reply = await server.admin.put(f"/v1/stories/{story['id']}/pinned", json={"items": items})
            assert reply.is_success
        await _patch(server, story["id"], settings={"comments": {"mode": "moderated"}})
        draft = await server.post(story["id"], "Secret.", status="draft")
        await server.act("remove", draft)
        assert await changed() == first, "nothing of this is worth coming back for"
        for change in (
            lambda: edit(text="Polls closed at eight."),
            lambda: server.act("corrections", entry, text="At nine."),
            lambda: server.act("retract", entry, reason="No."),
            lambda: server.act("unpublish", other),
            lambda: _patch(server, story["id"], title="Another"),
            lambda: _patch(server, story["id"], status="ended"),
        ):
            clock.now += HOUR
            before = await changed()
            await change()
            assert await changed() > before


async def test_news_is_two_days_old_at_most_and_says_something(
    anyio_backend: str, sqlite_url: str, tmp_path: Path
) -> None:
    clock = Hand()
    async with running(sqlite_url, tmp_path / "data", clock=clock) as server:
        old = await server.story(slug="old", language="zh-TW")
        await server.post(old["id"], "Seen.")
        await server.story(slug="silent")
        clock.now += 47 * HOUR
        new = await server.story(slug="new", language="pt-BR")
        await server.post(new["id"], "Seen.")
        found = await _sitemap(server, "/sitemaps/news.xml")
        assert [(address.rpartition("/")[2], told["language"]) for address, _, told in found] == [
            ("new", "pt"),
            ("old", "zh-tw"),
        ]
        clock.now += 2 * HOUR
        await server.post(old["id"], "More of what is no news.")
        assert [address.rpartition("/")[2] for address, _, _ in await _sitemap(server, "/sitemaps/news.xml")] == ["new"]


async def test_many_stories_are_in_several_sitemaps_in_which_each_stays_where_it_is(
    anyio_backend: str, sqlite_url: str, tmp_path: Path
) -> None:
    async with running(sqlite_url, tmp_path / "data") as server:
        reads: DiscoveryReads = server.app_state.reading.discovery
        reads._sitemap_stories = 3  # ten thousand would take an hour
        made_stories = [(await server.story(f"Story {number}", slug=f"s-{number}"))["id"] for number in range(7)]
        index = [address for address, _, _ in await _sitemap(server, "/sitemap.xml", root="sitemapindex")]
        assert len(index) == 3
        sitemaps = [await _sitemap(server, each.removeprefix(PUBLIC_URL)) for each in index]
        pages = [[address.rpartition("/")[2] for address, _, _ in each] for each in sitemaps]
        assert pages == [["", "s-0", "s-1", "s-2"], ["s-3", "s-4", "s-5"], ["s-6"]]
        await server.post(made_stories[1], "Seen.")
        times = {a: at for a, at, _ in await _sitemap(server, "/sitemap.xml", root="sitemapindex")}
        assert times[index[0]] > times[index[1]], "a change is told of the sitemap it is in"
        assert (await server.client.get("/sitemaps/stories-4.xml")).status_code == 404


async def test_what_is_taken_back_or_renamed_is_so_at_once(server: Server) -> None:
    story = await server.story(slug="night", title="Night")
    await server.post(story["id"], "Seen.")
    urls = ("/sitemaps/stories-1.xml", "/sitemaps/news.xml")
    before = {url: await server.client.get(url) for url in urls}
    for url in urls:
        again = await server.client.get(url, headers={"If-None-Match": before[url].headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    await _patch(server, story["id"], slug="day")
    for url in urls:
        assert [a.rpartition("/")[2] for a, _, _ in await _sitemap(server, url)][-1] == "day"
    await _patch(server, story["id"], status="withdrawn")
    for url in urls:
        assert "/stories/" not in (await server.client.get(url)).text


async def test_the_page_of_a_host_is_what_is_found(server: Server) -> None:
    story = await server.story(slug="night", canonical_url="https://post.example/größe?a=1&b=%20#top")
    await server.post(story["id"], "Seen.")
    for url in ("/sitemaps/stories-1.xml", "/sitemaps/news.xml"):
        assert (await _sitemap(server, url))[-1][0] == "https://post.example/gr%C3%B6%C3%9Fe?a=1&b=%20"


async def test_each_host_has_the_stories_of_its_sites(server: Server) -> None:
    await made(server)
    reply = await server.admin.post(
        "/v1/newsroom/sites", json={"slug": "guest", "name": "The Guest", "url": "https://guest.example"}
    )
    assert reply.status_code == 201, reply.text
    for slug, site in (("night", "default"), ("guest-night", "guest"), ("evening", EVENING["slug"])):
        story = await server.story(slug=slug, site=site)
        await server.post(story["id"], "Seen.")
    for at, slugs in ((PUBLIC_URL, ["night", "guest-night"]), (HOME, ["evening"])):
        found = await _sitemap(server, "/sitemaps/stories-1.xml", at=at)
        assert [address for address, _, _ in found] == [f"{at}/", *(f"{at}/stories/{slug}" for slug in slugs)]
        index = await _sitemap(server, "/sitemap.xml", at=at, root="sitemapindex")
        assert all(address.startswith(at) for address, _, _ in index)
        robots = (await server.client.get(f"{at}/robots.txt", headers={"host": at[8:]})).text
        assert re.findall(r"^Sitemap: (.*)$", robots, re.MULTILINE) == [f"{at}/sitemap.xml", f"{at}/sitemaps/news.xml"]
    news = await _sitemap(server, "/sitemaps/news.xml")
    assert {told["name"] for _, _, told in news} == {"The Post", "The Guest"}


async def test_robots_are_kept_from_what_is_no_page_for_readers(server: Server) -> None:
    reply = await server.client.get("/robots.txt")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    robots = RobotFileParser()
    robots.parse(reply.text.splitlines())
    closed = "/newsroom /newsroom/worker.js /previews/x /media-previews/a/b/c /v1/stories /v1/site /docs /receipts/x"
    assert [path for path in closed.split() if robots.can_fetch("Googlebot", f"{PUBLIC_URL}{path}")] == []
    opened = "/ /stories/a /stories/a?order=oldest /stories/a/entries/b /stories/a/fragment /feed.atom /media/a/b"
    assert all(robots.can_fetch("Googlebot", f"{PUBLIC_URL}{path}") for path in opened.split())
    assert robots.site_maps() == [f"{PUBLIC_URL}/sitemap.xml", f"{PUBLIC_URL}/sitemaps/news.xml"]


async def test_the_icon_is_an_icon_file_with_a_picture_of_its_size(server: Server) -> None:
    reply = await server.client.get("/favicon.ico")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/vnd.microsoft.icon")
    reserved, kind, count = struct.unpack("<HHH", reply.content[:6])
    assert (reserved, kind, count) == (0, 1, 1)
    width, height, _, _, _, _, size, at = struct.unpack("<BBBBHHII", reply.content[6:22])
    picture = reply.content[at : at + size]
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (width, height)
    assert width % 48 == 0
    again = await server.client.get("/favicon.ico", headers={"If-None-Match": reply.headers["etag"]})
    assert again.status_code == 304


async def test_a_crawler_without_scripts_reaches_every_entry_by_addresses_that_stay(server: Server) -> None:
    story = await server.story(slug="night")
    made_entries = [(await server.post(story["id"], f"Number {number}."))["id"] for number in range(65)]

    async def walk(start: str) -> tuple[list[str], list[str]]:
        seen, addresses, url = [], [], start
        while url:
            html = (await server.client.get(url)).text
            addresses.append(url)
            seen += re.findall(r'<article[^>]* id="entry-([^"]+)"', html)
            [canonical] = re.findall(r'<link rel="canonical" href="([^"]+)">', html)
            is_kept = 'content="noindex, follow"' not in html
            assert is_kept == (url == start or "order=oldest" in url)
            assert canonical.replace("&amp;", "&") == url
            following = re.findall(r'<link rel="next" href="([^"]+)">', html)
            visible = re.findall(r'<a [^>]*rel="next"[^>]*href="([^"]*)"(?! hidden)|<a href="([^"]*)" rel="next"', html)
            assert bool(following) == bool([each for each in visible if any(each)]) or not following
            url = following[0].replace("&amp;", "&") if following else ""
        return seen, addresses

    newest, _ = await walk(f"{PUBLIC_URL}/stories/night")
    assert newest == made_entries[::-1]
    oldest, addresses = await walk(f"{PUBLIC_URL}/stories/night?order=oldest")
    assert oldest == made_entries
    start = (await server.client.get("/stories/night")).text
    assert '<a class="order-link" href="/stories/night?order=oldest"' in start, "the way to them"
    more = (await server.post(story["id"], "One more."))["id"]
    again, still = await walk(f"{PUBLIC_URL}/stories/night?order=oldest")
    assert (again, still) == ([*made_entries, more], addresses), "what was kept stays where it was"
