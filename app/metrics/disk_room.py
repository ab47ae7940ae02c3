"""The room that is left on the disks we write to, and the time of the last backup."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

BACKUP_MARK = "last-backup"
"""The empty file in the data folder whose time says when a backup last ended well."""


@dataclass(slots=True)
class DiskRoom:
    """The figures of the last look; none before the first, and none of a disk that is silent."""

    free_bytes: dict[str, int] = field(default_factory=dict)
    backup_at_seconds: float | None = None

    def put(self, name: str, count: int) -> None:
        """Put a folder's figure in place of its last one."""
        self.free_bytes = self.free_bytes | {name: count}

    def forget(self, name: str) -> None:
        """Forget the figure of a folder whose disk is silent."""
        self.free_bytes = {each: count for each, count in self.free_bytes.items() if each != name}


def free_bytes(folder: Path) -> int:
    """Ask a folder's disk, which may hang, for the bytes that we may still write. Raises OSError."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


def last_backup(data_dir: Path) -> float | None:
    """Return when a backup last ended well, in seconds; the disk may hang. Raises OSError."""
    try:
        return (data_dir / BACKUP_MARK).stat().st_mtime
    except FileNotFoundError:
        return None


def mark_backup(data_dir: Path) -> None:
    """Write down that a backup has ended well now. Raises OSError."""
    mark = data_dir / BACKUP_MARK
    mark.touch(mode=0o600)
    os.utime(mark)
