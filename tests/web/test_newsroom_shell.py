"""The newsroom's shell: what its service worker keeps is the whole page of one release, and nothing else."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.web.assets import STATIC_FOLDER
from tests.web.site import SITE, FakeReading, client_of

pytestmark = pytest.mark.anyio
WORKER = "/newsroom/worker.js"
MANIFEST = "/newsroom/manifest.webmanifest"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(FakeReading()) as client:
        yield client


async def _shell(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(WORKER)
    found = re.match(r"const SHELL = (\{.*?\});\n", answer.text)
    assert found is not None
    shell: dict[str, Any] = json.loads(found[1])
    return shell


async def test_the_worker_is_for_the_newsroom_alone_and_is_asked_for_each_time(client: httpx.AsyncClient) -> None:
    answer = await client.get(WORKER)
    assert answer.headers["service-worker-allowed"] == "/newsroom"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; connect-src 'self';")
    assert (await client.get(WORKER, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304


async def test_it_names_the_page_as_it_is_served(client: httpx.AsyncClient) -> None:
    page = await client.get("/newsroom")
    assert (await _shell(client))["page"] == hashlib.sha256(page.content).hexdigest()


async def test_every_module_is_asked_for_at_once_and_not_after_the_one_that_imports_it(
    client: httpx.AsyncClient,
) -> None:
    html = (await client.get("/newsroom")).text
    named = re.findall(r'<link rel="modulepreload" href="/static/[0-9a-f]+/([\w./-]+)">', html)
    modules = {path.relative_to(STATIC_FOLDER).as_posix() for path in (STATIC_FOLDER / "newsroom").rglob("*.js")}
    assert len(named) == len(set(named))
    assert modules - {"newsroom/main.js"} <= set(named)
    assert {"client.js", "entries.js", "truncate.js"} <= set(named)
    assert not {"newsroom/main.js", "embeds/frames.js", "newsroom_shell/worker.js"} & set(named)


async def test_every_file_of_the_page_is_named_under_this_release_and_no_other(client: httpx.AsyncClient) -> None:
    files = (await _shell(client))["files"]
    named = {re.sub(r"^/static/[0-9a-f]+/", "", address) for address in files}
    modules = {path.relative_to(STATIC_FOLDER).as_posix() for path in (STATIC_FOLDER / "newsroom").rglob("*.*")}
    assert modules <= named
    assert {"client.js", "entries.js", "truncate.js", "icon.svg", "reader.css"} <= named
    assert not {"reader.js", "docs.js", "newsroom_shell/worker.js"} & named
    for address in files:
        answer = await client.get(address)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True), address


async def test_all_that_a_kept_module_imports_is_kept(client: httpx.AsyncClient) -> None:
    files = (await _shell(client))["files"]
    for address in (each for each in files if each.endswith(".js")):
        script = (await client.get(address)).text
        for imported in re.findall(r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""", script):
            assert str(httpx.URL("http://t" + address).join(imported).path) in files, (address, imported)


async def test_the_page_may_start_its_worker_and_read_its_manifest(client: httpx.AsyncClient) -> None:
    page = await client.get("/newsroom")
    assert "worker-src 'self'; manifest-src 'self';" in page.headers["content-security-policy"]
    assert f'<link rel="manifest" href="{MANIFEST}"' in page.text


async def test_the_manifest_installs_the_site_s_newsroom_with_icons_of_their_sizes(client: httpx.AsyncClient) -> None:
    answer = await client.get(MANIFEST)
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == f"{SITE.name} newsroom"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/newsroom", "/newsroom", "standalone")
    for icon in manifest["icons"]:
        picture = (await client.get(icon["src"])).content
        width, height = (int.from_bytes(picture[at : at + 4]) for at in (16, 20))
        assert (picture[:8], f"{width}x{height}") == (b"\x89PNG\r\n\x1a\n", icon["sizes"])
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
