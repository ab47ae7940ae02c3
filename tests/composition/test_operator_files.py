"""The operator's own files, on a disk that has gone silent: a pipe to which nobody writes is as silent."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.composition.operator_files import read_operator_files
from app.settings import Settings, UnusableSettings
from tests.waiting import until

pytestmark = pytest.mark.anyio
SOON = 20.0


@contextmanager
def silent_file(path: Path) -> Iterator[Path]:
    """A file that cannot be opened until the end."""
    os.mkfifo(path)
    yield path
    os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))  # the thread that is stuck in it comes back


@pytest.mark.parametrize(("name", "file"), [("theme_dir", "harbour/theme.css"), ("embed_providers", "providers.toml")])
async def test_a_disk_that_says_nothing_ends_the_start_with_the_name_of_the_setting(
    tmp_path: Path, name: str, file: str
) -> None:
    (tmp_path / "harbour").mkdir()
    given = {name: tmp_path if name == "theme_dir" else tmp_path / file}
    settings = Settings(public_url="https://live.example", data_dir=tmp_path).model_copy(update=given)
    refused = f"^LIVEBLOG_{name.upper()}: cannot be read: its disk has not answered within 0.2 s$"
    with silent_file(tmp_path / file):
        async with asyncio.timeout(SOON):
            with pytest.raises(UnusableSettings, match=refused):
                await read_operator_files(settings, within_seconds=0.2)


async def test_a_start_that_is_broken_off_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    settings = Settings(public_url="https://live.example", data_dir=tmp_path, embed_providers=tmp_path / "pipe")
    with silent_file(tmp_path / "pipe"):
        before = set(threading.enumerate())
        starting = asyncio.create_task(read_operator_files(settings))
        await until(lambda: set(threading.enumerate()) - before)  # the thread that reads is there
        starting.cancel()
        async with asyncio.timeout(SOON):
            with pytest.raises(asyncio.CancelledError):
                await starting


async def test_files_that_are_there_are_read(tmp_path: Path) -> None:
    (tmp_path / "harbour").mkdir()
    (tmp_path / "harbour" / "theme.css").write_text(".entry { padding: 2rem; }")
    themes = await read_operator_files(
        Settings(public_url="https://live.example", data_dir=tmp_path, theme_dir=tmp_path)
    )
    assert list(themes.known) == ["harbour"]
