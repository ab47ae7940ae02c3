"""A folder of renditions: on disk before it is acknowledged, whole or not there, and clear when the disk is full."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import Unavailable
from app.media.files import FileMissing, new_name
from app.media.folder_files import LEFTOVER_SECONDS, FolderFiles
from tests.needs import require

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
NAME = "Ab" + "c" * 22
KEEP = f"""
import asyncio, sys
from pathlib import Path
from app.media.folder_files import FolderFiles
async def keep():
    await FolderFiles(Path(sys.argv[1]) / "deep" / "media", least_free_bytes=0).keep(
        "{NAME}", Path(sys.argv[1]) / "made", ["1.jpg", "1.webp"])
    print("kept", flush=True)
asyncio.run(keep())
"""

CHECK = """
import asyncio, resource, sys
from pathlib import Path
from app.domain.errors import Unavailable
from app.media.folder_files import FolderFiles
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    asyncio.run(FolderFiles(Path(sys.argv[1]) / "media", least_free_bytes=0, check_seconds=40).check())
except Unavailable as error:
    print(error.code)
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    folder.mkdir()
    for file in ("1.jpg", "1.webp"):
        (folder / file).write_bytes(b"picture")
    return folder


async def test_files_and_folders_are_on_disk_before_it_is_acknowledged(made: Path, tmp_path: Path) -> None:
    require("strace", found=shutil.which("strace") is not None, reason="install the strace package")
    trace = tmp_path / "trace"
    calls = "trace=fsync,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,write"
    await asyncio.to_thread(
        subprocess.run,
        ["strace", "-f", "-y", "-s", "100", "-e", calls, "-o", str(trace), sys.executable, "-c", KEEP, str(tmp_path)],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True, timeout=50,
    )  # fmt: skip
    lines = await asyncio.to_thread(lambda: trace.read_text().splitlines())
    media = tmp_path / "deep" / "media"
    synced = [match[1] for line in lines if (match := re.search(r"fsync\(\d+<([^>]*)>", line))]
    renamed = next(number for number, line in enumerate(lines) if re.search(r"rename\w*\(", line) and NAME in line)
    answered = next(number for number, line in enumerate(lines) if "write(1<" in line and '"kept' in line)

    def at(path: Path) -> list[int]:
        return [number for number, line in enumerate(lines) if re.search(rf"fsync\(\d+<{re.escape(str(path))}>", line)]

    incoming = media / ".incoming" / NAME
    for path in (incoming / "1.jpg", incoming / "1.webp", incoming):
        assert at(path), synced
        assert at(path)[0] < renamed
    # The folder it is in after the rename, and each folder that was made above it.
    assert renamed < at(media / "ab")[-1] < answered
    for path in (media, tmp_path / "deep", tmp_path):
        assert at(path), synced
        assert at(path)[-1] < answered


