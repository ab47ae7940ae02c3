"""The lines of an export as values: header, uploads, entries, their versions, events of the log."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from app.domain.clock import Micros
from app.domain.comments import CommentStatus
from app.domain.cursor import CHECK_LENGTH, MAX_SEQ
from app.domain.entry import Entry, EntryContent, EntryStatus, JsonObject, WorkingRevision
from app.domain.media import Media
from app.domain.story import Story, StorySettings, StoryStatus
from app.wire.export_lines import FORMAT, READABLE_FORMATS
from app.wire.problems import validation_errors

Kind = Literal["header", "person", "media", "story_version", "entry", "version", "event", "comment", "end"]

EVENT_TYPES = ("entry.published", "entry.updated", "entry.removed", "story.updated", "story.removed")
CAUSES = ("unpublished", "removed", "expired", None)
_Seq = Annotated[int, Field(ge=1, le=MAX_SEQ)]
_Name = Annotated[str, Field(max_length=1_000)]
_Words = Annotated[str, Field(max_length=100_000)]


@dataclass(frozen=True, slots=True)
class ExportedLog:
    """The head of a public story's log, and what is beside it."""

    seq: _Seq
    check: Annotated[str, Field(pattern=rf"^[0-9A-Za-z]{{{CHECK_LENGTH}}}$")]
    entry_count: Annotated[int, Field(ge=0)]
    last_entry_at: Micros | None
    public_since: Micros
    slugs: tuple[_Name, ...]
    """Former slugs under which readers have known it."""


@dataclass(frozen=True, slots=True)
class ExportHeader:
    """The first line: the story itself. `log` is None for one that was never public."""

    format: int
    release: _Name
    exported_at: Micros
    drafts: bool
    story: Story
    former_slugs: tuple[_Name, ...]
    log: ExportedLog | None


@dataclass(frozen=True, slots=True)
class ExportedPerson:
    """The public name of who wrote; for those who read the file. An import makes nobody of it."""

    id: _Name
    name: _Name


@dataclass(frozen=True, slots=True)
class ExportedMedia:
    """An upload; its files stand in the folder beside. `digests` are their SHA-256, of those that there were."""

    media: Media
    digests: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportedStoryVersion:
    """A version of the story: its state after one change of the newsroom's."""

    version: _Seq
    at: Micros
    person: _Name | None
    token: _Name
    action: _Name
    slug: _Name
    status: StoryStatus
    fields: Mapping[str, Any]
    settings: StorySettings
    pinned: tuple[JsonObject, ...]
    key_points: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True)
class ExportedEntry:
    """An entry as the newsroom has it, with its old addresses."""

    entry: Entry
    aliases: tuple[_Name, ...]


@dataclass(frozen=True, slots=True)
class ExportedVersion:
    """A version of the entry that stands before it."""

    entry: _Name
    version: _Seq
    at: Micros
    person: _Name | None
    token: _Name
    action: _Name
    status: EntryStatus
    content: EntryContent
    working: WorkingRevision | None
    note: _Words | None
    particulars: JsonObject | None


@dataclass(frozen=True, slots=True)
class ExportedEvent:
    """A line of the public log, without a body. `newest`: no later one is about the same entry, or about the story."""

    seq: _Seq
    type: str
    time: Micros
    check: Annotated[str, Field(pattern=rf"^[0-9A-Za-z]{{{CHECK_LENGTH}}}$")]
    entry: _Name | None
    revision: Annotated[int, Field(ge=1)] | None
    changed: tuple[_Name, ...] | None
    material: bool | None
    cause: str | None
    entry_count: Annotated[int, Field(ge=0)]
    last_entry_at: Micros | None
    newest: bool


@dataclass(frozen=True, slots=True)
class ExportedNotice:
    """A notice about a comment, without the name and addresses of who sent it, and without its id, their secret."""

    category: _Name
    text: _Words
    created_at: Micros
    closed_at: Micros | None
    outcome: _Name | None


@dataclass(frozen=True, slots=True)
class ExportedComment:
    """A reader's comment, and what was decided about it.

    No address of its writer's is ever here, nor what their browser or a retry is known by.
    """

    id: _Name
    entry: _Name | None
    parent: _Name | None
    status: CommentStatus
    version: _Seq
    name: _Name
    text: _Words
    created_at: Micros
    by_newsroom: bool
    flags: tuple[_Name, ...] = ()
    reason: _Name | None = None
    note: _Words | None = None
    decided_at: Micros | None = None
    decided_by: _Name | None = None
    decided_by_token: _Name | None = None
    appeal: _Words | None = None
    appealed_at: Micros | None = None
    made_entry: _Name | None = None
    notices: tuple[ExportedNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportEnd:
    """The last line: how many there are of each kind before it. Format 1 has none of the story itself, nor comments."""

    entries: int
    versions: int
    events: int
    media: int
    story_versions: int = 0
    comments: int = 0


Exported = (
    ExportHeader
    | ExportedPerson
    | ExportedMedia
    | ExportedStoryVersion
    | ExportedEntry
    | ExportedVersion
    | ExportedEvent
    | ExportedComment
    | ExportEnd
)
Restored = ExportedStoryVersion | ExportedEntry | ExportedVersion | ExportedEvent | ExportedComment
"""What is sent in batches, behind the header and the uploads."""

_SHAPES: Mapping[str, type[Any]] = {
    "header": ExportHeader,
    "person": ExportedPerson,
    "media": ExportedMedia,
    "story_version": ExportedStoryVersion,
    "entry": ExportedEntry,
    "version": ExportedVersion,
    "event": ExportedEvent,
    "comment": ExportedComment,
    "end": ExportEnd,
}
_KINDS = {shape: kind for kind, shape in _SHAPES.items()}
_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {kind: TypeAdapter(shape) for kind, shape in _SHAPES.items()}


class BadShape(ValueError):
    """A line that has not the members of its kind; the message is a sentence."""


def exported_json(value: Exported) -> dict[str, Any]:
    """Return the members of a line, but for its check."""
    return {"kind": _KINDS[type(value)], **dataclasses.asdict(value)}


def parse_exported(members: Mapping[str, Any]) -> Exported:
    """Parse a line's members. Raises BadShape."""
    kind = members.get("kind")
    adapter = _ADAPTERS.get(kind) if isinstance(kind, str) else None
    if adapter is None:
        raise BadShape("it is of no kind that this release knows.")
    given = {name: value for name, value in members.items() if name not in {"kind", "sum"}}
    if kind == "header" and given.get("format") not in READABLE_FORMATS:
        raise BadShape(f"the file has format {given.get('format')!r}, and this release reads those up to {FORMAT}.")
    try:
        value: Exported = adapter.validate_python(given)
    except ValidationError as error:
        found = validation_errors(error.errors(include_url=False)).errors[0]
        raise BadShape(f"{found.pointer or kind}: {found.detail}") from None
    return value
