"""Looks now and then how much room our disks have, so that an operator is told before one is full."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.jobs.job import Job, run_in_thread
from app.metrics.disk_room import DiskRoom, free_bytes, last_backup

PAUSE_SECONDS = 5.0
LIMIT_SECONDS = 10.0

Answer = TypeVar("Answer")


def disk_watch_job(room: DiskRoom, folders: Mapping[str, Path], *, data_dir: Path) -> Job:
    """Make the job that brings `room` up to date. A disk that says nothing, or fails, leaves no figure behind and takes
    that of no other with it; it fails the attempt, and is not asked again until it has answered.
    """
    asked: set[str] = set()

    async def look(name: str, ask: Callable[[], Answer], take: Callable[[Answer], None]) -> None:
        if name in asked:  # in a thread that has not come back
            room.forget(name)
            raise TimeoutError(f"the disk of {name} says nothing")
        asked.add(name)
        try:
            take(await run_in_thread(ask))
        except OSError:
            room.forget(name)
            raise
        finally:
            asked.discard(name)

    def take_backup(at_seconds: float | None) -> None:
        room.backup_at_seconds = at_seconds

    async def run() -> None:
        looks = [look(name, partial(free_bytes, folder), partial(room.put, name)) for name, folder in folders.items()]
        backup = look("the last backup", partial(last_backup, data_dir), take_backup)
        found = await asyncio.gather(*looks, backup, return_exceptions=True)
        for error in found:
            if error is not None:
                raise error

    return Job("disk watch", run=run, pause_seconds=lambda: PAUSE_SECONDS, limit_seconds=LIMIT_SECONDS)
