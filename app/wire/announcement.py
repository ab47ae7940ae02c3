"""Announcements of commits to live readers: one story's new events and the head after them, also as bytes."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from app.domain.clock import Micros
from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId, StoryId
from app.wire.encoding import NO_COMMENTS, CommentTotals, EncodedEntry, EncodedEvent, StoryCounts, encode_json

Closing = Literal["ended", "withdrawn"]
"""How a story is over. `ended` (also archived): its readers are brought to the head and sent away to ask now and then.
`withdrawn`: none of it is public any more, and `story.removed` was its last event."""

_CLOSING: dict[str, Closing] = {"ended": "ended", "archived": "ended", "withdrawn": "withdrawn"}

VERSION = 1
"""The version of an announcement's bytes. A process drops those of another version, and reads the tables instead."""

_PREFIX = struct.Struct("!2sBII")
"""Magic, version, CRC-32 of all that follows, size of the index."""

_MAGIC = b"LB"

_STORY = re.compile(rb'\{"story":("(?:[^"\\]|\\.)*")')
"""The beginning of an index."""


def closing_of(status: str) -> Closing | None:
    """Return how a story of that public status is over; None for one that goes on."""
    return _CLOSING.get(status)


class MalformedAnnouncement(ValueError):
    """Bytes that are no announcement of this version. The events are found in the tables by reconciliation."""


@dataclass(frozen=True, slots=True)
class StoryHead:
    """The state of a public story: its newest event's cursor, its slug and site, its counts, and whether it is over.

    `comments` is outside the log: an announcement has none, and leaves what is known of them. `site` is None for
    a story that has never been public as another's than the settings' site.
    """

    story: StoryId
    slug: str
    cursor: Cursor
    counts: StoryCounts
    closing: Closing | None = None
    comments: CommentTotals = NO_COMMENTS
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """Consecutive events of one story, committed together, and the head after them.

    `base` is the head their writer found; None where that is not known. A process with another head there has another
    history, even where the numbers go on without a gap.
    """

    head: StoryHead
    events: tuple[EncodedEvent, ...]
    base: Cursor | None = None

    def to_bytes(self) -> bytes:
        """Encode for a broker: a checksum, a JSON index, and the events' bytes as they are. Linear in their size."""
        head = self.head
        index: dict[str, object] = {
            "story": head.story,
            "slug": head.slug,
            "cursor": _members(head.cursor),
            "entry_count": head.counts.entry_count,
            "last_entry_at": head.counts.last_entry_at,
            "closing": head.closing,
            "base": None if self.base is None else _members(self.base),
            "events": [_index_event(event) for event in self.events],
        }
        if head.site is not None:
            index["site"] = head.site
        encoded = encode_json(index)
        content = b"".join((encoded, *(part for event in self.events for part in _parts(event))))
        return _PREFIX.pack(_MAGIC, VERSION, zlib.crc32(content), len(encoded)) + content

    @staticmethod
    def from_bytes(data: bytes) -> Announcement:
        """Decode what `to_bytes` made, exactly. Raises MalformedAnnouncement for any other bytes."""
        return AnnouncementBytes.check(data).decode()


class AnnouncementBytes(NamedTuple):
    """The bytes of an announcement of this version that came whole: `content`, which begins with the index."""

    content: bytes
    index_bytes: int

    @staticmethod
    def check(data: bytes) -> AnnouncementBytes:
        """Check what `to_bytes` made. Raises MalformedAnnouncement for any other version, and for damaged bytes."""
        if len(data) < _PREFIX.size:
            raise MalformedAnnouncement("shorter than its prefix")
        magic, version, checksum, index_bytes = _PREFIX.unpack_from(data)
        content = data[_PREFIX.size :]
        if magic != _MAGIC:
            raise MalformedAnnouncement("no announcement")
        if version != VERSION:
            raise MalformedAnnouncement(f"version {version}, not {VERSION}")
        if zlib.crc32(content) != checksum:
            raise MalformedAnnouncement("damaged")
        return AnnouncementBytes(content, index_bytes)

    def story(self) -> StoryId:
        """Return whose events these are, for who may need nothing else of them. Raises MalformedAnnouncement."""
        found = _STORY.match(self.content, 0, self.index_bytes)
        if found is None:
            raise MalformedAnnouncement("the index cannot be read")
        try:
            return StoryId(from_json(found[1]))
        except ValueError:
            raise MalformedAnnouncement("the index cannot be read") from None

    def decode(self) -> Announcement:
        """Decode all of it, exactly. Raises MalformedAnnouncement."""
        content, size = self
        try:
            index = _Index.model_validate_json(content[:size])
        except ValidationError:
            raise MalformedAnnouncement("the index cannot be read") from None
        events = tuple(_slice_events(index.events, content, start=size))
        counts = StoryCounts(index.entry_count, None if index.last_entry_at is None else Micros(index.last_entry_at))
        head = StoryHead(
            StoryId(index.story), index.slug, Cursor(*index.cursor), counts, index.closing, site=index.site
        )
        return Announcement(head, events, None if index.base is None else Cursor(*index.base))


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Part of "everything after n", by state.

    `cursor` is that of a reader after `events`: the last event's while `more`, else the head's.
    """

    events: tuple[EncodedEvent, ...]
    cursor: Cursor
    head: StoryHead
    more: bool


_CursorMembers = tuple[str, int, str]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _IndexedEvent(_Strict):
    """An event without its bytes: `sizes` are those of its head and, if it has an entry, of the entry's four parts."""

    story: str
    cursor: _CursorMembers
    type: str
    entry_id: str | None
    sizes: list[int]


class _Index(_Strict):
    story: str
    slug: str
    cursor: _CursorMembers
    entry_count: int
    last_entry_at: int | None
    closing: Closing | None
    base: _CursorMembers | None
    events: list[_IndexedEvent]
    site: str | None = None


def _members(cursor: Cursor) -> _CursorMembers:
    return cursor.epoch, cursor.seq, cursor.check


def _index_event(event: EncodedEvent) -> dict[str, object]:
    return {
        "story": event.story,
        "cursor": _members(event.cursor),
        "type": event.type,
        "entry_id": event.entry_id,
        "sizes": [len(part) for part in _parts(event)],
    }


def _parts(event: EncodedEvent) -> tuple[bytes, ...]:
    entry = event.entry
    return (event.head,) if entry is None else (event.head, *_entry_parts(entry))


def _entry_parts(entry: EncodedEntry) -> tuple[bytes, bytes, bytes, bytes]:
    return entry.fields, entry.body_html, entry.blocks, entry.body_text


def _slice_events(indexed: list[_IndexedEvent], content: bytes, *, start: int) -> Iterator[EncodedEvent]:
    for each in indexed:
        if len(each.sizes) not in {1, 5}:
            raise MalformedAnnouncement("sizes that do not fit")
        parts = []
        for size in each.sizes:
            if not 0 <= size <= len(content) - start:
                raise MalformedAnnouncement("sizes that do not fit")
            parts.append(content[start : start + size])
            start += size
        yield EncodedEvent(
            story=StoryId(each.story),
            cursor=Cursor(*each.cursor),
            type=each.type,
            entry_id=None if each.entry_id is None else EntryId(each.entry_id),
            head=parts[0],
            entry=EncodedEntry(*parts[1:]) if len(parts) > 1 else None,
        )
    if start != len(content):
        raise MalformedAnnouncement("sizes that do not fit")
