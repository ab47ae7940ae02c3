"""Legal holds: stories and entries whose text no purge and no retention may take."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select, update

from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_stories = schema.stories
_entries = schema.entries


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A hold on a story with all its entries (`entry` is None), or on one entry."""

    story: StoryId
    entry: EntryId | None


def update_story_held(tx: WriteTransaction, story: StoryId, *, held: bool) -> None:
    """Set or lift the hold on a story."""
    tx.connection.execute(update(_stories).where(_stories.c.id == story).values(legal_hold=held))


def update_entry_held(tx: WriteTransaction, story: StoryId, entry: EntryId, *, held: bool) -> None:
    """Set or lift the hold on an entry."""
    of_entry = (_entries.c.story_id == story, _entries.c.id == entry)
    tx.connection.execute(update(_entries).where(*of_entry).values(legal_hold=held))


def list_holds(tx: ReadTransaction, story: StoryId | None = None) -> list[LegalHold]:
    """List the holds there are, or those on a story and its entries; stories first, each in the order of the ids."""
    stories = select(_stories.c.id).where(_stories.c.legal_hold).order_by(_stories.c.id)
    entries = select(_entries.c.story_id, _entries.c.id).where(_entries.c.legal_hold)
    if story is not None:
        stories, entries = stories.where(_stories.c.id == story), entries.where(_entries.c.story_id == story)
    held = [LegalHold(StoryId(each), None) for each in tx.connection.execute(stories).scalars()]
    rows = tx.connection.execute(entries.order_by(_entries.c.story_id, _entries.c.id))
    return [*held, *(LegalHold(StoryId(row.story_id), EntryId(row.id)) for row in rows)]


def list_media_holds(tx: ReadTransaction, name: str) -> list[LegalHold]:
    """List the holds that keep the upload of this name, since what is held uses it or did in an earlier version."""
    uses = schema.media_uses
    rows = tx.connection.execute(select(uses.c.story_id, uses.c.entry_id).where(uses.c.name == name)).all()
    used = {(row.story_id, row.entry_id) for row in rows}
    stories = {story for story, _ in used}
    holds = list_holds(tx) if stories - {""} else []
    return [h for h in holds if (h.story in stories if h.entry is None else (h.story, h.entry) in used)]


def is_held(story: ColumnElement[str], entry: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a row's story, or its entry, is held: every job of retention leaves such rows out."""
    # Under names of their own: the query around them may be about the same tables.
    stories, entries = _stories.alias("held_story"), _entries.alias("held_entry")
    of_story = exists().where(stories.c.id == story, stories.c.legal_hold)
    of_entry = exists().where(entries.c.story_id == story, entries.c.id == entry, entries.c.legal_hold)
    return or_(of_story, of_entry)
