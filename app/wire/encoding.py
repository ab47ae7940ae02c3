"""Public JSON, joined from parts that are encoded once.

An entry is encoded when it is published and never again: its fields, and its body in three forms. Every
representation, event and variant is a concatenation of those bytes, so that the tables, the ring and the
caches cannot disagree.

What is stored names no host: an address of our own media begins with a mark, a raw control character, which JSON has
in no string, so that nobody's text can have it once it is encoded. `EncodedEntry.as_shown` puts the host in, and reads
embeds anew from their addresses: on publication and in every read, so that ring and tables show the same, and neither a
host that changes nor another list of providers needs a row encoded anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pydantic_core import from_json, to_json

from app.content.embeds_now import understand_embeds
from app.content.media_addresses import MEDIA_FILE_PATTERN, MEDIA_MARK, MEDIA_NAME_PATTERN
from app.domain.clock import Micros, format_time, parse_time
from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId, StoryId


class BodyVariant(StrEnum):
    """The form of an entry's body that a client asks for with `?body=`."""

    HTML = "html"
    BLOCKS = "blocks"
    BOTH = "both"


def encode_json(value: Any) -> bytes:
    """Encode a value as compact UTF-8 JSON, the form of all JSON that we send."""
    return to_json(value)


STORED_MARK = MEDIA_MARK.encode()
"""Stands for the host of our media in stored JSON: a raw control character, and a word."""

_MARK_BYTE = STORED_MARK[:1]
_OF_OTHER_SITES = (b'"type":"embed"', b'"type":"link_card"')
_ESCAPED_MARK = MEDIA_MARK.replace("\x1a", "\\u001a").encode()
# The escape is one where an even number of backslashes stands before it: behind an odd number it is somebody's text.
_ESCAPED = re.compile(rb"(?<!\\)((?:\\\\)*)" + re.escape(_ESCAPED_MARK))
_ESCAPED_ADDRESS = re.compile(
    _ESCAPED.pattern + rb"(%b)/(%b)" % (MEDIA_NAME_PATTERN.encode(), MEDIA_FILE_PATTERN.encode())
)
_STORED_NAME = re.compile(STORED_MARK + rb"(%b)/" % MEDIA_NAME_PATTERN.encode())


def encode_stored(value: Any) -> bytes:
    """Encode a value as it is stored: JSON, but for the marks of media addresses, which are no longer escaped."""
    encoded = encode_json(value)
    return _ESCAPED.sub(rb"\1" + STORED_MARK, encoded) if _ESCAPED_MARK in encoded else encoded


def with_media_base(stored: bytes, base: bytes) -> bytes:
    """Return stored JSON as it is sent: with `base`, that ends in a slash, before the name of each of our media."""
    return stored.replace(STORED_MARK, base)


def stored_media_names(*stored: bytes) -> frozenset[str]:
    """Return the names of the media in stored JSON."""
    return frozenset(name.decode() for part in stored if STORED_MARK in part for name in _STORED_NAME.findall(part))


def with_media_addresses(body: bytes, address: Callable[[str, str], str]) -> bytes:
    """Return the newsroom's JSON with the address that each file of our media has there, from its name and file."""
    if _ESCAPED_MARK not in body:
        return body

    def replace(match: re.Match[bytes]) -> bytes:
        return match[1] + address(match[2].decode(), match[3].decode()).encode()

    return _ESCAPED_ADDRESS.sub(replace, body)


