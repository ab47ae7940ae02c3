"""Renditions in a folder: `<folder>/<two characters of the name>/<name>/<file>`.

`keep` returns when files and folders are on disk, and an object appears whole or not at all: its files are laid out in
`.incoming`, and one rename brings them to their place. What was killed in between is left there, and deleted in time.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from app.media.disk_calls import DiskCalls, refuse_without_room
from app.media.files import FileMissing, KeptName, check_file, check_name, is_name, storage_unavailable
from app.media.store_health import StoreHealth

PART_LENGTH = 2
"""Characters of a name that are the name of the folder which it is in."""
PIECE_BYTES = 128 * 1024
THREADS = 4
READ_SECONDS = 10.0
"""A disk that has not answered by then (a network's, mostly) is taken for broken."""
KEEP_SECONDS = 60.0
CHECK_SECONDS = 2.0
LEAST_FREE_BYTES = 200 * 2**20
"""Left to the database, which is on the same disk as a rule: when it cannot write any more nothing works."""
LEFTOVER_SECONDS = 86_400.0
INCOMING = ".incoming"
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_NO_LINKS = frozenset({errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS, errno.EACCES})


def path_in_folder(name: str, file: str) -> str:
    """Return where a folder has a file, from the folder on; raises FileMissing for what is no name."""
    check_name(name)
    check_file(file)
    return f"{_part_of(name)}/{name}/{file}"


def _part_of(name: str) -> str:
    return name[:PART_LENGTH].lower()


class FolderFiles:
    """MediaFiles in a folder of this machine, or one that several share."""

    def __init__(
        self,
        folder: Path,
        *,
        least_free_bytes: int = LEAST_FREE_BYTES,
        check_seconds: float = CHECK_SECONDS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._least_free_bytes = least_free_bytes
        self._now = now
        self._check_seconds = check_seconds
        self._probe: Future[None] | None = None
        self.health = StoreHealth(str(folder))
        self._calls = DiskCalls(self.health, threads=THREADS, name="media-files")

    async def keep(self, name: str, folder: Path, files: Sequence[str]) -> None:
        """Keep files under a new name, durably; they stay where they were too, for the caller to delete."""
        check_name(name)
        for file in files:
            check_file(file)
        await self._calls.run("keep", KEEP_SECONDS, self._keep, name, folder, tuple(files))

    async def open(self, name: str, file: str) -> OpenedFolderFile:
        """Open one file of an object; raises FileMissing."""
        check_name(name)
        check_file(file)
        handle, size = await self._calls.run("read", READ_SECONDS, _open_regular, self._place(name) / file)
        return OpenedFolderFile(self, handle, size)

    async def delete(self, name: str) -> None:
        """Delete an object: no file of it can be opened any more when this returns."""
        check_name(name)
        await self._calls.run("delete", KEEP_SECONDS, self._delete, name)

    async def names(self) -> AsyncIterator[KeptName]:
        """List every object, and delete what was left behind by those who were killed."""
        await self._calls.run("delete", KEEP_SECONDS, self._delete_leftovers)
        for part in await self._calls.run("read", READ_SECONDS, self._parts):
            for kept in await self._calls.run("read", READ_SECONDS, self._names_in, part):
                yield kept

    async def check(self) -> None:
        """Check that a file can be written, and that there is room; raises Unavailable within `check_seconds`."""
        if self._probe is not None and not self._probe.done():
            raise storage_unavailable()  # the one before still waits for the disk
        self._probe = self._calls.submit(self._write_and_delete)
        await self._calls.wait(self._probe, "keep", self._check_seconds)

    async def close(self) -> None:
        """Let the threads end; operations that are under way finish."""
        self._calls.close()

    async def read_piece(self, handle: int, start: int, length: int) -> bytes:
        """Read bytes of an opened file."""
        return await self._calls.run("read", READ_SECONDS, os.pread, handle, length, start)

    def _place(self, name: str) -> Path:
        return self._folder / _part_of(name) / name

    def _keep(self, name: str, source: Path, files: Sequence[str]) -> None:
        self._make_folder()
        refuse_without_room(self._folder, self._least_free_bytes)
        incoming, place = self._folder / INCOMING / name, self._place(name)
        incoming.mkdir(mode=0o700)
        try:
            for file in files:
                _link_or_copy(source / file, incoming / file)
                _sync(incoming / file)
            _sync(incoming)
            if not place.parent.is_dir():
                with suppress(FileExistsError):
                    place.parent.mkdir(mode=0o700)
                _sync(self._folder)
            incoming.rename(place)
            _sync(place.parent)
        except BaseException:
            shutil.rmtree(incoming, ignore_errors=True)
            raise

    def _make_folder(self) -> None:
        incoming = self._folder / INCOMING
        if incoming.is_dir():
            return
        missing = [each for each in (self._folder, *self._folder.parents) if not each.is_dir()]
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in (self._folder, *(path.parent for path in missing)):
            _sync(each)

    def _delete(self, name: str) -> None:
        place, gone = self._place(name), self._folder / INCOMING / f"{name}.gone"
        self._make_folder()
        try:
            place.rename(gone)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
            shutil.rmtree(gone)
            place.rename(gone)
        _sync(place.parent)
        shutil.rmtree(gone)

    def _delete_leftovers(self) -> None:
        incoming = self._folder / INCOMING
        for path in incoming.iterdir() if incoming.is_dir() else ():
            with suppress(FileNotFoundError):
                if self._now() - path.lstat().st_mtime > LEFTOVER_SECONDS:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _parts(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [path for path in self._folder.iterdir() if len(path.name) == PART_LENGTH and path.is_dir()]

    def _names_in(self, part: Path) -> list[KeptName]:
        found = []
        for path in part.iterdir():
            if not is_name(path.name):
                continue
            with suppress(FileNotFoundError):
                found.append(KeptName(path.name, max(0.0, self._now() - path.lstat().st_mtime)))
        return found

    def _write_and_delete(self) -> None:
        self._make_folder()
        refuse_without_room(self._folder, self._least_free_bytes)
        path = self._folder / INCOMING / f"check-{os.getpid()}"
        with path.open("wb") as file:
            file.write(b"\0")
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


class OpenedFolderFile:
    """One file of a folder, open."""

    def __init__(self, files: FolderFiles, handle: int, size: int) -> None:
        self._files = files
        self._handle: int | None = handle
        self._size = size

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        return self._size

    async def read(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Read bytes `start` to `end`, exclusive, in pieces of PIECE_BYTES."""
        end = self._size if end is None else min(end, self._size)
        while start < end:
            if self._handle is None:
                raise ValueError("the file is closed")
            piece = await self._files.read_piece(self._handle, start, min(PIECE_BYTES, end - start))
            if not piece:  # its length was promised to a client
                self._files.health.record_failure("read", "a file is shorter than it was when it was opened")
                raise storage_unavailable()
            start += len(piece)
            yield piece

    async def close(self) -> None:
        """Close it; a second time does nothing."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def _open_regular(path: Path) -> tuple[int, int]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _MISSING:
            raise FileMissing(path.name) from error
        raise
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise FileMissing(path.name)
    return handle, status.st_size


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copyfile(source, target, follow_symlinks=False)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
