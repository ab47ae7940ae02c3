"""The files that an import reads: those that were named, or those of a folder whose names end as its source's do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.cli.control import Refused
from app.importers.foreign import SourceFile
from app.importers.sources import FORMATS, Source

MAX_FILES = 100_000


def find_files(source: Source, paths: Sequence[Path]) -> list[SourceFile]:
    """Return the files to read, in the order of their names. Raises Refused for what is not there, and for nothing."""
    found = [file for path in paths for file in _files(source, path)]
    if not found:
        endings = ", ".join(FORMATS[source].endings)
        raise Refused(f"There is no file of {source} in {', '.join(map(str, paths))}: their names end in {endings}.")
    if len(found) > MAX_FILES:
        raise Refused(f"More than {MAX_FILES:,} files are too many at once.")
    return found


def _files(source: Source, path: Path) -> Iterator[SourceFile]:
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.suffix.lower() in FORMATS[source].endings and each.is_file():
                yield _source_file(each, str(each.relative_to(path)))
    elif path.is_file():
        yield _source_file(path, path.name)
    else:
        raise Refused(f"There is no file or folder {path}.")


def _source_file(path: Path, name: str) -> SourceFile:
    return SourceFile(name, path.stat().st_size, lambda: path.open("rb"))
