"""An entry: one live update, as the newsroom holds it, and the content a revision of it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.domain.clock import Micros
from app.domain.identifiers import EntryId, PersonId, StoryId

JsonObject = Mapping[str, Any]


class EntryStatus(StrEnum):
    """Where an entry is in its editorial life. `published` and `retracted` are public, the rest newsroom only."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    RETRACTED = "retracted"
    EXPIRED = "expired"
    REMOVED = "removed"


PUBLIC_STATUSES = frozenset({EntryStatus.PUBLISHED, EntryStatus.RETRACTED})


@dataclass(frozen=True, slots=True)
class EntryContent:
    """What a revision says. Blocks, authors, source and tags are JSON objects in their wire shape."""

    kind: str = "update"
    key_event: bool = False
    importance: str = "normal"
    headline: str | None = None
    text: str | None = None
    """The source as it was typed, when it was typed as text; None for entries written as HTML or blocks."""
    text_format: str = "markdown"
    blocks: tuple[JsonObject, ...] = ()
    authors: tuple[JsonObject, ...] = ()
    source: JsonObject | None = None
    tags: tuple[JsonObject, ...] = ()
    display_time: Micros | None = None
    """The time readers are shown and the entry is ordered by, where that is not when it was published."""


CONTENT_FIELDS = ("kind", "key_event", "importance", "headline", "authors", "source", "tags")
"""Members of EntryContent that stand in the public entry under the same name."""


@dataclass(frozen=True, slots=True)
class WorkingRevision:
    """An edit of a public entry that nobody outside sees until it is published."""

    status: EntryStatus
    """`draft`, `submitted` or `scheduled`."""
    content: EntryContent
    material: bool
    publish_at: Micros | None = None
    """When it goes out by itself; set while the status is `scheduled`."""
    held: bool = False
    """It goes out by itself because the story holds everything for a while, not because somebody chose the time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The newsroom's row of one entry."""

    story: StoryId
    id: EntryId
    status: EntryStatus
    version: int
    content: EntryContent
    created_at: Micros
    status_at: Micros
    """When the status last changed: the order in which a draft story's entries go out when it becomes public."""
    created_by: PersonId | None
    created_by_token: str
    creation_fingerprint: str
    """Digest of the body that created it, by which a repeated creation is told from another one under the same id."""
    revision: int = 0
    """Public changes so far; 0 until the entry first passes the door."""
    public_version: int = 0
    """The version that the newest public change made."""
    working: WorkingRevision | None = None
    external_id: str | None = None
    external_version: int | None = None
    edited_by_hand: bool = False
    """Somebody changed it since the last upsert by external id, so that the next one must not overwrite it."""
    published_at: Micros | None = None
    updated_at: Micros | None = None
    sort_key: str | None = None
    corrections: tuple[JsonObject, ...] = ()
    retraction_stands: bool = False
    """It was retracted and never reinstated: wherever it is now, it comes out struck through or not at all."""
    publish_at: Micros | None = None
    """When it goes out by itself; set while the status is `scheduled`."""
    held: bool = False
    """As of a working revision."""
    expires_at: Micros | None = None
    """When it leaves the public by itself."""
    pin_wanted: bool = False
    """Somebody who may pin it wants it pinned as soon as it comes out, or its working revision does."""

    @property
    def due_at(self) -> Micros | None:
        """When something of it next has to be done without a person; None while nothing waits for a time."""
        times = [
            self.publish_at if self.status is EntryStatus.SCHEDULED else None,
            self.working.publish_at if self.working is not None and self.status in PUBLIC_STATUSES else None,
            self.expires_at if self.status in PUBLIC_STATUSES else None,
        ]
        return min((time for time in times if time is not None), default=None)

    @property
    def newest_content(self) -> EntryContent:
        """What an editor goes on writing: the working revision if there is one."""
        return self.content if self.working is None else self.working.content


def changed_fields(before: EntryContent, after: EntryContent) -> tuple[str, ...]:
    """The public names of what differs, in a fixed order; the display time counts as `time`, blocks as `body`."""
    changed = [name for name in CONTENT_FIELDS if getattr(before, name) != getattr(after, name)]
    if before.display_time != after.display_time:
        changed.append("time")
    if before.blocks != after.blocks:
        changed.append("body")
    return tuple(changed)


def with_content(entry: Entry, content: EntryContent) -> Entry:
    """The entry, saying `content`. Under another display time it has no place any more: the door gives it a new one."""
    keeps_its_place = content.display_time == entry.content.display_time
    return replace(entry, content=content, sort_key=entry.sort_key if keeps_its_place else None)
