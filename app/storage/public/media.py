"""The media that are public now: written by `publish_changes` with what shows them, read before a file is sent."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, insert, select

from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.tables.parts import IMPORTING
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_media = schema.public_media
_stories = schema.public_stories
_ITSELF = ""
"""Stands for the entry's id in the rows of a story's own media."""

# Built once: building a statement takes SQLAlchemy eight times as long as running it.
_INSERT = insert(_media)
_DELETE = delete(_media).where(_media.c.story_id == bindparam("of_story"), _media.c.entry_id == bindparam("of_entry"))
_SELECT = (
    select(_media.c.name)
    .join(_stories, _stories.c.story_id == _media.c.story_id)
    .where(_media.c.name == bindparam("named"), _stories.c.status != IMPORTING)
    .limit(1)
)


def update_public_media(tx: WriteTransaction, story: StoryId, entry: EntryId | None, names: Iterable[str]) -> None:
    """Replace the media that an entry, or with None the story itself, lets be public.

    Only app/newsroom/publication/publication.py calls this.
    """
    place = entry or _ITSELF
    tx.connection.execute(_DELETE, {"of_story": story, "of_entry": place})
    rows = [{"name": name, "story_id": story, "entry_id": place} for name in sorted(names)]
    if rows:
        tx.connection.execute(_INSERT, rows)


def delete_story_media(tx: WriteTransaction, story: StoryId) -> None:
    """Let nothing be public for a story and its entries any more; the story is withdrawn."""
    tx.connection.execute(delete(_media).where(_media.c.story_id == story))


def has_public_media(tx: ReadTransaction, name: str) -> bool:
    """Return whether anything public shows the media of this name."""
    return tx.connection.execute(_SELECT, {"named": name}).first() is not None
