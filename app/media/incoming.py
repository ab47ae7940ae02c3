"""The folder where uploads come in, each in a folder of its own that its process holds locked for as long as it lives.

What a process left behind that was killed is locked by nobody, and is deleted by whoever looks next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import Unavailable
from app.media.disk_calls import DiskCalls, refuse_without_room
from app.media.files import storage_unavailable
from app.media.folder_files import LEAST_FREE_BYTES
from app.media.store_health import StoreHealth

THREADS = 4
WRITE_SECONDS = 10.0
"""Time for a piece of an upload, with its wait for a thread; a disk that has not taken it by then is broken."""
DELETE_SECONDS = 10.0
CHECK_SECONDS = 2.0
UNLOCKED_SECONDS = 60.0
"""A folder younger than this may be about to be locked by the process that has just made it."""
PREFIX = "upload-"


@dataclass(frozen=True, slots=True)
class UploadFolder:
    """One upload's own folder: `source` is what was sent, `converted` the empty folder for what is made of it."""

    lock: int
    path: Path

    @property
    def source(self) -> Path:
        """Return the file that was sent."""
        return self.path / "source"

    @property
    def converted(self) -> Path:
        """Return the folder for what is made of it."""
        return self.path / "converted"


class IncomingFolder:
    """The uploads of one process that come in, or are converted. All calls end within their time."""

    def __init__(
        self,
        folder: Path,
        *,
        least_free_bytes: int = LEAST_FREE_BYTES,
        write_seconds: float = WRITE_SECONDS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.health = StoreHealth(str(folder))
        self._least_free_bytes = least_free_bytes
        self._write_seconds = write_seconds
        self._now = now
        self._probe: Future[None] | None = None
        self._calls = DiskCalls(self.health, threads=THREADS, name="incoming")

    async def make(self) -> UploadFolder:
        """Make the folder of a new upload. Raises Unavailable."""
        return UploadFolder(*await self._calls.run("keep", self._write_seconds, self._make))

    async def write(self, call: Callable[[], None]) -> None:
        """Run a call that writes to an upload, if there is room. Raises Unavailable."""
        await self._calls.run("keep", self._write_seconds, self._write, call)

    async def delete(self, made: UploadFolder) -> None:
        """Delete an upload's folder; what cannot be deleted now is found later."""
        try:
            with suppress(Unavailable):
                await self._calls.run("delete", DELETE_SECONDS, shutil.rmtree, made.path)
        finally:
            os.close(made.lock)

    async def check(self) -> None:
        """Check that uploads can be written; raises Unavailable within CHECK_SECONDS."""
        if self._probe is not None and not self._probe.done():
            raise storage_unavailable()  # the one before still waits for the disk
        self._probe = self._calls.submit(self._write_and_delete)
        await self._calls.wait(self._probe, "keep", CHECK_SECONDS)

    async def delete_leftovers(self) -> int:
        """Delete what processes left that have ended; return how many uploads that was. Raises Unavailable."""
        return await self._calls.run("delete", DELETE_SECONDS, self.delete_unlocked)

    def delete_unlocked(self) -> int:
        """Delete the folders that nobody holds; blocks. Raises OSError."""
        deleted = 0
        for path in self.folder.glob(f"{PREFIX}*"):
            with suppress(FileNotFoundError, BlockingIOError):  # gone meanwhile, or an upload of a process that lives
                if self._now() - path.lstat().st_mtime <= UNLOCKED_SECONDS:
                    continue
                lock = _lock(path)
                try:
                    shutil.rmtree(path)
                finally:
                    os.close(lock)
                deleted += 1
        return deleted

    def close(self) -> None:
        """Let the threads end."""
        self._calls.close()

    def _make(self) -> tuple[int, Path]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_without_room(self.folder, self._least_free_bytes)
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self.folder))
        lock = _lock(path)
        try:
            (path / "converted").mkdir(mode=0o700)
        except BaseException:
            os.close(lock)
            raise
        return lock, path

    def _write_and_delete(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_without_room(self.folder, self._least_free_bytes)
        path = self.folder / f"check-{os.getpid()}"
        path.write_bytes(b"\0")
        path.unlink()

    def _write(self, call: Callable[[], None]) -> None:
        refuse_without_room(self.folder, self._least_free_bytes)
        call()


def _lock(path: Path) -> int:
    """Open a folder and lock it for this process alone, until it is closed or the process ends. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(handle)
        raise
    return handle
