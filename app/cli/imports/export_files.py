"""An export as files: the lines, and beside them a folder with the files of its uploads.

Both appear whole and on disk, readable by their owner alone, or not at all. An export of a story without uploads is the
one file.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.cli.control import Refused
from app.domain.errors import Unavailable
from app.media.copies import copy_opened, digest_of, new_file, sync_folder
from app.media.files import FileMissing, MediaFiles
from app.newsroom.imports.export_shapes import Exported, ExportedMedia, exported_json
from app.newsroom.imports.verifying import ExportVerifier
from app.storage.upkeep.scratch_files import put_in_place
from app.wire.export_lines import MAX_LINE_BYTES, BadLine, LineWriter


@dataclass(slots=True)
class WrittenExport:
    """The lines and the files of uploads that were written."""

    lines: int = 0
    files: int = 0
    missing: list[str] = field(default_factory=list)
    """Files of uploads that the store does not have."""


def folder_of(export: Path) -> Path:
    """Return the folder beside an export that has the files of its uploads."""
    return export.with_name(f"{export.name}.media")


async def write_export(lines: Iterable[Exported], target: Path, files: MediaFiles) -> WrittenExport:
    """Write the lines of an export to a new file. Raises Refused, and what `lines` raises."""
    folder, written, writer = folder_of(target), WrittenExport(), LineWriter()
    for each in (target, folder):
        if each.exists():
            raise Refused(f"{each} exists already: name a new file.")
    partial, partial_folder = (each.with_name(f".{each.name}-{os.getpid()}") for each in (target, folder))
    try:
        with new_file(partial) as file:
            for value in lines:
                complete = await _with_files(value, files, partial_folder, written)
                file.write(writer.line(exported_json(complete)))
        put_both_in_place(partial, target, partial_folder, folder)
    except Unavailable as error:
        raise Refused(f"The files of uploads could not be copied: {error.detail}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        shutil.rmtree(partial_folder, ignore_errors=True)
    written.lines = writer.lines
    return written


def put_both_in_place(partial: Path, target: Path, partial_folder: Path, folder: Path) -> None:
    """Give the lines and the folder, if there is one, their names: both, or neither. Raises Refused, OSError."""
    has_folder = partial_folder.exists()
    if has_folder:
        sync_folder(partial_folder)
        partial_folder.rename(folder)
    try:
        put_in_place(partial, target)
    except OSError as error:
        if has_folder:
            folder.rename(partial_folder)
        if isinstance(error, FileExistsError):
            raise Refused(f"{target} exists already: name a new file.") from None
        raise


@contextmanager
def read_export(source: Path) -> Iterator[Iterator[tuple[ExportVerifier, Exported]]]:
    """Yield what an export's lines are about, each with the verifier as it is behind it; raises Refused at the first
    that cannot be right, and for a file that ends too early."""
    verifier = ExportVerifier()

    def lines() -> Iterator[tuple[ExportVerifier, Exported]]:
        with source.open("rb") as file:
            while line := file.readline(MAX_LINE_BYTES + 1):
                yield verifier, verifier.read(line)
        verifier.finish()

    try:
        yield lines()
    except BadLine as error:
        raise Refused(f"{source}: {error} Nothing was brought.") from None


def verify_files(source: Path, value: ExportedMedia) -> None:
    """Verify that the files of an upload, whose names were checked, stand beside the export as they were.

    They are regular files in a folder of their own, for a link could lead to any file of this machine. Raises Refused.
    """
    beside = folder_of(source) / value.media.name
    for file in value.media.renditions:
        digest = value.digests.get(str(file["file"]))
        if digest is None:
            continue  # it was missing when the export was made, and `keep_files` leaves it out
        path = beside / str(file["file"])
        if beside.is_symlink():
            raise Refused(f"{beside} is a link, and no folder of an export. Nothing was brought.")
        try:
            found = digest_of(path)
        except OSError as error:
            raise Refused(f"{path} is missing, or cannot be read: {error.strerror}. Nothing was brought.") from None
        if found != (file["size"], digest):
            raise Refused(f"{path} has been altered since the export. Nothing was brought.")


async def keep_files(source: Path, value: ExportedMedia, files: MediaFiles) -> None:
    """Put the files of an upload, which were verified, into the store, unless they are there. Raises Refused.

    An upload that had not all of its files when it was exported is left without them.
    """
    media = value.media
    names = [str(file["file"]) for file in media.renditions]
    if not all(name in value.digests for name in names):
        return
    try:
        for file in media.renditions:
            opened = await files.open(media.name, str(file["file"]))
            await opened.close()
            if opened.size != file["size"]:
                raise FileMissing(media.name)
    except FileMissing:
        verify_files(source, value)
        with _failing_with_a_sentence():
            await files.delete(media.name)  # of which a part may be there
            await files.keep(media.name, folder_of(source) / media.name, names)


@contextmanager
def _failing_with_a_sentence() -> Iterator[None]:
    try:
        yield
    except Unavailable as error:
        raise Refused(f"The files of uploads could not be kept: {error.detail}") from None


async def _with_files(value: Exported, files: MediaFiles, folder: Path, written: WrittenExport) -> Exported:
    """Copy the files of an upload; return it with their digests, so that what is altered is noticed."""
    if not isinstance(value, ExportedMedia):
        return value
    digests = {}
    for file in value.media.renditions:
        name = str(file["file"])
        try:
            digests[name] = await _copy(files, value.media.name, name, folder)
            written.files += 1
        except FileMissing:
            written.missing.append(f"{value.media.name}/{name}")
    return dataclasses.replace(value, digests=digests)


async def _copy(files: MediaFiles, name: str, file: str, folder: Path) -> str:
    opened = await files.open(name, file)
    try:
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        return await copy_opened(opened, folder / name / file)
    finally:
        await opened.close()
