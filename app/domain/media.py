"""Media: an uploaded picture, video or sound as the newsroom stores it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

from app.domain.clock import Micros
from app.domain.entry import JsonObject
from app.domain.identifiers import EntryId, PersonId, StoryId

MediaId = NewType("MediaId", str)


@dataclass(frozen=True, slots=True)
class MediaWords:
    """The words that are kept with a media: copied into each block that shows it and gives none of its own.

    `rights` is what the newsroom may do with it, for colleagues alone. `focal` is `{x, y}`, parts of width and height.
    """

    alt: str = ""
    caption: str = ""
    credit: str = ""
    rights: str = ""
    focal: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """The newsroom's row of one media."""

    id: MediaId
    name: str
    """The random part of its files' addresses, never its id."""
    version: int
    kind: str
    content_type: str
    """Of the file that was sent, which is not kept."""
    width: int | None
    height: int | None
    animated: bool
    duration_ms: int | None
    placeholder: str | None
    renditions: tuple[JsonObject, ...]
    """Its files: `file`, `type`, `width`, `height`, `size`."""
    words: MediaWords
    created_at: Micros
    created_by: PersonId | None
    created_by_token: str
    size_bytes: int
    """Of all its files together."""
    sha256: str
    """Of the file that was sent."""


@dataclass(frozen=True, slots=True)
class MediaUse:
    """One place where a media is used: an entry, a story, or a person's avatar.

    One that is not current is of an earlier version, which may be restored.
    """

    story: StoryId | None
    entry: EntryId | None
    person: PersonId | None
    is_current: bool
