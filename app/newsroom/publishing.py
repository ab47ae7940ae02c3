"""Taking an entry to the door: into public, changed in public, and out of it."""

from __future__ import annotations

import dataclasses
from typing import Literal

from app.domain.entry import Entry
from app.domain.rights import is_public_status
from app.domain.story import Story
from app.newsroom.door import Hidden, Shown, pass_door
from app.newsroom.room import Newsroom
from app.storage.database import WriteTransaction


def show(tx: WriteTransaction, room: Newsroom, story: Story, change: Shown) -> Entry:
    """The entry after it passed the door; as it was while the story itself is not public yet."""
    if not story.is_public:
        return change.entry
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
    pass_door(tx, room, story, [Hidden(entry.id, cause)])
    return dataclasses.replace(entry, revision=entry.revision + 1)
