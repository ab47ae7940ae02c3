"""Taking an entry to the door: into public, changed in public, and out of it."""

from __future__ import annotations

import dataclasses
from typing import Literal

from app.domain.entry import Entry
from app.domain.errors import Conflict
from app.domain.rights import is_public_status
from app.domain.story import Story, StoryStatus, without_entry
from app.newsroom.door import Hidden, PublicChange, Shown, StoryChanged, pass_door
from app.newsroom.room import Newsroom
from app.storage.database import WriteTransaction
from app.storage.stories import update_story


def show(tx: WriteTransaction, room: Newsroom, story: Story, change: Shown) -> Entry:
    """The entry after it passed the door; as it was while the story itself is not public yet.

    Raises Conflict `story_ended` for what would be new in a story that has ended.
    """
    if not story.is_public:
        return change.entry
    if change.type == "entry.published" and story.status is StoryStatus.ENDED:
        raise Conflict("story_ended", "The story has ended: corrections are taken, new entries once it is live again.")
    entry = pass_door(tx, room, story, [change])[change.entry.id]
    return dataclasses.replace(entry, public_version=entry.version)


def hide(
    tx: WriteTransaction,
    room: Newsroom,
    story: Story,
    entry: Entry,
    *,
    cause: Literal["unpublished", "removed", "expired"],
) -> Entry:
    """The entry after it left the public, if it was there. `entry` still has its old status."""
    if not (story.is_public and is_public_status(entry)):
        return entry
    changes: list[PublicChange] = [Hidden(entry.id, cause)]
    furnished = without_entry(story, entry.id)
    changed = tuple(name for name in ("pinned", "key_points") if getattr(furnished, name) != getattr(story, name))
    if changed:
        story = dataclasses.replace(furnished, version=story.version + 1)
        update_story(tx, story)
        changes.append(StoryChanged(changed=changed))
    pass_door(tx, room, story, changes)
    return dataclasses.replace(entry, revision=entry.revision + 1)
