"""An export looked through before anything is written: each line by itself, and all of them against each other."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.clock import Micros
from app.domain.entry import PUBLIC_STATUSES, EntryStatus, JsonObject
from app.domain.errors import InvalidInput
from app.domain.identifiers import is_uuid4
from app.domain.slugs import is_slug
from app.newsroom.imports.export_shapes import (
    CAUSES,
    EVENT_TYPES,
    BadShape,
    Exported,
    ExportedComment,
    ExportedEntry,
    ExportedEvent,
    ExportedMedia,
    ExportedPerson,
    ExportedStoryVersion,
    ExportedVersion,
    ExportEnd,
    ExportHeader,
    parse_exported,
)
from app.newsroom.imports.kept_content import check_upload
from app.wire.export_lines import BadLine, LineReader

_ORDER = (
    *(ExportHeader, ExportedPerson, ExportedMedia, ExportedStoryVersion),
    *(ExportedEntry, ExportedEvent, ExportedComment, ExportEnd),
)
"""The order of the kinds; versions of an entry stand behind it."""


class ExportVerifier:
    """Reads an export's lines in their order, and raises BadLine for the first that cannot be right.

    It keeps the ids of entries and comments, and nothing of what they say, so that a long file takes no more memory
    than a short one with as many of them.
    """

    def __init__(self) -> None:
        self._reader = LineReader()
        self._header: ExportHeader | None = None
        self._part = 0
        self._entries: dict[str, bool] = {}
        """The entries, and whether each is public now."""
        self._of_entry: ExportedEntry | None = None
        self._version = 0
        self._versions = 0
        self._media = 0
        self._story_version = 0
        self._story_versions = 0
        self._comments: set[str] = set()
        self._threads: dict[str, str | None] = {}
        """The comments that others may stand under, and which entry each is about."""
        self._seq = 0
        self._time = 0
        self._last_check = ""
        self._settled: set[str] = set()
        """Entries whose newest event there was."""
        self._story_settled = False
        self._is_over = False

    @property
    def lines(self) -> int:
        """Return how many lines were read."""
        return self._reader.lines

    @property
    def check(self) -> str:
        """Return the check of the last line, which stands for the whole file."""
        return self._reader.check

    def read(self, line: bytes) -> Exported:
        """Return what the next line is about. Raises BadLine."""
        if self._is_over:
            raise BadLine(self.lines + 1, "there is something behind the end.")
        members = self._reader.read(line)
        try:
            value = parse_exported(members)
            self._place(value)
            self._check(value)
        except BadShape as error:
            raise BadLine(self.lines, str(error)) from None
        return value

    def finish(self) -> ExportHeader:
        """Return the header once all lines were read. Raises BadLine for a file without an end."""
        if self._header is None or not self._is_over:
            raise BadLine(self.lines + 1, "the file ends before its end: it was cut off here.")
        return self._header

    def _place(self, value: Exported) -> None:
        kind = ExportedEntry if isinstance(value, ExportedVersion) else type(value)
        part = _ORDER.index(kind)
        if (self._header is None) is not isinstance(value, ExportHeader):
            raise BadShape("the header is the first line, and the only one.")
        if part < self._part:
            raise BadShape("it stands in the wrong place.")
        self._part = part

    def _check(self, value: Exported) -> None:
        match value:
            case ExportHeader():
                self._header = value
                _check_header(value)
            case ExportedMedia():
                _check_media(value)
                self._media += 1
            case ExportedStoryVersion():
                self._check_story_version(value)
            case ExportedEntry():
                self._check_entry(value)
            case ExportedVersion():
                self._check_version(value)
            case ExportedEvent():
                self._check_event(value)
            case ExportedComment():
                self._check_comment(value)
            case ExportEnd():
                self._check_end(value)
            case _:
                pass

    def _check_story_version(self, value: ExportedStoryVersion) -> None:
        if not self._story_version < value.version <= self._required_header().story.version:
            raise BadShape("the story's versions are numbered upwards, up to its own.")
        if not is_slug(value.slug):
            raise BadShape("a version of the story has a slug that no story can have.")
        _check_references(value.pinned, value.key_points)
        self._story_version = value.version
        self._story_versions += 1

    def _check_comment(self, value: ExportedComment) -> None:
        if not is_uuid4(value.id) or value.id in self._comments:
            raise BadShape("a comment has an id of its own.")
        if value.entry is not None and value.entry not in self._entries:
            raise BadShape("it is about an entry that the file does not have.")
        above = value.parent
        if above is not None and (above not in self._threads or self._threads[above] != value.entry):
            raise BadShape("it answers a comment that does not stand before it, or is about something else.")
        self._comments.add(value.id)
        if above is None:
            self._threads[value.id] = value.entry

    def _check_entry(self, value: ExportedEntry) -> None:
        entry, header = value.entry, self._required_header()
        if not is_uuid4(entry.id) or entry.id in self._entries:
            raise BadShape("an entry has an id of its own.")
        if entry.story != header.story.id:
            raise BadShape("it belongs to another story.")
        is_public = entry.status in PUBLIC_STATUSES
        if is_public and header.log is not None and (entry.published_at is None or entry.sort_key is None):
            raise BadShape("a public entry has a time and a place in the order.")
        if not header.drafts and not is_public and entry.status is not EntryStatus.REMOVED:
            raise BadShape("it is a draft, and the header says that there are none.")
        self._entries[entry.id] = is_public
        self._of_entry, self._version = value, 0

    def _check_version(self, value: ExportedVersion) -> None:
        of = self._of_entry
        if of is None or value.entry != of.entry.id:
            raise BadShape("it stands behind another entry than its own.")
        if not self._version < value.version <= of.entry.version:
            raise BadShape("an entry's versions are numbered upwards, up to its own.")
        self._version = value.version
        self._versions += 1

    def _check_event(self, value: ExportedEvent) -> None:
        if self._required_header().log is None:
            raise BadShape("the story was never public, and has no log.")
        if value.seq != self._seq + 1:
            raise BadShape(f"event {self._seq + 1} is missing before it.")
        if value.type not in EVENT_TYPES or value.cause not in CAUSES:
            raise BadShape("there is no such event.")
        if value.time < self._time:
            raise BadShape("it is dated before the event that it follows.")
        if (value.entry is None) is not value.type.startswith("story."):
            raise BadShape("it names no entry, or one that it cannot be about.")
        self._seq, self._time, self._last_check = value.seq, value.time, value.check
        if value.entry is None:
            self._settle_story(value)
            return
        if value.entry not in self._entries:
            raise BadShape("it is about an entry that the file does not have.")
        if value.entry in self._settled:
            raise BadShape("an earlier event of the entry was said to be its newest.")
        if value.newest:
            if self._entries[value.entry] is (value.type == "entry.removed"):
                raise BadShape("the entry's newest event does not fit its status.")
            self._settled.add(value.entry)

    def _settle_story(self, value: ExportedEvent) -> None:
        if self._story_settled:
            raise BadShape("an earlier event of the story was said to be its newest.")
        self._story_settled = value.newest

    def _check_end(self, value: ExportEnd) -> None:
        header = self._required_header()
        inside = (len(self._entries), self._versions, self._seq, self._media)
        counted = (*inside, self._story_versions, len(self._comments))
        said = (value.entries, value.versions, value.events, value.media, value.story_versions, value.comments)
        if counted != said:
            raise BadShape("the file has not as many entries, versions, events, uploads and comments as it says.")
        log = header.log
        if log is not None:
            if (log.seq, log.check) != (self._seq, self._last_check) or not self._story_settled:
                raise BadShape("the log does not end where the header says.")
            public = {entry for entry, is_public in self._entries.items() if is_public}
            if public - self._settled or len(public) != log.entry_count:
                raise BadShape("there are public entries that the log does not have.")
        named = [pin["entry"] for pin in header.story.pinned]
        named += [point["entry"] for point in header.story.key_points if point.get("entry") is not None]
        if not all(self._entries.get(entry, False) or log is None for entry in named):
            raise BadShape("the story has a pin or key point of an entry that is not public.")
        self._is_over = True

    def _required_header(self) -> ExportHeader:
        assert self._header is not None  # noqa: S101 (`_place` has seen to it)
        return self._header


def _check_header(header: ExportHeader) -> None:
    story, log = header.story, header.log
    if not is_uuid4(story.id):
        raise BadShape("the story has no id of its own.")
    if not all(map(is_slug, (story.slug, *header.former_slugs, *(() if log is None else log.slugs)))):
        raise BadShape("the story has a slug that no story can have.")
    if story.fields.get("continues") == story.id or story.fields.get("continued_by") == story.id:
        raise BadShape("the story goes on from itself.")
    if story.is_public is not (log is not None):
        raise BadShape("the story's status does not fit its log.")
    _check_references(story.pinned, story.key_points)


def _check_media(value: ExportedMedia) -> None:
    """Check an upload before anything is done with the names of its files, which are parts of paths."""
    try:
        check_upload(value.media)
    except InvalidInput as error:
        raise BadShape(error.errors[0].detail) from None


def _check_references(pinned: Iterable[JsonObject], key_points: Iterable[JsonObject]) -> None:
    for pin in pinned:
        if not isinstance(pin.get("entry"), str) or not _is_time_or_none(pin.get("until")):
            raise BadShape("a pin names an entry, and until when.")
    for point in key_points:
        if not isinstance(point.get("text"), str) or not isinstance(point.get("entry"), str | None):
            raise BadShape("a key point is a text, and the entry that it is about.")


def _is_time_or_none(value: object) -> bool:
    return value is None or (isinstance(value, int) and Micros(value) >= 0)
