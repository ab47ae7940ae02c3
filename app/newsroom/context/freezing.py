"""Refusing writes: during a freeze, of a story or of the whole site, and in a story that is closed for good."""

from __future__ import annotations

import dataclasses

from app.domain.errors import Conflict, Unavailable, story_withdrawn
from app.domain.permissions import CLOSED, is_open_to
from app.domain.statuses import Action
from app.domain.story import Story, StoryStatus
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.site_control import lock_creation, read_site_frozen


def refuse_frozen(story: Story) -> None:
    """Raise Conflict `frozen` for a change to a frozen story, or to any while the site is frozen."""
    if story.is_frozen:
        raise _frozen(story)


def refuse_site_frozen(tx: ReadTransaction) -> None:
    """Raise Conflict `frozen` for a change to a site while the whole server is frozen: readers would see it."""
    if read_site_frozen(tx):
        raise Conflict("frozen", "The whole site is frozen: no site is changed until an admin thaws it.")


def refuse_late_creation(tx: WriteTransaction) -> None:
    """Raise Unavailable where the site was frozen since a new public story was checked; else a freeze waits for it."""
    lock_creation(tx)
    if read_site_frozen(tx):
        raise frozen_meanwhile()


def frozen_meanwhile() -> Unavailable:
    """Return the error for a write that had begun when the site was frozen."""
    return Unavailable("unavailable", "The site has been frozen at this moment.", retry_after_seconds=1)


def refuse_closed(story: Story, action: Action | None = None) -> None:
    """Raise Conflict `frozen` or `story_archived` for a write to an entry, unless `action` is one of TAKING_DOWN.

    In a withdrawn story there is nothing left to write to: raise Gone `story_withdrawn`.
    """
    if is_open_to(story.status, action, is_frozen=story.is_frozen):
        return
    if story.status is StoryStatus.WITHDRAWN:
        raise story_withdrawn()
    if story.status is StoryStatus.ARCHIVED:
        raise Conflict("story_archived", "An archived story is read only: only retract, unpublish and remove work.")
    raise _frozen(story)


def refuse_closed_story(before: Story, after: Story) -> None:
    """Raise Conflict `story_archived`, or Gone `story_withdrawn`, for a change to a story that is closed for good.

    Its settings, which only the newsroom sees, may still change; and an archived one may be withdrawn.
    """
    if before.status not in CLOSED:
        return
    kept = dataclasses.replace(before, status=after.status, ends_at=after.ends_at, settings=after.settings)
    if after == kept:
        return
    if before.status is StoryStatus.WITHDRAWN:
        raise story_withdrawn()
    raise Conflict("story_archived", "An archived story is read only: it can be withdrawn, and nothing else.")


def _frozen(story: Story) -> Conflict:
    what = "The whole site" if story.site_frozen else "This story"
    who = "an editor" if story.settings.frozen_by_editor and not story.site_frozen else "an admin"
    return Conflict("frozen", f"{what} is frozen: only retract, unpublish and remove work until {who} thaws it.")
