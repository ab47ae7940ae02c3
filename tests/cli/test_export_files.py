"""The files of uploads beside an export: those that it names, in its own folder, and nothing that leads elsewhere."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli.control import Refused
from app.cli.imports.export_files import folder_of, keep_files, read_export, verify_files
from app.domain.clock import Micros
from app.domain.media import Media, MediaId, MediaWords
from app.media.files import FileMissing
from app.media.folder_files import FolderFiles
from app.newsroom.imports.export_shapes import ExportedMedia, exported_json
from app.wire.export_lines import LineWriter

pytestmark = pytest.mark.anyio

NAME = "Ab" + "c" * 22
CONTENT = b"picture"


def exported(**changes: object) -> ExportedMedia:
    """Make the line of an upload with one file."""
    media = Media(
        id=MediaId("0b0e7a52-3c0f-4a45-9d7b-1111aaaa1111"),
        name=NAME,
        version=1,
        kind="image",
        content_type="image/png",
        width=1,
        height=1,
        animated=False,
        duration_ms=None,
        placeholder=None,
        renditions=({"file": "1.webp", "type": "image/webp", "width": 1, "height": 1, "size": len(CONTENT)},),
        words=MediaWords(),
        created_at=Micros(0),
        created_by=None,
        created_by_token="",
        size_bytes=len(CONTENT),
        sha256="0" * 64,
    )
    value = ExportedMedia(media, {"1.webp": hashlib.sha256(CONTENT).hexdigest()})
    return dataclasses.replace(value, **changes)  # type: ignore[arg-type] # members of the line


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An export with the file of its upload beside it."""
    export = tmp_path / "night.ndjson"
    beside = folder_of(export) / NAME
    beside.mkdir(parents=True)
    (beside / "1.webp").write_bytes(CONTENT)
    return export


async def test_files_that_are_as_they_were_are_kept_once(source: Path, tmp_path: Path) -> None:
    files = FolderFiles(tmp_path / "media", least_free_bytes=0)
    for _ in range(2):
        verify_files(source, exported())
        await keep_files(source, exported(), files)
    opened = await files.open(NAME, "1.webp")
    assert opened.size == len(CONTENT)
    await opened.close()
    await files.close()


def _link(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to(file.with_name("elsewhere"))


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _linked_folder(file: Path) -> None:
    file.parent.rename(file.parent.with_name("elsewhere"))
    file.parent.symlink_to(file.parent.with_name("elsewhere"))


@pytest.mark.parametrize("replace", [_link, _pipe, _folder, _linked_folder])
async def test_what_is_no_regular_file_of_the_export_is_refused_and_never_kept(
    replace: Callable[[Path], None], source: Path, tmp_path: Path
) -> None:
    replace(folder_of(source) / NAME / "1.webp")
    files = FolderFiles(tmp_path / "media", least_free_bytes=0)
    with pytest.raises(Refused, match="Nothing was brought"):
        verify_files(source, exported())
    with pytest.raises(Refused, match="Nothing was brought"):
        await keep_files(source, exported(), files)
    with pytest.raises(FileMissing):
        await files.open(NAME, "1.webp")
    await files.close()


async def test_a_file_without_a_digest_is_not_kept(source: Path, tmp_path: Path) -> None:
    files = FolderFiles(tmp_path / "media", least_free_bytes=0)
    without = exported(digests={})
    verify_files(source, without)
    await keep_files(source, without, files)
    with pytest.raises(FileMissing):
        await files.open(NAME, "1.webp")
    await files.close()


@pytest.mark.parametrize(
    "change",
    [
        {"name": "/dev", "renditions": [{"file": "zero", "type": "image/webp", "size": 1}]},
        {"name": "../../../../../../../../etc", "renditions": [{"file": "a.webp", "type": "image/webp", "size": 1}]},
        {"renditions": [{"file": "../../a.webp", "type": "image/webp", "size": 1}]},
        {"renditions": [{"file": "a.webp", "type": "image/webp"}]},
        {"renditions": [{"type": "image/webp", "size": 1}]},
        {"renditions": [{"file": "a.webp", "type": "image/webp", "size": 1}] * 2},
    ],
)
def test_an_upload_that_is_none_is_refused_before_a_file_beside_is_looked_at(
    change: dict[str, Any], source: Path
) -> None:
    story = {"id": "0b0e7a52-3c0f-4a45-9d7b-2222aaaa2222", "slug": "night", "status": "draft", "version": 1}
    header = {"kind": "header", "format": 2, "release": "0", "exported_at": 0, "drafts": False, "former_slugs": []}
    header |= {"log": None, "story": {**story, "fields": {}, "settings": {}, "created_at": 0}}
    sound = exported_json(exported())
    writer = LineWriter()
    lines = [header, sound, {**sound, "media": {**sound["media"], **change}}]
    source.write_bytes(b"".join(map(writer.line, lines)))
    with pytest.raises(Refused, match=r"Line 3: .* is none of ours"), read_export(source) as values:
        list(values)