async def test_without_room_it_is_refused_with_a_sentence_and_nothing_is_left(
    made: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = FolderFiles(tmp_path / "media", least_free_bytes=2**60)
    for attempt in (files.keep(new_name(), made, ["1.jpg"]), files.keep(new_name(), made, ["1.jpg"]), files.check()):
        with pytest.raises(Unavailable) as refused:
            await attempt
        assert refused.value.code == "media_storage_full"
        assert "no room left" in refused.value.detail
    assert [each async for each in files.names()] == []
    assert files.health.failures == 3
    assert len([record for record in caplog.records if "cannot be read or kept" in record.getMessage()]) == 1
    assert _inside(tmp_path / "media" / ".incoming") == []


async def test_a_check_writes_and_so_finds_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    """In a process that may write files of no length, as on a disk that is full."""
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", CHECK, str(tmp_path)], cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
        check=True, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    assert done.stdout == "media_unavailable\n"
    assert "File too large" in done.stderr


async def test_a_folder_that_cannot_be_written_is_refused_and_said_once_and_so_is_its_return(
    made: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    (tmp_path / "media").write_text("a file in the place of the folder")
    files = FolderFiles(tmp_path / "media", least_free_bytes=0)
    for _ in range(3):
        with pytest.raises(Unavailable) as refused:
            await files.keep(new_name(), made, ["1.jpg"])
        assert refused.value.code == "media_unavailable"
    (tmp_path / "media").unlink()
    await files.keep(new_name(), made, ["1.jpg"])
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


async def test_a_name_that_is_there_is_never_written_over(made: Path, tmp_path: Path) -> None:
    files = FolderFiles(tmp_path / "media", least_free_bytes=0)
    await files.keep(NAME, made, ["1.jpg"])
    with pytest.raises(Unavailable):
        await files.keep(NAME, made, ["1.webp"])
    opened = await files.open(NAME, "1.jpg")
    assert opened.size == len(b"picture")
    await opened.close()
    with pytest.raises(FileMissing):
        await files.open(NAME, "1.webp")
    assert _inside(tmp_path / "media" / ".incoming") == []


async def test_a_link_in_the_place_of_a_file_is_not_followed(made: Path, tmp_path: Path) -> None:
    files = FolderFiles(tmp_path / "media", least_free_bytes=0)
    await files.keep(NAME, made, ["1.jpg"])
    _replace_by_link(tmp_path / "media" / "ab" / NAME / "1.jpg")
    with pytest.raises((FileMissing, Unavailable)):
        await files.open(NAME, "1.jpg")


async def test_what_was_left_half_kept_is_deleted_in_time_and_never_listed(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path / "media", least_free_bytes=0, now=lambda: time.time() + LEFTOVER_SECONDS + 60)
    young = FolderFiles(tmp_path / "media", least_free_bytes=0)
    _make_leftover(tmp_path / "media" / ".incoming" / NAME)
    assert [each async for each in young.names()] == []
    assert _inside(tmp_path / "media" / ".incoming") == [NAME]
    assert [each async for each in files.names()] == []
    assert _inside(tmp_path / "media" / ".incoming") == []


async def test_a_disk_that_hangs_costs_an_operation_its_time_and_a_check_no_second_thread(tmp_path: Path) -> None:
    """A named pipe without a reader in the place of the folder's probe: opening it never ends."""
    files = FolderFiles(tmp_path / "media", least_free_bytes=0, check_seconds=0.3)
    await _until_it_passes(files)
    pipe = tmp_path / "media" / ".incoming" / f"check-{os.getpid()}"
    os.mkfifo(pipe)
    before = threading.active_count()
    for _ in range(50):
        with pytest.raises(Unavailable) as refused:
            await files.check()
        assert refused.value.code == "media_unavailable"
    assert threading.active_count() <= before + 1
    reader = await asyncio.to_thread(os.open, pipe, os.O_RDONLY | os.O_NONBLOCK)  # lets the waiting thread go
    await files.close()
    os.close(reader)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder on another file system than the temporary one."""
    memory = Path("/dev/shm")  # noqa: S108 - what is made there is removed
    require("another file system", found=memory.is_dir(), reason="mount one in the place of shared memory")
    folder = memory / f"liveblog-test-{os.getpid()}"
    _write(folder / "1.jpg", b"from afar")
    yield folder
    shutil.rmtree(folder)


async def test_a_file_on_another_disk_is_copied(tmp_path: Path, elsewhere: Path) -> None:
    files = FolderFiles(tmp_path / "media", least_free_bytes=0)
    await files.keep(NAME, elsewhere, ["1.jpg"])
    opened = await files.open(NAME, "1.jpg")
    assert [piece async for piece in opened.read()] == [b"from afar"]
    await opened.close()


async def _until_it_passes(files: FolderFiles) -> None:
    """A disk that others use too may take longer than the time of a test's check."""
    for _ in range(100):
        try:
            return await files.check()
        except Unavailable:
            await asyncio.sleep(0.1)  # between two tries
    raise AssertionError("it never passed")


def _inside(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _make_leftover(folder: Path) -> None:
    _write(folder / "1.jpg", b"half")


def _replace_by_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/hostname")
