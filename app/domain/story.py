"""A story: one live blog, as the newsroom holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.clock import Micros
from app.domain.identifiers import StoryId


class StoryStatus(StrEnum):
    """`draft` exists in the newsroom alone; `live` is public."""

    DRAFT = "draft"
    LIVE = "live"


STORY_MOVES: Mapping[StoryStatus, frozenset[StoryStatus]] = {
    StoryStatus.DRAFT: frozenset({StoryStatus.LIVE}),
    StoryStatus.LIVE: frozenset(),
}
"""Where a story's status may go by `PATCH {"status"}`. What has once been public cannot become a secret again."""


@dataclass(frozen=True, slots=True)
class StorySettings:
    """What only the newsroom sees: how the story is edited."""

    review_required: bool = False
    """Reporters' publications and public edits wait for an editor."""
    require_alt: bool = False
    """Pictures without alternative text are refused instead of warned about."""


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

    @property
    def is_public(self) -> bool:
        return self.status is not StoryStatus.DRAFT
