"""A story as a folder of pages that need no server, with all that they show beside them."""

from __future__ import annotations

import asyncio
import base64
import mimetypes
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from app.cli.control import Refused, ask, refusal_of
from app.cli.imports.static_pages import StaticNames, entries_on, inline_urls, older_position, static_page
from app.media.copies import sync_folder, sync_tree

MAX_PAGES = 20_000
INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class WrittenPages:
    """The number of pages that were written, and of files beside; `missing` are files that the server did not have."""

    pages: int
    files: int
    missing: tuple[str, ...]


async def write_pages(api: httpx.AsyncClient, story: str, folder: Path) -> WrittenPages:
    """Write the pages of a public story to a new folder; all of it appears, and on disk, or nothing. Raises Refused."""
    partial = _partial_folder(folder)
    try:
        written = await _write(api, story, partial)
        await asyncio.to_thread(sync_tree, partial)
        partial.rename(folder)
        await asyncio.to_thread(sync_folder, folder.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return written


async def _write(api: httpx.AsyncClient, story: str, folder: Path) -> WrittenPages:
    state = await ask(api, "GET", f"/v1/stories/{quote(story, safe='')}")
    url = urlsplit(state["url"])
    origin = f"{url.scheme}://{url.netloc}"
    host = {"Host": url.netloc}
    pages: dict[str, str] = {}
    entries: dict[str, str] = {}
    position: str | None = ""
    # Twice: what a link leads to is known once all pages are.
    while position is not None:
        name = INDEX if not pages else f"page-{len(pages) + 1}.html"
        html = await _page(api, url.path, position, host)
        entries |= dict.fromkeys(entries_on(html), name)
        pages[position] = name
        (folder / f"{name}.read").write_text(html, encoding="utf-8")
        position = older_position(html)
        if position in pages or len(pages) > MAX_PAGES:
            raise Refused("The pages of this story do not end.")
    names = StaticNames(origin, url.path, pages, entries)
    files: dict[str, str] = {}
    styles: dict[str, str] = {}
    for name in pages.values():
        read = folder / f"{name}.read"
        page = static_page(read.read_text(encoding="utf-8"), names)
        (folder / name).write_text(page.html, encoding="utf-8")
        read.unlink()
        files |= page.files
        styles |= page.styles
    for address, name in styles.items():
        await _write_style(api, address, folder / name, host)
    missing = [address for address, name in files.items() if not await _write_file(api, address, folder / name, host)]
    return WrittenPages(len(pages), len(files) + len(styles) - len(missing), tuple(missing))


async def _page(api: httpx.AsyncClient, path: str, position: str, host: dict[str, str]) -> str:
    answer = await api.send(_as_reader(api, path, host, position=position))
    if not answer.is_success:
        raise Refused(refusal_of(answer))
    return answer.text


async def _write_style(api: httpx.AsyncClient, address: str, target: Path, host: dict[str, str]) -> None:
    css = (await api.send(_as_reader(api, _path(address), host))).raise_for_status().text
    found: dict[str, str | None] = {}

    def note(named: str) -> str | None:
        return found.setdefault(named, None)

    inline_urls(css, address, note)
    for named in found:
        if named.startswith(f"{urlsplit(address).scheme}://{urlsplit(address).netloc}/"):
            answer = await api.send(_as_reader(api, _path(named), host))
            if answer.is_success:
                kind = answer.headers.get("content-type") or mimetypes.guess_type(named)[0] or ""
                found[named] = f"data:{kind.partition(';')[0]};base64,{base64.b64encode(answer.content).decode()}"
    _write_text(target, inline_urls(css, address, found.get))


async def _write_file(api: httpx.AsyncClient, address: str, target: Path, host: dict[str, str]) -> bool:
    answer = await api.send(_as_reader(api, _path(address), host), stream=True)
    try:
        if not answer.is_success:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            async for piece in answer.aiter_bytes():
                file.write(piece)
    finally:
        await answer.aclose()
    return True


def _as_reader(api: httpx.AsyncClient, path: str, host: dict[str, str], *, position: str = "") -> httpx.Request:
    """Make a request without the operator's token: what a page names was written by others, for readers to get."""
    request = api.build_request("GET", path, params={"position": position} if position else None, headers=host)
    del request.headers["Authorization"]
    return request


def _partial_folder(folder: Path) -> Path:
    """Make the folder that becomes the new one once all is in it. Raises Refused where there is one already."""
    if folder.exists():
        raise Refused(f"{folder} exists already: name a new folder.")
    partial = folder.with_name(f".{folder.name}-{os.getpid()}")
    partial.mkdir(mode=0o700)
    return partial


def _write_text(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
