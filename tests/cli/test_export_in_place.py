"""An export's lines and the folder beside them get their names both, or neither, on any file system."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from app.cli.control import Refused
from app.cli.imports.export_files import put_both_in_place
from app.cli.imports.html_export import write_pages
from app.storage.upkeep.scratch_files import put_in_place


class Written(NamedTuple):
    """What was written under names of its own, and the names that it is to have."""

    partial: Path
    target: Path
    partial_folder: Path
    folder: Path


@pytest.fixture
def written(tmp_path: Path) -> Written:
    made = Written(*(tmp_path / name for name in (".partial", "night", ".partial.media", "night.media")))
    made.partial.write_text("lines")
    made.partial_folder.mkdir()
    (made.partial_folder / "file").write_text("bytes")
    return made


def _without_links(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("has_links", [True, False])
def test_both_get_their_names(written: Written, has_links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_links:
        monkeypatch.setattr(os, "link", _without_links)
    put_both_in_place(*written)
    assert written.target.read_text() == "lines"
    assert (written.folder / "file").read_text() == "bytes"
    assert not written.partial_folder.exists()


def test_where_the_lines_have_appeared_meanwhile_neither_does(written: Written) -> None:
    written.target.write_text("another's")
    with pytest.raises(Refused, match="exists already"):
        put_both_in_place(*written)
    assert written.target.read_text() == "another's"
    assert not written.folder.exists()
    assert written.partial_folder.exists(), "it is deleted with what is partial"


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("new")
    (tmp_path / "b").write_text("old")
    with pytest.raises(FileExistsError):
        put_in_place(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "old"


@pytest.mark.anyio
async def test_pages_have_their_name_once_they_and_their_names_are_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, bool]] = []
    really_sync = os.fsync
    folder = tmp_path / "pages"

    def sync(handle: int) -> None:
        path = os.readlink(f"/proc/self/fd/{handle}")
        synced.append((path.replace(f".pages-{os.getpid()}", "partial"), folder.exists()))
        really_sync(handle)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/stories/night":
            return httpx.Response(200, json={"url": "https://live.example/stories/night"})
        if request.url.path == "/stories/night":
            return httpx.Response(200, html='<html><body><img src="/media/a/b.webp" alt=""></body></html>')
        return httpx.Response(200, content=b"bytes")

    monkeypatch.setattr(os, "fsync", sync)
    headers = {"Authorization": "Bearer of-the-operator"}
    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://liveblog", headers=headers) as api:
        written = await write_pages(api, "night", folder)
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert (written.pages, len(files)) == (1, 2)
    before = {path for path, is_in_place in synced if not is_in_place}
    partial = tmp_path / "partial"
    assert before == {str(partial / each.relative_to(folder)) for each in folder.rglob("*")} | {str(partial)}
    assert synced[-1] == (str(tmp_path), True)
