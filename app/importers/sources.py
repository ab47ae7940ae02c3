"""The systems whose files are read: the name of each, its reader, and the files of a folder that are its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.importers.csv_file import read_csv
from app.importers.foreign import ForeignStory, Reader, ReadOptions, SourceFile
from app.importers.json_feed import read_json_feed
from app.importers.json_ld import read_json_ld
from app.importers.liveblog24 import read_liveblog24
from app.importers.pages import is_markup_file
from app.importers.superdesk import read_superdesk
from app.importers.tickaroo import read_tickaroo
from app.importers.wordpress.rest import read_rest
from app.importers.wordpress.wxr import read_wxr


class Source(StrEnum):
    """A system, or a form, that stories come from."""

    WORDPRESS = "wordpress"
    SUPERDESK = "superdesk"
    LIVEBLOG24 = "24liveblog"
    TICKAROO = "tickaroo"
    JSON_FEED = "jsonfeed"
    JSON_LD = "jsonld"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Format:
    """The reader of a source, and how its files' names end."""

    read: Reader
    endings: tuple[str, ...]


def _read_wordpress(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read exports and saved REST answers, told apart by how they begin."""
    exports: list[SourceFile] = []
    answers: list[SourceFile] = []
    for file in files:
        (exports if is_markup_file(file) else answers).append(file)
    if exports or not files:
        yield from read_wxr(exports, options)
    if answers:
        yield from read_rest(answers, options)


FORMATS: Mapping[Source, Format] = {
    Source.WORDPRESS: Format(_read_wordpress, (".xml", ".wxr", ".json")),
    Source.SUPERDESK: Format(read_superdesk, (".json", ".html", ".htm")),
    Source.LIVEBLOG24: Format(read_liveblog24, (".json",)),
    Source.TICKAROO: Format(read_tickaroo, (".json",)),
    Source.JSON_FEED: Format(read_json_feed, (".json",)),
    Source.JSON_LD: Format(read_json_ld, (".html", ".htm", ".json", ".jsonld")),
    Source.CSV: Format(read_csv, (".csv", ".tsv", ".txt")),
}


def read_source(source: Source, files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read the live blogs of the files of a source, one after the other. Raises FileBroken."""
    yield from FORMATS[source].read(files, options)
