"""CSV, as spreadsheets save it: one row an entry, its columns named in the first row (docs/importing.md lists them)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Literal

from app.content.addresses import media_address
from app.domain.clock import Micros
from app.importers.anchors import anchors_of, derived_id
from app.importers.foreign import (
    FileBroken,
    ForeignEntry,
    ForeignStatus,
    ForeignStory,
    ForeignVersion,
    ReadOptions,
    SourceFile,
)
from app.importers.markup import html_of_text, is_markup, link_html, picture_html
from app.importers.times import NotATime, has_zone, read_time
from app.importers.values import string_of

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("external_id", "entry_id"),
    "time": ("published", "published_at", "date", "datetime", "created", "created_at"),
    "updated": ("updated_at", "modified", "modified_at"),
    "headline": ("title",),
    "text": ("body", "content", "plain_text"),
    "html": ("body_html", "content_html"),
    "authors": ("author", "byline"),
    "tags": ("tag", "categories"),
    "label": (),
    "key_event": ("key", "highlight"),
    "pinned": ("pin", "sticky"),
    "importance": (),
    "status": (),
    "reason": ("retraction_reason",),
    "anchor": ("anchors", "old_anchor", "alias", "aliases"),
    "image": ("picture", "image_url"),
    "image_alt": ("alt",),
    "image_caption": ("caption",),
    "image_credit": ("credit",),
    "link": ("url", "embed"),
    "source": ("source_url",),
}
"""The columns, each with other names that it may have."""

_NAMES = {other: name for name, others in COLUMNS.items() for other in (name, *others)}
_DELIMITERS = ",;\t|"
_YES = frozenset({"1", "true", "yes", "y", "x", "ja", "oui", "si", "sí"})
_NO = frozenset({"", "0", "false", "no", "n", "nein", "non"})
_STATUSES: Mapping[str, ForeignStatus] = {
    "": "published",
    "published": "published",
    "publish": "published",
    "draft": "draft",
    "retracted": "retracted",
    "removed": "removed",
    "deleted": "removed",
}
CHUNK_BYTES = 65_536
MAX_ROW_CHARACTERS = 8_388_608
"""The most text of one row, as of one item of JSON: a file without line ends, or with a quote that stays open, is no
reason to hold all of it."""


def read_csv(files: Sequence[SourceFile], options: ReadOptions) -> Iterator[ForeignStory]:
    """Read each file as one live blog, named as the file is. Raises FileBroken."""
    for file in files:
        name = file.name.rpartition("/")[2].rpartition(".")[0] or file.name
        story = ForeignStory(name, "csv", name.replace("_", " ").replace("-", " ").strip().capitalize(), file.name)
        encoding = _encoding_of(file)
        if encoding == "cp1252":
            story.note(file.name, "It is not written in UTF-8, and was read as Windows-1252.")
        with file.open() as stream:
            _Rows(story, options).read(stream, encoding)
        yield story


def _encoding_of(file: SourceFile) -> str:
    """Return the encoding of a file: what its byte order mark says, else UTF-8 if it is that, else Windows-1252."""
    with file.open() as stream:
        first = stream.read(CHUNK_BYTES)
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while first:
                decoder.decode(first)
                first = stream.read(CHUNK_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


class _Rows:
    """The rows of one file."""

    def __init__(self, story: ForeignStory, options: ReadOptions) -> None:
        self.story = story
        self.options = options
        self.are_ids_derived = False
        self.without_zone = 0

    def read(self, stream: BinaryIO, encoding: str) -> None:
        text = io.TextIOWrapper(
            stream, encoding=encoding, errors="strict" if encoding != "cp1252" else "replace", newline=""
        )
        where = self.story.where
        try:
            header = text.readline(CHUNK_BYTES)
            if header.lower().startswith("sep="):  # as spreadsheets say which delimiter they used
                header = text.readline(CHUNK_BYTES)
            delimiter = max(_DELIMITERS, key=header.count)
            names = [
                _NAMES.get(name.strip().lower().replace(" ", "_"), "")
                for name in next(csv.reader([header], delimiter=delimiter), [])
            ]
            self._check(header, names)
            lines = _Lines(text)
            rows = csv.reader(lines, delimiter=delimiter, strict=True)
            for row in _rows_of_any_length(rows):
                lines.characters = 0
                where = f"{self.story.where}, line {rows.line_num + 1:,}"
                if any(cell.strip() for cell in row):
                    self._row({name: string_of(cell) for name, cell in zip(names, row, strict=False) if name}, where)
        except _RowTooLong:
            raise FileBroken(where, "This row, or the one after it, is longer than 8 MB.") from None
        except csv.Error as error:
            raise FileBroken(where, f"This row, or the one after it, is no CSV: {error}.") from None
        except UnicodeError:
            raise FileBroken(where, f"A byte after this row is no {encoding.upper()} text.") from None
        if self.without_zone:
            count, zone = self.without_zone, self.options.time_zone
            self.story.note(self.story.where, f"{count:,} times name no zone: they are taken as {zone} (--time-zone).")

    def _check(self, header: str, names: Sequence[str]) -> None:
        where = f"{self.story.where}, line 1"
        if "time" not in names or not {"headline", "text", "html"} & set(names):
            raise FileBroken(where, "The first row names no column `time`, or none of `headline`, `text` and `html`.")
        twice = {name for name in names if name and names.count(name) > 1}
        if twice:
            raise FileBroken(where, f"Two columns are `{min(twice)}`.")
        if "id" not in names:
            self.are_ids_derived = True
            sentence = "There is no column `id`: an entry is known again by its time and headline or first words."
            self.story.note(where, sentence)

    def _row(self, row: Mapping[str, str], where: str) -> None:
        headline, text = row.get("headline", ""), row.get("text", "")
        identifier = row.get("id", "")
        if self.are_ids_derived:
            identifier = derived_id(row.get("time", ""), headline or text[:100] or row.get("html", "")[:100])
        status = _STATUSES.get(row.get("status", "").lower())
        try:
            if not identifier:
                raise NotATime("it has no id")
            if status is None:
                raise NotATime(f"its status is {row['status'][:40]!r}")
            at = self._time(row.get("time", ""))
            updated = self._time(row["updated"]) if row.get("updated") else at
        except NotATime as error:
            self.story.leave_unplaced(where, "row", identifier, error)
            return
        importance = row.get("importance", "").lower()
        known: Literal["normal", "major", "breaking"] = "normal"
        if importance in {"major", "breaking"}:
            known = "major" if importance == "major" else "breaking"
        version = ForeignVersion(
            max(at, updated),
            _html(row),
            headline,
            tuple({"name": name.strip()} for name in row.get("authors", "").split(";") if name.strip()),
            tuple(tag.strip() for tag in row.get("tags", "").split(";") if tag.strip()),
            row.get("label", ""),
            row.get("source", ""),
        )
        aliases = [each.strip() for each in row.get("anchor", "").split() if each.strip()]
        self.story.entries.append(
            ForeignEntry(
                identifier,
                where,
                at,
                () if status == "removed" else (version,),
                tuple(anchor for alias in aliases for anchor in anchors_of(alias) or (f"#{alias}",)),
                published_at=at,
                updated_at=updated if updated > at else None,
                key_event=self._flag(row, "key_event", where),
                pinned=self._flag(row, "pinned", where),
                importance=known,
                status=status,
                retraction_reason=row.get("reason", ""),
            )
        )

    def _time(self, text: str) -> Micros:
        self.without_zone += not has_zone(text)
        return read_time(text, now=self.options.now, zone=self.options.time_zone)

    def _flag(self, row: Mapping[str, str], name: str, where: str) -> bool:
        value = row.get(name, "").lower()
        if value not in _YES | _NO:
            self.story.note(where, f"`{name}` is {value[:40]!r}, which is taken as no.")
        return value in _YES


def _html(row: Mapping[str, str]) -> str:
    text = row.get("text", "")
    html = row.get("html", "") or (text if is_markup(text) else html_of_text(text))
    picture = media_address(row.get("image", "")) or ""
    words = {name: row.get(f"image_{name}", "") for name in ("alt", "caption", "credit")}
    link = media_address(row.get("link", "")) or ""
    return html + picture_html(picture, **words) + link_html(link)


class _RowTooLong(Exception):
    """A row that is over the limit."""


class _Lines:
    """The lines of a file. `characters` are those of the row that is being read; whoever has a row sets it to 0."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.characters = 0

    def __iter__(self) -> Iterator[str]:
        while line := self.text.readline(MAX_ROW_CHARACTERS + 1):
            self.characters += len(line)
            if self.characters > MAX_ROW_CHARACTERS:
                raise _RowTooLong
            yield line


def _rows_of_any_length(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield the rows, whose cells may be as long as a row.

    The module's own limit is the process's, and too small for a long text: it is another while a row is read alone.
    """
    while True:
        limit = csv.field_size_limit(MAX_ROW_CHARACTERS)
        try:
            row = next(rows, None)
        finally:
            csv.field_size_limit(limit)
        if row is None:
            return
        yield row
