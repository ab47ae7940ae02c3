"""Showing entries to readers, pinning them, and hiding them, each through the one door."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

from app.domain.entry import Entry, EntryStatus
from app.domain.errors import Conflict
from app.domain.rights import is_public_status
from app.domain.story import Story, StoryStatus, with_pin, without_entry
from app.newsroom.context.recording import record_story
from app.newsroom.context.write_context import StoryContext
from app.newsroom.publication.publication import EntryHidden, EntryShown, StoryUpdated, publish_changes
from app.storage.newsroom.stories import read_story, update_story

UNPIN = "unpin"
"""The action on a story whose pin or key point named an entry that was hidden."""


def show_entry(context: StoryContext, change: EntryShown) -> Entry:
    """Publish the entry, or its change, with the pin it wants; return it unchanged while the story is not public.

    Raises Conflict `story_ended` for what would be new in a story that has ended.
    """
    if change.type == "entry.published" and context.story.status is StoryStatus.ENDED:
        raise Conflict("story_ended", "The story has ended: corrections are taken, new entries once it is live again.")
    return show_entry_again(context, change)


def show_entry_again(context: StoryContext, change: EntryShown) -> Entry:
    """Publish what readers have had before, as `show_entry` does, but also in a story that has ended."""
    if not context.story.is_shown:
        return change.entry
    entry = change.entry
    if not is_shown_pinned(entry):
        return publish_changes(context, [change])[entry.id]
    context, updates = _update_pins(context, lambda story: with_pin(story, entry.id), action="pin")
    change = dataclasses.replace(change, entry=dataclasses.replace(entry, pin_wanted=False))
    return publish_changes(context, [change, *updates])[entry.id]


def pin_entry(context: StoryContext, entry: Entry) -> Story:
    """Pin an entry that is public already, above all others. Returns the story with it."""
    context, updates = _update_pins(context, lambda story: with_pin(story, entry.id), action="pin")
    if updates:
        publish_changes(context, updates)
    return context.story


def hide_entry(context: StoryContext, entry: Entry, *, cause: Literal["unpublished", "removed", "expired"]) -> Entry:
    """Hide an entry, which still has its old status, and its pin, if it is public; return its next revision."""
    if not (context.story.is_shown and is_public_status(entry)):
        return entry
    context, updates = _update_pins(context, lambda story: without_entry(story, entry.id), action=UNPIN)
    publish_changes(context, [EntryHidden(entry.id, cause), *updates])
    return dataclasses.replace(entry, revision=entry.revision + 1)


def is_shown_pinned(entry: Entry) -> bool:
    """Return whether the entry is pinned once it is shown: not one that is retracted, or waits for an edit."""
    return entry.pin_wanted and entry.status is EntryStatus.PUBLISHED and entry.working is None


def _update_pins(
    context: StoryContext, change: Callable[[Story], Story], *, action: str
) -> tuple[StoryContext, list[StoryUpdated]]:
    """Write and record the story after `change` to its pins and key points; return it with what is to be published.

    The story is read anew: one transaction may show and hide several entries, each with its own pin.
    """
    before = read_story(context.tx, context.story.id) or context.story
    after = change(before)
    changed = tuple(name for name in ("pinned", "key_points") if getattr(after, name) != getattr(before, name))
    if not changed:
        return context.in_story(before), []
    after = dataclasses.replace(after, version=before.version + 1)
    update_story(context.tx, after)
    record_story(context, before=before, after=after, action=action)
    return context.in_story(after), [StoryUpdated(changed=changed)]