@dataclass(frozen=True, slots=True)
class EncodedEntry:
    """One public entry as JSON parts: `fields` is an object without any body, the others are bare values."""

    fields: bytes
    body_html: bytes
    blocks: bytes
    body_text: bytes

    def json(self, variant: BodyVariant) -> bytes:
        """Join the entry to one JSON object with its body in the form asked for."""
        parts = [self.fields[:-1]]
        if variant is not BodyVariant.BLOCKS:
            parts += [b',"body_html":', self.body_html]
        if variant is not BodyVariant.HTML:
            parts += [b',"blocks":', self.blocks]
        parts.append(b"}")
        return b"".join(parts)

    def as_shown(self, media_base: bytes) -> EncodedEntry:
        """Return a stored entry as readers get it: its media at `media_base`, its embeds as they are understood now."""
        shown = self._with_media_base(media_base)
        has_any = any(kind in shown.blocks for kind in _OF_OTHER_SITES)
        return shown._with_embeds_of_now() if has_any else shown

    def _with_embeds_of_now(self) -> EncodedEntry:
        stored: list[dict[str, Any]] = from_json(self.blocks)
        html: str = from_json(self.body_html)
        blocks, shown_html = understand_embeds(stored, html)
        if blocks is stored:
            return self
        return replace(self, body_html=encode_json(shown_html), blocks=encode_json(blocks))

    def _with_media_base(self, base: bytes) -> EncodedEntry:
        # One byte is found four times as fast as the whole mark, and hardly any entry has it.
        if not (_MARK_BYTE in self.body_html or _MARK_BYTE in self.fields or _MARK_BYTE in self.blocks):
            return self
        parts = (self.fields, self.body_html, self.blocks, self.body_text)
        return EncodedEntry(*(with_media_base(part, base) for part in parts))

    @property
    def media_names(self) -> frozenset[str]:
        """Return the names of the media that a stored entry shows."""
        if not (_MARK_BYTE in self.body_html or _MARK_BYTE in self.fields or _MARK_BYTE in self.blocks):
            return frozenset()
        return stored_media_names(self.fields, self.body_html, self.blocks)


@dataclass(frozen=True, slots=True)
class StoryCounts:
    """The counts beside a story in every representation; the log of events does not determine them."""

    entry_count: int
    last_entry_at: Micros | None

    def json_members(self) -> bytes:
        """Encode `"entry_count":…,"last_entry_at":…` without braces."""
        last = b"null" if self.last_entry_at is None else b'"' + format_time(self.last_entry_at).encode() + b'"'
        return b'"entry_count":%d,"last_entry_at":%b' % (self.entry_count, last)


@dataclass(frozen=True, slots=True)
class CommentTotals:
    """The number of comments that readers are told a story has; `version` counts its changes, and its entries'."""

    version: int = 0
    count: int = 0


NO_COMMENTS = CommentTotals()


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """One public change of a story, encoded except for the body variant.

    `head` is the JSON object up to the member that depends on the variant; `entry` is None for removals and story
    changes, whose `head` lacks only the closing brace.
    """

    story: StoryId
    cursor: Cursor
    type: str
    entry_id: EntryId | None
    head: bytes
    entry: EncodedEntry | None

    @property
    def time(self) -> Micros:
        """Return when it was committed, by the clock of the process that did; read out of its JSON."""
        return parse_time(from_json(self.head + b"}")["time"])

    def json(self, variant: BodyVariant) -> bytes:
        """Join the event to one JSON object, the same on every transport."""
        if self.entry is None:
            return self.head + b"}"
        return b"".join((self.head, b',"entry":', self.entry.json(variant), b"}"))


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event row: everything of an event except the content it refers to."""

    story: StoryId
    cursor: Cursor
    type: str
    time: Micros
    entry_id: EntryId | None
    changed: tuple[str, ...] | None
    material: bool | None
    cause: str | None
    counts: StoryCounts


def encode_event(line: EventLine, *, entry: EncodedEntry | None, story_fields: bytes | None) -> EncodedEvent:
    """Join an event row with its content: `entry` for a published or updated entry, `story_fields` for the story."""
    members: dict[str, Any] = {
        "type": line.type,
        "story": line.story,
        "seq": line.cursor.seq,
        "cursor": str(line.cursor),
        "time": format_time(line.time),
    }
    if line.changed is not None:
        members["changed"] = list(line.changed)
    if line.material is not None:
        members["material"] = line.material
    head = encode_json(members)[:-1]
    if line.type == "entry.removed":
        head += b',"id":%b,"cause":%b' % (encode_json(line.entry_id), encode_json(line.cause))
    if line.entry_id is not None:
        head += b"," + line.counts.json_members()
    if story_fields is not None:
        head += b',"fields":' + story_fields
    return EncodedEvent(
        story=line.story, cursor=line.cursor, type=line.type, entry_id=line.entry_id, head=head, entry=entry
    )
