from __future__ import annotations

import asyncio
import gzip
import re
import shutil
import threading
from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships no types
import httpx
import pytest
from fastapi import FastAPI

from app.web.assets import STATIC_FOLDER, Asset, Assets, asset_routes
from app.web.bundling.short_lines import shorten_lines
from app.web.rendering import Renderer
from app.web.words import Catalogue
from app.wire.links import Links
from tests.web import samples
from tests.web.site import SITE, FakeReading, client_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(FakeReading()) as client:
        yield client


async def test_a_versioned_address_may_be_kept_forever(client: httpx.AsyncClient) -> None:
    answer = await client.get(Assets().url("reader.js"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


async def test_the_elements_address_stays_and_leads_any_page_to_this_release(client: httpx.AsyncClient) -> None:
    answer = await client.get("/live-blog.js", headers={"Origin": "https://anyone.example"})
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    for reply in (answer, *[await client.get(each) for each in re.findall(r'"\.(/[^"]+)"', answer.text)]):
        assert reply.status_code == 200
        assert reply.headers["access-control-allow-origin"] == "*"
    again = await client.get("/live-blog.js", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_an_address_without_a_version_is_asked_for_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/static/client.js")
    assert first.headers["cache-control"] == "public, no-cache"
    again = await client.get("/static/client.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "docs",
        "docs/",
        "nothing.js",
        "../reader_pages.py",
        "%2e%2e/reader_pages.py",
        "..%2freader_pages.py",
        "/etc/passwd",
        "000000000000/nothing.js",
        "000000000000/",
        "000000000000/000000000000/reader.js",
        "newsroom0000/reader.js",
    ],
)
async def test_nothing_but_the_files_themselves_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/static/{path}")).status_code == 404


@pytest.mark.parametrize(("accepted", "unpack"), [("gzip, br", brotli.decompress), ("gzip", gzip.decompress)])
async def test_text_is_compressed_for_those_who_can_read_it(
    client: httpx.AsyncClient, accepted: str, unpack: object
) -> None:
    async with client.stream("GET", "/static/client.js", headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert callable(unpack)
    assert unpack(raw) == shorten_lines((STATIC_FOLDER / "client.js").read_bytes())
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("form", ["content", "brotli", "gzip"])
async def test_a_file_is_written_and_compressed_by_the_first_who_ask_and_once(form: str) -> None:
    asking = threading.Semaphore(0)
    written: list[str] = []

    def write() -> bytes:
        written.append("once")
        for _ in range(4):  # until all of them ask
            assert asking.acquire(timeout=10)
        return b"let a;"

    asset = Asset("a.js", b"let a; // source", write)

    def ask() -> bytes:
        asking.release()
        found: bytes = getattr(asset, form)
        return found

    found = await asyncio.gather(*(asyncio.to_thread(ask) for _ in range(4)))
    assert written == ["once"]
    assert {id(each) for each in found} == {id(getattr(asset, form))}


async def test_encodings_have_etags_of_their_own(client: httpx.AsyncClient) -> None:
    tags = {
        (await client.get("/static/client.js", headers={"Accept-Encoding": accepted})).headers["etag"]
        for accepted in ("br", "gzip", "identity")
    }
    assert len(tags) == 3


async def test_every_file_a_page_or_a_script_names_is_there(client: httpx.AsyncClient) -> None:
    wanted = {"/live-blog.js"}
    for page in ("/", f"/stories/{samples.SLUG}", f"/stories/{samples.SLUG}/fragment", "/newsroom", "/docs"):
        wanted |= set(
            re.findall(r'(?:src|href)="(?:https://live\.example)?(/static/[^"]+)"', (await client.get(page)).text)
        )
    seen: set[str] = set()
    while wanted - seen:
        url = (wanted - seen).pop()
        seen.add(url)
        answer = await client.get(url)
        assert answer.status_code == 200, url
        if url.endswith(".js") and "/docs/" not in url:
            wanted |= {
                str(httpx.URL(url).join(name))
                for name in re.findall(r'(?:from |import |import\()"(\.[^"]+)"', answer.text)
            }
    assert {url.rpartition("/")[2] for url in seen} >= {
        "apply.js",
        "client.js",
        "transports.js",
        "reader.js",
        "reader.css",
        "live-blog.css",
        "live-blog.js",
        "story_view.js",
        "ticker.js",
        "main.js",
        "search.js",
        "numbers.js",
        "sending.js",
    }


async def test_a_page_kept_from_another_release_is_given_the_files_of_this_one(client: httpx.AsyncClient) -> None:
    for name in ("reader.js", "newsroom/main.js", "docs/swagger-ui.css", "icon.svg"):
        now = await client.get(Assets().url(name))
        kept = await client.get(f"/static/0123456789ab/{name}")
        assert (kept.status_code, kept.content) == (200, now.content), name
        assert kept.headers["etag"] == now.headers["etag"]
        assert kept.headers["cache-control"] == "public, max-age=60"


async def test_two_releases_behind_one_proxy_serve_each_others_pages(tmp_path: Path) -> None:
    """Each file of either page, from either release: both have it, and only its own release says that it stays."""
    changed = tmp_path / "static"
    shutil.copytree(STATIC_FOLDER, changed)
    (changed / "reader.js").write_bytes((STATIC_FOLDER / "reader.js").read_bytes() + b"\nvoid 0;\n")
    releases = [Assets(), Assets(changed)]
    assert releases[0].version != releases[1].version
    for release, other in permutations(releases):
        renderer = Renderer(links=Links("https://live.example", SITE), assets=release, catalogue=Catalogue())
        page = renderer.render("stories.html", site=SITE, stories=[])
        page += renderer.render("newsroom.html", site=SITE)
        addresses = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page)) | {release.url("reader.js")}
        assert len(addresses) >= 4
        own, others = _client_of(release), _client_of(other)
        async with own, others:
            for address in addresses:
                assert (await own.get(address)).headers["cache-control"].endswith("immutable")
                answer = await others.get(address)
                assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=60"), address


def _client_of(assets: Assets) -> httpx.AsyncClient:
    app = FastAPI(openapi_url=None)
    app.include_router(asset_routes(assets))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://live.example")


def test_a_changed_file_changes_every_versioned_address(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one")
    (tmp_path / "b.js").write_text("two")
    before = Assets(tmp_path).url("a.js")
    assert Assets(tmp_path).url("a.js") == before
    (tmp_path / "b.js").write_text("three")
    assert Assets(tmp_path).url("a.js") != before


def _loaded(assets: Assets, first: str) -> dict[str, int]:
    """How many compressed bytes each script has that one loads at once, itself among them."""
    asked, sizes = [first], dict[str, int]()
    while asked:
        name = asked.pop()
        asset, _ = assets.find(name)
        assert asset is not None, name
        if name not in sizes:
            sizes[name] = len(asset.brotli)
            asked += re.findall(r'from "\./([^"]+)"', asset.content.decode())
    return sizes


def test_what_the_readers_page_loads_is_small() -> None:
    assets = Assets()
    follow = ("client.js", "apply.js", "transports.js", "transport_choice.js")
    files = [asset for name in follow for asset, _ in [assets.find(name)] if asset is not None]
    assert sum(len(asset.brotli) for asset in files) <= 7 * 1024, "to follow a story, without drawing anything"
    sizes = _loaded(assets, "reader.js")
    assert sum(sizes.values()) <= 12 * 1024, sizes
    page = (STATIC_FOLDER.parent / "templates" / "story.html").read_text(encoding="utf-8")
    assert [name for name in sizes if name != "reader.js" and f"asset('{name}')" not in page] == [], "asked for at once"


def test_what_a_page_of_others_loads_of_the_element_is_small() -> None:
    assets = Assets()
    sizes = _loaded(assets, "live-blog.js")
    assert set(sizes) == {"live-blog.js", "story_view.js"}, "two requests, at the same time"
    assert sum(sizes.values()) + len(assets.element.brotli) <= 12 * 1024, sizes
    leading = assets.element.content.decode()
    assert [f'".{assets.url(name)}"' in leading for name in sizes] == [True, True]
    later = {name: _loaded(assets, name)[name] for name in ("ticker.js", "host_page.js", "story_changes.js")}
    assert max(later.values()) <= 1_536, later


def test_what_draws_a_changed_story_is_loaded_later_and_small() -> None:
    """Most stories stay what they are while they are read: their header is drawn by the server."""
    sizes = _loaded(Assets(), "story_changes.js")
    own = {name: size for name, size in sizes.items() if name != "story_view.js"}
    assert set(own) == {"story_changes.js", "story_header.js"}
    assert sum(own.values()) <= 2 * 1024, own
    view = (STATIC_FOLDER / "story_view.js").read_text(encoding="utf-8")
    assert 'import("./story_changes.js")' in view


def test_what_brings_replies_to_life_is_small_and_loaded_later() -> None:
    assets = Assets()
    sizes = {
        path.name: len(asset.brotli)
        for path in (STATIC_FOLDER / "replies").glob("*.js")
        for asset, _ in [assets.find(f"replies/{path.name}")]
        if asset is not None
    }
    assert set(sizes) == {"numbers.js", "list.js", "sending.js"}
    assert sizes["numbers.js"] <= 1_792, "while nobody reads replies"
    assert sizes["list.js"] + sizes["sending.js"] <= 4 * 1024, "once the reader comes near them"
    reader = (STATIC_FOLDER / "reader.js").read_text(encoding="utf-8")
    assert 'import("./replies/numbers.js")' in reader
    assert "replies/" not in (STATIC_FOLDER.parent / "templates" / "story.html").read_text(encoding="utf-8")


def test_what_helps_to_read_is_small_and_loaded_later() -> None:
    assets = Assets()
    sizes = {
        path.name: len(asset.brotli)
        for path in (*(STATIC_FOLDER / "reading").glob("*.js"), STATIC_FOLDER / "pins_and_key_points.js")
        for asset, _ in [assets.find(path.relative_to(STATIC_FOLDER).as_posix())]
        if asset is not None
    }
    asked, at_idle = ["main.js"], set[str]()
    while asked:
        name = asked.pop()
        at_idle.add(name)
        script = (STATIC_FOLDER / "reading" / name).read_text(encoding="utf-8")
        asked += [
            each for each in re.findall(r'^import .*from "\./([^"]+)"', script, re.MULTILINE) if each not in at_idle
        ]
    on_a_press = {"sharing.js", "enlarging.js"}
    seldom = {"since_then.js", "old_addresses.js", "ad_places.js"}
    assert set(sizes) == at_idle | on_a_press | seldom | {"pins_and_key_points.js"}
    assert sum(sizes[name] for name in (*at_idle, "pins_and_key_points.js")) <= 9 * 1024, "once the page is drawn"
    assert sum(sizes[name] for name in on_a_press) <= 1_024, "once somebody asks for it"
    assert sizes["since_then.js"] <= 1_536, "for who comes back"
    assert sizes["old_addresses.js"] <= 640, "for who follows an address of another system"
    reader = (STATIC_FOLDER / "reader.js").read_text(encoding="utf-8")
    assert 'import("./reading/main.js")' in reader
    assert "reading/" not in (STATIC_FOLDER.parent / "templates" / "story.html").read_text(encoding="utf-8")


def test_scripts_are_sent_without_indents_and_the_lines_that_only_explain_them() -> None:
    script = b'// What it is.\n\n/** Says\n * more. */\nconst a = "/** no */"; // kept\n  // gone\n  const b = 1;\n'
    assert shorten_lines(script) == b'\nconst a = "/** no */"; // kept\nconst b = 1;\n'
    for path in STATIC_FOLDER.glob("**/*.js"):
        text = path.read_text(encoding="utf-8")
        odd = [line for line in text.splitlines() if line.replace('"`"', "").count("`") % 2]
        assert [line for line in odd if "[" not in line] == [], f"{path.name}: a text over lines would lose its indents"
        code = [line.lstrip() for line in text.splitlines() if line.strip()]
        sent = [line for line in shorten_lines(path.read_bytes()).decode().splitlines() if line.strip()]
        left_out = [line.strip() for line in code if line not in sent]
        assert all(line.startswith(("//", "/**", "*")) or line.endswith("*/") for line in left_out), path.name
