"""Publishing a story as a whole: for the first time, or again after a withdrawal that was reverted."""

from __future__ import annotations

import dataclasses
from typing import Literal

from app.domain.clock import Micros
from app.domain.entry import PUBLIC_STATUSES, Entry, EntryStatus
from app.domain.story import Story
from app.newsroom.context.write_context import StoryContext
from app.newsroom.publication.publication import EntryHidden, EntryShown, PublicChange, StoryUpdated, publish_changes
from app.newsroom.publication.visibility import is_shown_pinned, pin_entry
from app.storage.newsroom.entries import list_entries_in_status, read_entry, update_entry
from app.storage.public.writes import list_entries_known_to_readers

_CAUSES: dict[EntryStatus, Literal["removed", "expired"]] = {
    EntryStatus.REMOVED: "removed",
    EntryStatus.EXPIRED: "expired",
}


def publish_story(context: StoryContext) -> Story:
    """Publish the story: itself first, then its public entries, oldest first. Returns the story with their pins.

    Of a story that was public before, the entries that readers have had and that are public no more are hidden before
    that: a reader who was away meanwhile still has them.
    """
    tx, story = context.tx, context.story
    shown = sorted((e for status in PUBLIC_STATUSES for e in list_entries_in_status(tx, story.id, status)), key=_order)
    gone = _list_gone(context, shown)
    hidden = [EntryHidden(entry.id, _CAUSES.get(entry.status, "unpublished")) for entry in gone]
    changes: list[PublicChange] = [StoryUpdated(), *hidden, *(EntryShown(entry, "entry.published") for entry in shown)]
    for entry in publish_changes(context, changes).values():
        update_entry(tx, dataclasses.replace(entry, pin_wanted=False))
    for entry in gone:
        update_entry(tx, dataclasses.replace(entry, revision=entry.revision + 1))
    for entry in shown:
        if is_shown_pinned(entry):
            story = pin_entry(context.in_story(story), entry)
    return story


def _list_gone(context: StoryContext, shown: list[Entry]) -> list[Entry]:
    tx, story, known = context.tx, context.story.id, {entry.id for entry in shown}
    found = (read_entry(tx, story, entry) for entry in list_entries_known_to_readers(tx, story) if entry not in known)
    return [entry for entry in found if entry is not None]


def _order(entry: Entry) -> tuple[str, bool, Micros]:
    """Order entries by the key they have; of those without, first the ones that give a display time, by that."""
    at = entry.content.display_time
    return entry.sort_key or "", at is None, at or Micros(0)
