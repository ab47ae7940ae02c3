"""The contract that every store of renditions keeps, run against a folder and a bucket."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from app.domain.errors import Unavailable
from app.media.files import FileMissing, MediaFiles, OpenedFile, new_name
from app.media.folder_files import FolderFiles
from app.media.s3_address import S3Address
from app.media.s3_files import S3Files
from tests.media.s3_emulator import CREDENTIALS, Emulator, running_emulator
from tests.ports import reserved_port

pytestmark = pytest.mark.anyio

CONTENT = {"320.webp": b"small", "2048.jpg": bytes(range(256)) * 12_000}  # the latter three megabytes


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with reserved_port() as port, running_emulator(port, tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture(params=["folder", "bucket", "bucket with a prefix"])
async def files(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MediaFiles]:
    """A store of each kind, empty."""
    files: MediaFiles
    if request.param == "folder":
        files = FolderFiles(tmp_path / "media", least_free_bytes=0)
    else:
        emulator: Emulator = request.getfixturevalue("emulator")
        prefix = "live/pictures" if "prefix" in request.param else ""
        address = S3Address(emulator.make_bucket(), prefix, emulator.url, "us-east-1")
        files = S3Files(address, credentials=CREDENTIALS, seconds=30)
    yield files
    await files.close()


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder as the decoder leaves it."""
    folder = tmp_path / "made"
    folder.mkdir()
    for file, content in CONTENT.items():
        (folder / file).write_bytes(content)
    (folder / "left-over.txt").write_bytes(b"not named to keep")
    return folder


async def _read(opened: OpenedFile, start: int = 0, end: int | None = None) -> bytes:
    try:
        return b"".join([piece async for piece in opened.read(start, end)])
    finally:
        await opened.close()


async def _names(files: MediaFiles) -> list[str]:
    return sorted({each.name async for each in files.names()})


async def test_what_is_kept_is_read_as_it_was(files: MediaFiles, made: Path) -> None:
    name = new_name()
    await files.keep(name, made, list(CONTENT))
    for file, content in CONTENT.items():
        opened = await files.open(name, file)
        assert opened.size == len(content)
        assert hashlib.sha256(await _read(opened)).digest() == hashlib.sha256(content).digest()


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, 0), (5, 5), (1_000, 2_000_000), (3_071_999, None), (3_072_000, None), (100, 10**9)]
)
async def test_any_range_is_read(files: MediaFiles, made: Path, start: int, end: int | None) -> None:
    name = new_name()
    await files.keep(name, made, list(CONTENT))
    assert await _read(await files.open(name, "2048.jpg"), start, end) == CONTENT["2048.jpg"][start:end]


async def test_large_files_come_in_pieces_and_a_reader_may_leave_half_way(files: MediaFiles, made: Path) -> None:
    name = new_name()
    await files.keep(name, made, list(CONTENT))
    opened = await files.open(name, "2048.jpg")
    pieces = opened.read()
    first = await anext(pieces)
    assert 0 < len(first) <= 2**20
    await pieces.aclose()  # type: ignore[attr-defined] # what async generators have
    await opened.close()
    await opened.close()


async def test_files_that_were_not_named_are_not_kept(files: MediaFiles, made: Path) -> None:
    name = new_name()
    await files.keep(name, made, ["320.webp"])
    for file in ("2048.jpg", "left-over.txt"):
        with pytest.raises(FileMissing):
            await files.open(name, file)
    assert (made / "320.webp").exists()  # the caller's own


async def test_what_is_deleted_is_gone_with_all_its_files(files: MediaFiles, made: Path) -> None:
    name, other = new_name(), new_name()
    await files.keep(name, made, list(CONTENT))
    await files.keep(other, made, list(CONTENT))
    await files.delete(name)
    for file in CONTENT:
        with pytest.raises(FileMissing):
            await files.open(name, file)
    assert await _names(files) == [other]
    await files.delete(name)
    assert await _read(await files.open(other, "320.webp")) == b"small"


