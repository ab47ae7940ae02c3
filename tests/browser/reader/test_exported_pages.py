"""A story's pages from a disk: what they show and ask for, and where links lead; and old addresses, live."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from playwright.sync_api import Browser, Page, expect

from app.cli.control import reach_api
from app.cli.imports.client import import_story
from app.newsroom.imports.records import ImportedEntry
from app.server.control_socket import CONTROL_SOCKET
from tests.newsroom.imports.records import imported_entry, imported_story
from tests.pictures import png, require_decoder
from tests.ports import reserved_port
from tests.processes import Installation, Server

ENTRIES = 45


@dataclasses.dataclass(frozen=True)
class Exported:
    """A server with a story of three pages, and the folder that its pages were exported to."""

    server: Server
    url: str
    folder: Path


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    require_decoder()
    folder = tmp_path_factory.mktemp("exported")
    installation = Installation(folder / "data")
    installation.check("migrate")
    with reserved_port() as port, installation.serving(port) as server, server.client(installation.token) as api:
        media = api.post("/v1/media", content=png(), headers={"content-type": "image/png"}).json()["id"]
        with ThreadPoolExecutor(1) as threads:  # Playwright has the loop of this one
            threads.submit(anyio.run, _bring, installation).result()
        path = "/v1/stories/night/entries"
        blocks: list[dict[str, Any]] = [
            {"type": "image", "media": media, "alt": "A hall"},
            {"type": "image", "url": "https://pictures.example/a.jpg", "alt": "Elsewhere"},
            {"type": "embed", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"},
            {"type": "video", "url": "https://films.example/a.mp4"},
        ]
        assert api.post(path, json={"blocks": blocks, "headline": "Pictures"}).status_code == 201
        done = installation.run("export", "night", folder / "pages", "--html")
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{folder / 'pages' / 'index.html'}\t3\n"
        yield Exported(server, f"http://127.0.0.1:{port}", folder / "pages")


async def _bring(installation: Installation) -> None:
    def no_server() -> Any:
        raise AssertionError("the server is gone")

    async with reach_api(installation.data_dir / CONTROL_SOCKET, installation.token, make_app=no_server) as api:
        await import_story(api, imported_story(slug="night", status="live"), _entries())


def _entries() -> Iterator[ImportedEntry]:
    for number in range(ENTRIES):
        yield imported_entry(number, aliases=(f"#{number}", f"?oldblog._id=urn:{number}"), key_event=number == 3)


def test_pages_on_a_disk_need_nothing_else(exported: Exported, browser: Browser) -> None:
    asked: list[str] = []
    said: list[str] = []
    with browser.new_context(viewport={"width": 1_200, "height": 900}) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((exported.folder / "index.html").as_uri())
        expect(page.get_by_role("heading", name="Election night", level=1)).to_be_visible()
        picture = page.get_by_role("img", name="A hall")
        picture.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
        assert page.locator("script:not([type='application/ld+json']), form, iframe, button").count() == 0
        for words, address in (
            ("Elsewhere", "https://pictures.example/a.jpg"),
            ("youtube", "https://www.youtube.com/"),
        ):
            assert page.locator(f"#timeline a[href^='{address}']").count() > 0, words
        assert page.evaluate("getComputedStyle(document.querySelector('#timeline article')).display") != "inline"
        seen = _read_to_the_end(page)
        assert len(set(seen)) == ENTRIES + 1
    assert said == []
    assert [url for url in asked if not url.startswith(("file://", "data:"))] == []


def _read_to_the_end(page: Page) -> list[str]:
    """Follow the link to older entries to its end, and return the ids of all articles of the timeline."""
    seen: list[str] = []
    while True:
        seen += page.locator("#timeline article").evaluate_all("all => all.map(each => each.id)")
        older = page.locator("#older:not([hidden])")
        if older.count() == 0:
            return seen
        older.click()
        page.wait_for_load_state()


def test_links_between_entries_lead_within_the_folder(exported: Exported, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((exported.folder / "index.html").as_uri())
        href = page.locator("#key-events a").first.get_attribute("href") or ""
        assert href.startswith("page-3.html#entry-")
        page.goto(f"{exported.folder.as_uri()}/{href}")
        expect(page.locator(f"#{href.partition('#')[2]}")).to_contain_text("Update 3.")


@pytest.mark.parametrize("old", ["#7", "?oldblog._id=urn:7"])
def test_an_old_address_leads_to_its_entry(exported: Exported, browser: Browser, old: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{exported.url}/stories/night{old}")
        page.wait_for_url("**/stories/night?entry=*#entry-*")
        identifier = page.url.partition("#")[2]
        expect(page.locator(f"#timeline [id='{identifier}']")).to_contain_text("Update 7.")
        expect(page.locator(f"#timeline [id='{identifier}']")).to_be_in_viewport()
