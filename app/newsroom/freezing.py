"""When nothing may be written: a freeze, of a story or of the whole site, and a story that is closed for good."""

from __future__ import annotations

from app.domain.errors import Conflict, Gone
from app.domain.statuses import Action
from app.domain.story import Story, StoryStatus

TAKING_BACK = frozenset({Action.RETRACT, Action.UNPUBLISH, Action.REMOVE, Action.EXPIRE})
"""What a freeze is there to leave possible."""


def refuse_frozen(story: Story) -> None:
    """Raise Conflict `frozen` for a change to a frozen story, or to any while the site is frozen."""
    if story.is_frozen:
        raise _frozen()


def refuse_closed(story: Story, action: Action | None = None) -> None:
    """Raise Conflict `frozen` or `story_archived` for a write to an entry, unless `action` takes something back.

    In a withdrawn story there is nothing left to write to: Gone `story_withdrawn`.
    """
    if story.status is StoryStatus.WITHDRAWN:
        raise Gone("story_withdrawn", "This story has been withdrawn.")
    if story.status is StoryStatus.ARCHIVED and action not in TAKING_BACK:
        raise Conflict("story_archived", "An archived story is read only: only retract, unpublish and remove work.")
    if story.is_frozen and action not in TAKING_BACK:
        raise _frozen()


def _frozen() -> Conflict:
    return Conflict("frozen", "Everything is frozen: only retract, unpublish and remove work until it is thawed.")
