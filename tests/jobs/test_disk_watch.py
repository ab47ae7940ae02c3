"""The job that looks at our disks: what is left, when a backup was made, and nothing of a disk that says nothing."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from app.jobs.disk_watch import disk_watch_job
from app.metrics.disk_room import BACKUP_MARK, DiskRoom, mark_backup
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_it_finds_what_is_left_and_the_last_backup(tmp_path: Path) -> None:
    room = DiskRoom()
    job = disk_watch_job(room, {"data": tmp_path}, data_dir=tmp_path)
    await job.run()
    there = os.statvfs(tmp_path)
    assert room.free_bytes["data"] == pytest.approx(there.f_bavail * there.f_frsize, rel=0.2)
    backups = [room.backup_at_seconds]
    mark_backup(tmp_path)
    os.utime(tmp_path / BACKUP_MARK, (1_000, 1_000))
    await job.run()
    backups.append(room.backup_at_seconds)
    mark_backup(tmp_path)
    await job.run()
    backups.append(room.backup_at_seconds)
    assert backups == [None, 1_000, (tmp_path / BACKUP_MARK).stat().st_mtime]
    assert backups[2] != 1_000


async def test_a_folder_that_is_away_has_no_figure_until_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    room = DiskRoom()
    job = disk_watch_job(room, {"database": folder}, data_dir=tmp_path)
    await job.run()
    folder.rmdir()
    for _ in range(2):
        with pytest.raises(OSError, match="disk"):
            await job.run()
    assert room.free_bytes == {}
    folder.mkdir()
    await job.run()
    assert set(room.free_bytes) == {"database"}


async def test_of_a_disk_that_hangs_no_old_figure_is_told_and_those_of_others_are_and_it_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung, sound = tmp_path / "hung", tmp_path / "sound"
    for folder in (hung, sound):
        folder.mkdir()
    mark_backup(sound)
    room = DiskRoom({"data": 5, "database": 6})
    job = disk_watch_job(room, {"data": hung, "database": sound}, data_dir=sound)
    released = threading.Event()
    asked: list[Path] = []
    statvfs = os.statvfs

    def hang(folder: Path) -> os.statvfs_result:
        asked.append(folder)
        if folder == hung:
            released.wait(20)
        return statvfs(folder)

    monkeypatch.setattr(os, "statvfs", hang)
    hanging = asyncio.ensure_future(job.run())
    await until(lambda: room.free_bytes["database"] != 6 and room.backup_at_seconds is not None)
    for _ in range(3):  # as an attempt is abandoned, and others follow
        with pytest.raises(TimeoutError, match="the disk of data says nothing"):
            await job.run()
    assert room.free_bytes.keys() == {"database"}
    assert asked.count(hung) == 1
    released.set()
    await hanging
    assert room.free_bytes.keys() == {"data", "database"}


async def test_a_folder_that_is_away_takes_no_figure_of_another_with_it(tmp_path: Path) -> None:
    room = DiskRoom()
    job = disk_watch_job(room, {"away": tmp_path / "away", "data": tmp_path}, data_dir=tmp_path)
    with pytest.raises(OSError, match="away"):
        await job.run()
    assert room.free_bytes.keys() == {"data"}
