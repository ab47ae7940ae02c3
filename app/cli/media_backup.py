"""The files of pictures, video and sound beside a backup: copied out of a folder, listed of a bucket, and put back.

`<backup>.media` has `manifest.json` and, of a folder, `<name>/<file>` of every upload that the backup names. It appears
whole, and on disk, before the backup is said to be made.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import Unavailable
from app.media.copies import copy_opened, digest_of, new_file, sync_folder
from app.media.files import FileMissing, MediaFiles
from app.storage.upkeep.archive import ArchivedFile, BackupFailed, list_archived_files

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class FilesOutcome:
    """The number of files that were copied or found, and those that are missing in the store, or in the copy.

    `others` are objects of the store that no upload of the backup has: of a restore alone.
    """

    files: int
    missing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def uploads_missing(self) -> int:
        """Return how many uploads lack a file."""
        return len({place.partition("/")[0] for place in self.missing})


def folder_of(backup: Path) -> Path:
    """Return the folder beside a backup that has its files."""
    return backup.with_name(f"{backup.name}.media")


async def back_up_files(files: MediaFiles, backup: Path, *, are_copied: bool) -> FilesOutcome:
    """Copy, or check and list, each file that a backup names. Raises BackupFailed."""
    wanted, target = list_archived_files(backup), folder_of(backup)
    if not wanted:
        return FilesOutcome(0)
    if target.exists():
        raise BackupFailed(f"{target} exists already: name a new file.")
    partial = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        partial.mkdir(mode=0o700)
        manifest, missing = await _copy_all(files, wanted, partial, are_copied=are_copied)
        _write(partial / MANIFEST, json.dumps({"files": manifest}, indent=1).encode())
        sync_folder(partial)
        partial.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise BackupFailed(f"The files could not be copied: {error.strerror or error}.") from error
    except Unavailable as error:
        raise BackupFailed(f"The files could not be copied: {error.detail}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return FilesOutcome(len(manifest), tuple(missing))


def verify_files(backup: Path) -> None:
    """Verify that each file beside a backup is what it was. Raises BackupFailed, before anything is written."""
    folder = folder_of(backup)
    for name, size, sha256 in _read_manifest(folder):
        if sha256 is None:
            continue
        path = folder / name
        try:
            found = digest_of(path)
        except OSError as error:
            raise BackupFailed(f"{path} is missing, or cannot be read: {error.strerror}.") from error
        if found != (size, sha256):
            raise BackupFailed(f"{path} has been altered since it was made. Use another backup.")


async def restore_files(files: MediaFiles, backup: Path) -> FilesOutcome:
    """Put back the files that a backup names and the store does not have, or not as they were. Raises BackupFailed.

    A copy of a bucket in the folder beside the backup is as good as what a backup has copied.
    """
    folder, restored = folder_of(backup), 0
    missing: list[str] = []
    by_name: dict[str, list[ArchivedFile]] = {}
    for each in list_archived_files(backup):
        by_name.setdefault(each.name, []).append(each)
    try:
        for name, wanted in by_name.items():
            lacking = await _lacking(files, wanted)
            if not lacking:
                continue
            if not all(_is_copied(folder, each) for each in wanted):
                missing += [f"{each.name}/{each.file}" for each in lacking]
                continue
            await files.delete(name)  # of which a part is there
            await files.keep(name, folder / name, [each.file for each in wanted])
            restored += len(wanted)
        others = [kept.name async for kept in files.names() if kept.name not in by_name]
    except OSError as error:
        raise BackupFailed(f"The files could not be put back: {error.strerror or error}.") from error
    except Unavailable as error:
        raise BackupFailed(f"The files could not be put back: {error.detail}") from error
    return FilesOutcome(restored, tuple(missing), tuple(sorted(others)))


async def _copy_all(
    files: MediaFiles, wanted: Sequence[ArchivedFile], folder: Path, *, are_copied: bool
) -> tuple[list[dict[str, object]], list[str]]:
    manifest: list[dict[str, object]] = []
    missing: list[str] = []
    for each in wanted:
        place = f"{each.name}/{each.file}"
        try:
            opened = await files.open(each.name, each.file)
        except FileMissing:  # deleted since the copy of the tables was made, or lost
            missing.append(place)
            continue
        try:
            digest = None
            if are_copied:
                (folder / each.name).mkdir(mode=0o700, exist_ok=True)
                digest = await copy_opened(opened, folder / place)
            manifest.append({"file": place, "size": opened.size, "sha256": digest})
        finally:
            await opened.close()
    return manifest, missing


async def _lacking(files: MediaFiles, wanted: Sequence[ArchivedFile]) -> list[ArchivedFile]:
    """Return those of the files that the store does not have, or has at another size."""
    lacking = []
    for each in wanted:
        try:
            opened = await files.open(each.name, each.file)
        except FileMissing:
            lacking.append(each)
            continue
        if opened.size != each.size:
            lacking.append(each)
        await opened.close()
    return lacking


def _is_copied(folder: Path, wanted: ArchivedFile) -> bool:
    path = folder / wanted.name / wanted.file
    return path.is_file() and path.stat().st_size == wanted.size


def _read_manifest(folder: Path) -> list[tuple[str, int, str | None]]:
    path = folder / MANIFEST
    if not path.exists():
        return []
    try:
        listed = json.loads(path.read_bytes())["files"]
        return [(str(each["file"]), int(each["size"]), each["sha256"]) for each in listed]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupFailed(f"{path} is damaged, and cannot be read. Use another backup.") from error


def _write(path: Path, content: bytes) -> None:
    with new_file(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
