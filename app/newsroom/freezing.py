"""A freeze, of a story or of the whole site: nothing goes out and nothing changes; taking back still works."""

from __future__ import annotations

from app.domain.errors import Conflict
from app.domain.statuses import Action
from app.domain.story import Story

TAKING_BACK = frozenset({Action.RETRACT, Action.UNPUBLISH, Action.REMOVE, Action.EXPIRE})
"""What a freeze is there to leave possible."""


def refuse_frozen(story: Story, action: Action | None = None) -> None:
    """Raise Conflict `frozen` for a write in a frozen story or site, unless `action` takes something back."""
    if story.is_frozen and action not in TAKING_BACK:
        raise Conflict("frozen", "Everything is frozen: only retract, unpublish and remove work until it is thawed.")
