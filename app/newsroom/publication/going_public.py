"""A story comes before readers: for the first time, or again after a withdrawal that was undone."""

from __future__ import annotations

import dataclasses
from typing import Literal

from app.domain.clock import Micros
from app.domain.entry import PUBLIC_STATUSES, Entry, EntryStatus
from app.domain.rights import Actor
from app.domain.story import Story
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.publication.publication import Hidden, PublicChange, Shown, StoryChanged, publish_changes
from app.newsroom.publication.visibility import comes_out_pinned, pin_entry
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.entries import list_entries_in_status, read_entry, update_entry
from app.storage.public.writes import list_entries_known_to_readers

_CAUSES: dict[EntryStatus, Literal["removed", "expired"]] = {
    EntryStatus.REMOVED: "removed",
    EntryStatus.EXPIRED: "expired",
}


def open_story(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, story: Story) -> Story:
    """The story with its pins after it became public: itself first, then what is out in it, oldest first.

    Of a story that comes back, what readers had been told of and is out no more leaves before that: somebody who was
    away meanwhile still holds it.
    """
    out = sorted((e for status in PUBLIC_STATUSES for e in list_entries_in_status(tx, story.id, status)), key=_when)
    gone = _gone(tx, story, out)
    hidden = [Hidden(entry.id, _CAUSES.get(entry.status, "unpublished")) for entry in gone]
    changes: list[PublicChange] = [StoryChanged(), *hidden, *(Shown(entry, "entry.published") for entry in out)]
    for entry in publish_changes(tx, newsroom, story, changes).values():
        update_entry(tx, dataclasses.replace(entry, pin_wanted=False))
    for entry in gone:
        update_entry(tx, dataclasses.replace(entry, revision=entry.revision + 1))
    for entry in out:
        if comes_out_pinned(entry):
            story = pin_entry(tx, newsroom, actor, call, story, entry)
    return story


def _gone(tx: WriteTransaction, story: Story, out: list[Entry]) -> list[Entry]:
    known = {entry.id for entry in out}
    found = (
        read_entry(tx, story.id, entry) for entry in list_entries_known_to_readers(tx, story.id) if entry not in known
    )
    return [entry for entry in found if entry is not None]


def _when(entry: Entry) -> tuple[str, bool, Micros]:
    """Those that had a place, by that. Of the others those that say when they are from; the rest as they came out."""
    at = entry.content.display_time
    return entry.sort_key or "", at is None, at or Micros(0)
