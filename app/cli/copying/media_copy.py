"""The files of uploads, copied from one store to another: each read back from where it is then."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import Unavailable
from app.media.copies import copy_opened
from app.media.files import FileMissing, MediaFiles, OpenedFile
from app.storage.copying.sources import DatabaseNotCopied
from app.storage.upkeep.archive import ArchivedFile
from app.storage.upkeep.table_rows import Progress


@dataclass(frozen=True, slots=True)
class FilesCopied:
    """The number of files that the target has now, and those that the source does not have."""

    files: int
    missing: tuple[str, ...]


async def copy_files(
    source: MediaFiles, target: MediaFiles, wanted: Sequence[ArchivedFile], *, progress: Progress
) -> FilesCopied:
    """Copy each upload whose files the target does not have, at their size. Raises DatabaseNotCopied."""
    by_name: dict[str, list[ArchivedFile]] = {}
    for each in wanted:
        by_name.setdefault(each.name, []).append(each)
    done, missing = 0, list[str]()
    try:
        for name, files in by_name.items():
            if not await _has(target, files):
                missing += await _copy(source, target, name, files)
            done += len(files)
            progress("files", done, len(wanted))
    except OSError as error:
        raise DatabaseNotCopied(f"The files could not be copied: {error.strerror or error}.") from error
    except Unavailable as error:
        raise DatabaseNotCopied(f"The files could not be copied: {error.detail}") from error
    return FilesCopied(done - len(missing), tuple(missing))


async def _has(target: MediaFiles, files: Sequence[ArchivedFile]) -> bool:
    for each in files:
        opened = await _open(target, each)
        if opened is None:
            return False
        size = opened.size
        await opened.close()
        if size != each.size:
            return False
    return True


async def _copy(source: MediaFiles, target: MediaFiles, name: str, files: Sequence[ArchivedFile]) -> list[str]:
    """Copy one upload whole; return what its source lacks of it."""
    with tempfile.TemporaryDirectory(prefix="liveblog-copy-") as folder:
        digests: dict[str, str] = {}
        for each in files:
            opened = await _open(source, each)
            if opened is None:
                continue
            try:
                digests[each.file] = await copy_opened(opened, Path(folder) / each.file)
            finally:
                await opened.close()
        if digests:
            await target.delete(name)  # of which a part is there
            await target.keep(name, Path(folder), list(digests))
    for file, digest in digests.items():
        if await _digest(target, ArchivedFile(name, file, 0)) != digest:
            raise DatabaseNotCopied(f"The copy of the file {name}/{file} is not what was copied: copy again.")
    return [f"{name}/{each.file}" for each in files if each.file not in digests]


async def _open(files: MediaFiles, wanted: ArchivedFile) -> OpenedFile | None:
    try:
        return await files.open(wanted.name, wanted.file)
    except FileMissing:
        return None


async def _digest(files: MediaFiles, wanted: ArchivedFile) -> str | None:
    opened = await _open(files, wanted)
    if opened is None:
        return None
    counted = hashlib.sha256()
    try:
        async for piece in opened.read():
            counted.update(piece)
    finally:
        await opened.close()
    return counted.hexdigest()
