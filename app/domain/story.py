"""A story: one live blog, as the newsroom holds it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.clock import Micros, parse_time
from app.domain.entry import JsonObject
from app.domain.identifiers import EntryId, StoryId


class StoryStatus(StrEnum):
    """`draft` and `scheduled` exist in the newsroom alone; the others are public, `withdrawn` as 410 only."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    UPCOMING = "upcoming"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"


BEFORE_START = frozenset({StoryStatus.SCHEDULED, StoryStatus.UPCOMING})
"""A story in one of these goes live by itself when its coverage begins."""

MAX_PINS = 10

NEWSROOM_ONLY = frozenset({StoryStatus.DRAFT, StoryStatus.SCHEDULED})
"""Of a story in one of these, readers know nothing."""


STORY_TRANSITIONS: Mapping[StoryStatus, frozenset[StoryStatus]] = {
    StoryStatus.DRAFT: frozenset({StoryStatus.SCHEDULED, StoryStatus.UPCOMING, StoryStatus.LIVE}),
    StoryStatus.SCHEDULED: frozenset({StoryStatus.DRAFT, StoryStatus.UPCOMING, StoryStatus.LIVE}),
    StoryStatus.UPCOMING: frozenset({StoryStatus.LIVE, StoryStatus.WITHDRAWN}),
    StoryStatus.LIVE: frozenset({StoryStatus.PAUSED, StoryStatus.ENDED, StoryStatus.WITHDRAWN}),
    StoryStatus.PAUSED: frozenset({StoryStatus.LIVE, StoryStatus.ENDED, StoryStatus.WITHDRAWN}),
    StoryStatus.ENDED: frozenset({StoryStatus.LIVE, StoryStatus.ARCHIVED, StoryStatus.WITHDRAWN}),
    StoryStatus.ARCHIVED: frozenset({StoryStatus.WITHDRAWN}),
    StoryStatus.WITHDRAWN: frozenset(),
}
"""Where a story's status may go by `PATCH {"status"}`. What has once been public cannot become a secret again."""


@dataclass(frozen=True, slots=True)
class StorySettings:
    """What only the newsroom sees: how the story is edited."""

    review_required: bool = False
    """Reporters' publications and public edits wait for an editor."""
    require_alt: bool = False
    """Pictures without alternative text are refused instead of warned about."""
    hold_seconds: int = 0
    """Publications and edits wait this long, so that they can still be cancelled unseen; 0 for not at all."""
    auto_end_after: int | None = None
    """The story ends by itself after so many seconds without a new public entry; None for never."""
    members_only: bool = False
    """Only the story's members, and admins, see it in the newsroom."""


@dataclass(frozen=True, slots=True)
class Story:
    """The newsroom's row. `fields` holds the public, client-written members of 'story' by their wire names."""

    id: StoryId
    slug: str
    status: StoryStatus
    version: int
    fields: Mapping[str, Any]
    settings: StorySettings
    created_at: Micros
    pinned: tuple[JsonObject, ...] = ()
    """References to public entries, `{entry, until?}` with `until` in microseconds, the topmost first."""
    key_points: tuple[JsonObject, ...] = ()
    """What to know, `{text, entry?}`, in order."""
    frozen: bool = False
    """Nothing goes out until somebody thaws the story; taking back still works."""
    ends_at: Micros | None = None
    """When it ends by itself unless a new entry comes before; set while it is live and `auto_end_after` says so."""
    site_frozen: bool = False
    """The whole site was frozen when this was read; not the story's own."""

    @property
    def due_at(self) -> Micros | None:
        """When something of it next has to be done without a person; None while nothing waits for a time."""
        if self.status is StoryStatus.WITHDRAWN:
            return None
        times = [pin["until"] for pin in self.pinned if pin.get("until") is not None]
        times.append(self.starts_at if self.status in BEFORE_START else None)
        times.append(self.ends_at if self.status is StoryStatus.LIVE else None)
        return min((Micros(time) for time in times if time is not None), default=None)

    @property
    def starts_at(self) -> Micros | None:
        """When its coverage begins."""
        start = self.fields.get("coverage_start")
        return None if start is None else parse_time(start)

    @property
    def is_frozen(self) -> bool:
        """Whether nothing of it may go out or change now."""
        return self.frozen or self.site_frozen

    @property
    def is_public(self) -> bool:
        """Whether readers know of it (a withdrawn one: that it was)."""
        return self.status not in NEWSROOM_ONLY

    @property
    def is_shown(self) -> bool:
        """Whether readers can read it now."""
        return self.is_public and self.status is not StoryStatus.WITHDRAWN


def with_pin(story: Story, entry: EntryId) -> Story:
    """The story with the entry pinned above all others; of more than it may have, the lowest goes."""
    others = (pin for pin in story.pinned if pin["entry"] != entry)
    return dataclasses.replace(story, pinned=({"entry": entry, "until": None}, *others)[:MAX_PINS])


def without_entry(story: Story, entry: EntryId) -> Story:
    """The story with no pin of the entry, and with its key points pointing at it no more; they keep their text."""
    return dataclasses.replace(
        story,
        pinned=tuple(pin for pin in story.pinned if pin["entry"] != entry),
        key_points=tuple({**point, "entry": None} if point["entry"] == entry else point for point in story.key_points),
    )


def without_ended_pins(story: Story, *, now: Micros) -> Story:
    """The story with the pins whose time is not over."""
    kept = [pin for pin in story.pinned if pin["until"] is None or pin["until"] > now]
    return dataclasses.replace(story, pinned=tuple(kept))
