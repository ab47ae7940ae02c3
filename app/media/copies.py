"""Copies of uploads' files beside a backup or an export: on disk, their owner's alone, and known by a digest."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from app.media.files import OpenedFile

_PIECE_BYTES = 1024 * 1024


async def copy_opened(opened: OpenedFile, target: Path) -> str:
    """Copy an open file to a new one in a folder that there is, and return its SHA-256. It is on disk then.

    Raises Unavailable if the store fails, OSError if the disk does.
    """
    counted = hashlib.sha256()
    with new_file(target) as copy:
        async for piece in opened.read():
            counted.update(piece)
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    sync_folder(target.parent)
    return counted.hexdigest()


def new_file(path: Path) -> BinaryIO:
    """Open a new file for writing that nobody but its owner can read. Raises FileExistsError, OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def digest_of(path: Path) -> tuple[int, str]:
    """Return a file's size and its SHA-256. Raises OSError, for what is no regular file as well."""
    counted, size = hashlib.sha256(), 0
    with _open_regular(path) as file:
        while piece := file.read(_PIECE_BYTES):
            counted.update(piece)
            size += len(piece)
    return size, counted.hexdigest()


def _open_regular(path: Path) -> BinaryIO:
    """Open a file, and neither follow a link nor wait for a pipe or a device."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "It is no regular file", str(path))
    return os.fdopen(handle, "rb")


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be on disk, as the files behind them are. Raises OSError."""
    _sync(folder)


def sync_tree(folder: Path) -> None:
    """Let every file below a folder be on disk, and then the names in each of its folders. Raises OSError."""
    for within, _, names in os.walk(folder, topdown=False):
        for name in names:
            _sync(Path(within, name))
        _sync(Path(within))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
