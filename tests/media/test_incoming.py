"""The folder where uploads come in: nothing is left in it, and its disk is not waited for longer than it may take."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from pathlib import Path

import pytest

from app.domain.errors import Unavailable
from app.media.incoming import UNLOCKED_SECONDS, IncomingFolder

pytestmark = pytest.mark.anyio

LATER = 2 * UNLOCKED_SECONDS


def _incoming(folder: Path, **settings: float) -> IncomingFolder:
    return IncomingFolder(folder / "incoming", least_free_bytes=0, **settings)  # type: ignore[arg-type]


def _upload_and_hang(folder: Path, made: Path) -> None:
    upload = asyncio.run(_incoming(folder).make())
    upload.source.write_bytes(b"half of it")
    made.touch()
    signal.pause()


async def test_what_a_killed_process_left_is_deleted_and_the_upload_of_one_that_lives_is_not(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_upload_and_hang, args=(tmp_path, tmp_path / "made"), daemon=True)
    process.start()
    async with asyncio.timeout(30):
        while not (tmp_path / "made").exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.02)  # between two looks
    own = _incoming(tmp_path)
    upload = await own.make()
    (theirs,) = [path for path in own.folder.iterdir() if path != upload.path]
    looking = IncomingFolder(own.folder, least_free_bytes=0, now=lambda: os.stat(theirs).st_mtime + LATER)
    assert await looking.delete_leftovers() == 0
    process.kill()
    process.join()
    assert await looking.delete_leftovers() == 1
    assert list(own.folder.iterdir()) == [upload.path]
    await own.delete(upload)
    assert list(own.folder.iterdir()) == []


async def test_a_folder_that_has_just_been_made_is_not_taken_for_left(tmp_path: Path) -> None:
    incoming = _incoming(tmp_path)
    (incoming.folder / "upload-new").mkdir(parents=True)
    assert await incoming.delete_leftovers() == 0


async def test_a_disk_that_hangs_costs_an_upload_its_time_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    patient, incoming = _incoming(tmp_path), _incoming(tmp_path, write_seconds=0.2)
    upload = await patient.make()  # a disk that others use too may take longer than the time of a test's write
    answers = threading.Event()

    def hang() -> None:
        answers.wait(20)

    with caplog.at_level(logging.INFO):
        for _ in range(8):  # more than it has threads
            with pytest.raises(Unavailable) as refused:
                await incoming.write(hang)
            assert refused.value.code == "media_unavailable"
        answers.set()
        async with asyncio.timeout(20):
            while incoming.health.failures:
                try:
                    await incoming.write(lambda: None)
                except Unavailable:
                    continue
                break
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "no answer within 0.2 s" in said[0]
    assert "again" in said[1]
    await patient.delete(upload)


async def test_a_full_disk_is_said_once_though_what_was_made_can_be_deleted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    incoming = _incoming(tmp_path)
    uploads = [await incoming.make() for _ in range(2)]
    incoming._least_free_bytes = 2**62
    with caplog.at_level(logging.INFO):
        for upload in uploads:
            with pytest.raises(Unavailable) as refused:
                await incoming.write(lambda: None)
            assert refused.value.code == "media_storage_full"
            await incoming.delete(upload)
        with pytest.raises(Unavailable):
            await incoming.check()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert incoming.health.failures == 3