async def test_every_object_is_listed_with_its_age(files: MediaFiles, made: Path) -> None:
    assert await _names(files) == []
    names = sorted(new_name() for _ in range(12))
    for name in names:
        await files.keep(name, made, list(CONTENT))
    assert await _names(files) == names
    assert all([0 <= each.age_seconds < 300 async for each in files.names()])


async def test_what_else_is_in_a_folder_is_not_listed(made: Path, tmp_path: Path) -> None:
    files = FolderFiles(tmp_path / "media", least_free_bytes=0)
    name = new_name()
    await files.keep(name, made, list(CONTENT))
    beside = tmp_path / "media" / name[:2].lower()
    (beside / ".DS_Store").write_bytes(b"")
    (beside / ("ä" * 24)).mkdir()
    (tmp_path / "media" / "lost+found").mkdir()
    (tmp_path / "media" / "lost+found" / new_name()).mkdir()
    assert await _names(files) == [name]
    await files.close()


async def test_what_else_is_in_a_bucket_is_not_listed(emulator: Emulator, made: Path) -> None:
    bucket = emulator.make_bucket()
    files = S3Files(S3Address(bucket, "", emulator.url, "us-east-1"), credentials=CREDENTIALS, seconds=30)
    names = sorted([new_name(), new_name(), "newsroom-archive-2023-full"])
    for name in names:
        await files.keep(name, made, list(CONTENT))
    others = (
        "logs/2024.txt",
        "a" * 30,
        "newsroom-archive-2024-full/1.jpg",
        "newsroom-archive-2024-full/a/1.jpg",
        "newsroom-archive-2025-full/0 Report.pdf",
        "newsroom-archive-2025-full/1.jpg",
    )
    async with httpx.AsyncClient(trust_env=False, timeout=40) as client:
        for path in others:
            (await client.put(f"{emulator.url}/{bucket}/{path}", content=b"x")).raise_for_status()
    assert await _names(files) == names
    await files.close()


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a" * 21, "../" + "a" * 22, "a" * 22 + "/b", "a" * 22 + "\0", "ä" * 24, "a" * 65, ".incoming"],
)
async def test_what_is_no_name_is_refused_everywhere(files: MediaFiles, made: Path, name: str) -> None:
    with pytest.raises(FileMissing):
        await files.keep(name, made, ["320.webp"])
    with pytest.raises(FileMissing):
        await files.open(name, "320.webp")
    with pytest.raises(FileMissing):
        await files.delete(name)


@pytest.mark.parametrize(
    "file", ["", "..", "../../etc/passwd", "320", "320.webp/..", "320.WEBP\n", "a b.jpg", "x.htmlx"]
)
async def test_what_is_no_file_is_refused_everywhere(files: MediaFiles, made: Path, file: str) -> None:
    name = new_name()
    await files.keep(name, made, ["320.webp"])
    with pytest.raises(FileMissing):
        await files.open(name, file)
    with pytest.raises(FileMissing):
        await files.keep(new_name(), made, [file])


async def test_a_file_that_cannot_be_read_leaves_nothing_behind(files: MediaFiles, made: Path) -> None:
    with pytest.raises((FileMissing, Unavailable)):
        await files.keep(new_name(), made, ["320.webp", "640.webp"])
    assert await _names(files) == []


async def test_many_are_kept_at_once(files: MediaFiles, made: Path) -> None:
    names = [new_name() for _ in range(20)]
    await asyncio.gather(*(files.keep(name, made, ["320.webp"]) for name in names))
    assert await _names(files) == sorted(names)


async def test_a_store_that_works_passes_its_check(files: MediaFiles) -> None:
    await files.check()
    await files.check()
    assert await _names(files) == []


async def test_nothing_in_a_bucket_is_public(emulator: Emulator, made: Path) -> None:
    bucket, name = emulator.make_bucket(), new_name()
    files = S3Files(S3Address(bucket, "", emulator.url, "us-east-1"), credentials=CREDENTIALS, seconds=30)
    await files.keep(name, made, list(CONTENT))
    assert emulator.is_private(bucket, f"{name}/320.webp")
