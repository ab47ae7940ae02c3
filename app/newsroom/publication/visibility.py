"""Taking an entry to the door: into public, changed in public, and out of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

from app.domain.entry import Entry, EntryStatus
from app.domain.errors import Conflict
from app.domain.rights import Actor, is_public_status
from app.domain.story import Story, StoryStatus, with_pin, without_entry
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_story
from app.newsroom.publication.publication import Hidden, Shown, StoryChanged, publish_changes
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.stories import read_story, update_story

UNPIN = "unpin"
"""Done to a story whose pin or key point named an entry that has left."""


def show(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, story: Story, change: Shown) -> Entry:
    """The entry after it passed the door, with its pin if one was wanted; as it was while readers have no such story.

    Raises Conflict `story_ended` for what would be new in a story that has ended.
    """
    if change.type == "entry.published" and story.status is StoryStatus.ENDED:
        raise Conflict("story_ended", "The story has ended: corrections are taken, new entries once it is live again.")
    return show_again(tx, newsroom, actor, call, story, change)


def show_again(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, story: Story, change: Shown
) -> Entry:
    """As `show`, of what readers have had before: a story that has ended takes that too."""
    if not story.is_shown:
        return change.entry
    entry, furniture = change.entry, list[StoryChanged]()
    if comes_out_pinned(entry):
        story, furniture = _refurnished(
            tx, newsroom, actor, call, story, lambda known: with_pin(known, entry.id), action="pin"
        )
        change = dataclasses.replace(change, entry=dataclasses.replace(entry, pin_wanted=False))
    return publish_changes(tx, newsroom, story, [change, *furniture])[entry.id]


def pin_entry(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, story: Story, entry: Entry) -> Story:
    """Pin an entry that is out already, above all others. Returns the story with it."""
    story, furniture = _refurnished(
        tx, newsroom, actor, call, story, lambda known: with_pin(known, entry.id), action="pin"
    )
    if furniture:
        publish_changes(tx, newsroom, story, furniture)
    return story


def hide(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    story: Story,
    entry: Entry,
    *,
    cause: Literal["unpublished", "removed", "expired"],
) -> Entry:
    """The entry after it left the public, if it was there, with its pin. `entry` still has its old status."""
    if not (story.is_shown and is_public_status(entry)):
        return entry
    story, furniture = _refurnished(
        tx, newsroom, actor, call, story, lambda known: without_entry(known, entry.id), action=UNPIN
    )
    publish_changes(tx, newsroom, story, [Hidden(entry.id, cause), *furniture])
    return dataclasses.replace(entry, revision=entry.revision + 1)


def comes_out_pinned(entry: Entry) -> bool:
    """Whether the pin that was wished for goes with the entry: not with one that is retracted, or waits for an edit."""
    return entry.pin_wanted and entry.status is EntryStatus.PUBLISHED and entry.working is None


def _refurnished(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    story: Story,
    change: Callable[[Story], Story],
    *,
    action: str,
) -> tuple[Story, list[StoryChanged]]:
    """The story after `change` to its pins and key points, kept and recorded, and what readers are to be told of it.

    It is read anew: in one transaction several entries may come and go, each with its own pin.
    """
    before = read_story(tx, story.id) or story
    after = change(before)
    changed = tuple(name for name in ("pinned", "key_points") if getattr(after, name) != getattr(before, name))
    if not changed:
        return before, []
    after = dataclasses.replace(after, version=before.version + 1)
    update_story(tx, after)
    record_story(tx, newsroom, actor, call, before=before, after=after, action=action)
    return after, [StoryChanged(changed=changed)]
