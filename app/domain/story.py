"""Stories: live blogs as the newsroom stores them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.clock import Micros, parse_time
from app.domain.entry import EntryContent, JsonObject
from app.domain.identifiers import EntryId, StoryId
from app.domain.sites import DEFAULT_SITE


class StoryStatus(StrEnum):
    """A story's status: `draft` and `scheduled` are newsroom only; the others are public, `withdrawn` as 410 only."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    UPCOMING = "upcoming"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"


BEFORE_START = frozenset({StoryStatus.SCHEDULED, StoryStatus.UPCOMING})
"""Statuses from which a story goes live by the clock when its coverage begins."""

MAX_PINS = 10

OVER = frozenset({StoryStatus.ENDED, StoryStatus.ARCHIVED, StoryStatus.WITHDRAWN})
"""Statuses of stories that nobody looks after any more: who did so at the end stays among its authors."""

NEWSROOM_ONLY = frozenset({StoryStatus.DRAFT, StoryStatus.SCHEDULED})
"""Statuses of stories of which readers know nothing."""


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
"""Transitions of a story's status by `PATCH {"status"}`. A story that was public cannot become a secret again."""


@dataclass(frozen=True, slots=True)
class StorySettings:
    """Settings that only the newsroom sees: how the story is edited."""

    review_required: bool = False
    """Whether reporters' publications and public edits wait for an editor."""
    require_alt: bool = False
    """Whether pictures without alternative text are refused, rather than warned about."""
    hold_seconds: int = 0
    """Delay of publications and edits, in which they can be cancelled unseen; 0 for none."""
    auto_end_after: int | None = None
    """Seconds without a new public entry after which the clock ends the story; None for never."""
    members_only: bool = False
    """Whether only the story's members, and admins, see it in the newsroom."""
    own_bylines: bool = False
    """Whether reporters may put no name but their own over an entry; the site may ask for it in every story."""
    comments: JsonObject | None = None
    """Whether readers may comment: `{mode, url?, count?}`; None for the site's default."""
    site: str = DEFAULT_SITE
    """The slug of the site that publishes it."""
    duty: JsonObject | None = None
    """Who is on duty, `{person, since}` with `since` in microseconds; None for nobody. Of a story that is over, `shown`
    is the person who was when it ended, and `person` may be None."""
    frozen_by_editor: bool = False
    """Of a story that is frozen: whether an editor did it, so that one may thaw it, too."""


_SETTINGS = frozenset(field.name for field in dataclasses.fields(StorySettings))


def settings_of(kept: Mapping[str, Any]) -> StorySettings:
    """Build settings from what is stored of them; what only a newer release knows is left out."""
    return StorySettings(**{name: value for name, value in kept.items() if name in _SETTINGS})


@dataclass(frozen=True, slots=True)
class Story:
    """The newsroom's row of a story. `fields` has the public, client-written members by their wire names."""

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
    """Whether nothing may be published until the story is thawed; withdrawals still work."""
    ends_at: Micros | None = None
    """When the clock ends it unless a new entry is published before; set while it is live and has `auto_end_after`."""
    legal_hold: bool = False
    """Whether its text, with that of all its entries, is kept for a court until the hold is lifted."""
    purged_at: Micros | None = None
    """When its text was purged, with that of all its entries; nothing brings it back."""
    importing: bool = False
    """Whether it is being brought from elsewhere: nobody but the import may change it."""
    site_frozen: bool = False
    """Whether the whole site was frozen when this was read; not a column of the story."""

    @property
    def due_at(self) -> Micros | None:
        """Return when the clock next has to act on it; None if nothing is scheduled."""
        if self.status is StoryStatus.WITHDRAWN:
            return None
        times = [pin["until"] for pin in self.pinned if pin.get("until") is not None]
        times.append(self.starts_at if self.status in BEFORE_START else None)
        times.append(self.ends_at if self.status is StoryStatus.LIVE else None)
        return min((Micros(time) for time in times if time is not None), default=None)

    @property
    def starts_at(self) -> Micros | None:
        """Return when its coverage begins; None if that is open."""
        start = self.fields.get("coverage_start")
        return None if start is None else parse_time(start)

    @property
    def site(self) -> str:
        """Return the slug of the site that publishes it."""
        return self.settings.site

    @property
    def is_frozen(self) -> bool:
        """Return whether nothing of it may be published or changed now."""
        return self.frozen or self.site_frozen

    @property
    def is_public(self) -> bool:
        """Return whether readers know of it (of a withdrawn one: that it existed)."""
        return self.status not in NEWSROOM_ONLY

    @property
    def shown_on_duty(self) -> str | None:
        """Return the id of the person whom readers are shown for their duty: of a story that is over, as it ended."""
        if self.settings.duty is None:
            return None
        kept: str | None = self.settings.duty["person"]
        return self.settings.duty.get("shown", kept) if self.status in OVER else kept

    @property
    def is_shown(self) -> bool:
        """Return whether readers can read it now."""
        return self.is_public and self.status is not StoryStatus.WITHDRAWN


def intro_content(fields: Mapping[str, Any]) -> EntryContent:
    """Return the intro among a story's fields as the body that it is: an entry's, without anything beside it."""
    kept = fields.get("intro")
    if kept is None:
        return EntryContent()
    return EntryContent(text=kept["text"], text_format=kept["text_format"], blocks=tuple(kept["blocks"]))


def shown_blocks(fields: Mapping[str, Any]) -> list[JsonObject]:
    """Return every block among a story's fields: its picture, that of its preview elsewhere, and those of its intro."""
    pictures = (fields.get("image"), (fields.get("seo") or {}).get("image"))
    return [*(each for each in pictures if each is not None), *intro_content(fields).blocks]


def with_pin(story: Story, entry: EntryId) -> Story:
    """Return the story with the entry pinned above all others; beyond MAX_PINS the lowest pin is dropped."""
    others = (pin for pin in story.pinned if pin["entry"] != entry)
    return dataclasses.replace(story, pinned=({"entry": entry, "until": None}, *others)[:MAX_PINS])


def without_entry(story: Story, entry: EntryId) -> Story:
    """Return the story without pins of the entry, and with key points that keep their text but not the reference."""
    return dataclasses.replace(
        story,
        pinned=tuple(pin for pin in story.pinned if pin["entry"] != entry),
        key_points=tuple({**point, "entry": None} if point["entry"] == entry else point for point in story.key_points),
    )


def without_ended_pins(story: Story, *, now: Micros) -> Story:
    """Return the story without the pins whose time is over."""
    kept = [pin for pin in story.pinned if pin["until"] is None or pin["until"] > now]
    return dataclasses.replace(story, pinned=tuple(kept))
