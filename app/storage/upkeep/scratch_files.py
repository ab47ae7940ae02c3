"""Files that only live while a backup or a restore runs. One that was killed leaves its file, which the next removes.

Each is locked by the process that works on it, so that what nobody has locked was left behind.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

BACKUP_PREFIX = ".liveblog-backup-"
RESTORE_PREFIX = "liveblog-restore-"


@contextmanager
def new_scratch_file(folder: Path, prefix: str) -> Generator[Path]:
    """Make an empty file, readable by its owner alone, and delete it at the end of the block. Raises OSError."""
    remove_leftovers(folder, prefix)
    handle, name = tempfile.mkstemp(dir=folder, prefix=prefix)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
        os.close(handle)


def remove_leftovers(folder: Path, prefix: str) -> int:
    """Delete the scratch files in a folder that nobody works on any more; return how many there were."""
    removed = 0
    for path in folder.glob(f"{prefix}*"):
        with suppress(OSError):  # another account's, or another process was faster
            handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
                removed += 1
            finally:
                os.close(handle)
    return removed


def remove_restore_leftovers() -> int:
    """Delete what restores that were killed have left; each may hold all there is."""
    return remove_leftovers(Path(tempfile.gettempdir()), RESTORE_PREFIX)


def put_in_place(partial: Path, target: Path) -> None:
    """Give a file that is whole the name that it is to have, on disk. Raises FileExistsError, OSError."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(partial, target)  # which never replaces a file that has appeared meanwhile
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        partial.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot sync a folder
            os.fsync(folder)
    finally:
        os.close(folder)
