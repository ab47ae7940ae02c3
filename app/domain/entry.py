"""Entries: live updates as the newsroom stores them, and the content of their revisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.domain.clock import Micros
from app.domain.identifiers import EntryId, PersonId, StoryId

JsonObject = Mapping[str, Any]


class EntryStatus(StrEnum):
    """An entry's editorial status. `published` and `retracted` are public, the others newsroom only."""

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
    """The content of a revision. Blocks, authors, source and tags are JSON objects in their wire shape."""

    kind: str = "update"
    key_event: bool = False
    importance: str = "normal"
    headline: str | None = None
    label: str | None = None
    """A few words above the headline, such as "67′" or "Analysis"."""
    icon: str | None = None
    """The name of one of ICONS (app/domain/icons.py)."""
    text: str | None = None
    """The source as it was typed, when it was typed as text; None for entries written as HTML or blocks."""
    text_format: str = "markdown"
    blocks: tuple[JsonObject, ...] = ()
    authors: tuple[JsonObject, ...] = ()
    source: JsonObject | None = None
    tags: tuple[JsonObject, ...] = ()
    display_time: Micros | None = None
    """The time that readers are shown and that orders the entry, if it is not the time of publication."""


CONTENT_FIELDS = ("kind", "key_event", "importance", "headline", "label", "icon", "authors", "source", "tags")
"""Members of EntryContent that the public entry has under the same name."""


@dataclass(frozen=True, slots=True)
class WorkingRevision:
    """An edit of a public entry that readers do not see until it is published."""

    status: EntryStatus
    """`draft`, `submitted` or `scheduled`."""
    content: EntryContent
    material: bool
    publish_at: Micros | None = None
    """When the clock publishes it; set while the status is `scheduled`."""
    held: bool = False
    """Whether `publish_at` comes from a hold, the story's or the request's, and was not chosen by a person."""


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
    """When the status last changed: the order in which a draft story's entries are published when it becomes public."""
    created_by: PersonId | None
    created_by_token: str
    creation_fingerprint: str
    """Digest of the body that created it; it distinguishes a repeated creation from another one under the same id."""
    revision: int = 0
    """Count of public changes; 0 until the entry is first published."""
    public_version: int = 0
    """The version made by the newest public change."""
    working: WorkingRevision | None = None
    external_id: str | None = None
    external_version: int | None = None
    edited_by_hand: bool = False
    """Whether it was changed since the last upsert by external id, so that the next one must not overwrite it."""
    published_at: Micros | None = None
    updated_at: Micros | None = None
    sort_key: str | None = None
    corrections: tuple[JsonObject, ...] = ()
    retraction_stands: bool = False
    """Whether it was retracted and not reinstated: if it is published again, then struck through."""
    publish_at: Micros | None = None
    """When the clock publishes it; set while the status is `scheduled`."""
    held: bool = False
    """As in a working revision."""
    expires_at: Micros | None = None
    """When it expires, and readers no longer see it."""
    pin_wanted: bool = False
    """Whether it is to be pinned when it, or its working revision, is published; asked for with the right to pin."""
    legal_hold: bool = False
    """Whether its text is kept for a court, from purges and from retention, until the hold is lifted."""
    purged_at: Micros | None = None
    """When its text was purged from everywhere; nothing brings it back."""

    @property
    def due_at(self) -> Micros | None:
        """Return when the clock next has to act on it; None if nothing is scheduled."""
        times = [
            self.publish_at if self.status is EntryStatus.SCHEDULED else None,
            self.working.publish_at if self.working is not None and self.status in PUBLIC_STATUSES else None,
            self.expires_at if self.status in PUBLIC_STATUSES else None,
        ]
        return min((time for time in times if time is not None), default=None)

    @property
    def is_held(self) -> bool:
        """Return whether it, or its working revision, is published by itself after a hold, and not by a schedule."""
        return self.held or (self.working is not None and self.working.held)

    @property
    def newest_content(self) -> EntryContent:
        """Return the content an editor continues from: the working revision's if there is one."""
        return self.content if self.working is None else self.working.content


def changed_fields(before: EntryContent, after: EntryContent) -> tuple[str, ...]:
    """List the public names of the members that differ, in a fixed order; display time is `time`, blocks are `body`."""
    changed = [name for name in CONTENT_FIELDS if getattr(before, name) != getattr(after, name)]
    if before.display_time != after.display_time:
        changed.append("time")
    if before.blocks != after.blocks:
        changed.append("body")
    return tuple(changed)


def with_content(entry: Entry, content: EntryContent) -> Entry:
    """Return the entry with `content`. Another display time clears its sort key: `publish_changes` makes a new one."""
    keeps_sort_key = content.display_time == entry.content.display_time
    return replace(entry, content=content, sort_key=entry.sort_key if keeps_sort_key else None)
