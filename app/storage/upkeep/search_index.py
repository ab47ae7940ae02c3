"""Rebuilds the search index from the tables it is derived from: after a migration or a restore."""

from __future__ import annotations

from sqlalchemy import Connection, delete, exists, select

from app.domain.entry import EntryStatus
from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.entries import read_entry
from app.storage.newsroom.search import index_entry, index_story
from app.storage.newsroom.stories import list_stories

_documents = schema.search_documents
_entries = schema.entries


def fill_search_index(connection: Connection) -> None:
    """Index every story and entry that is not indexed, in the order of their creation."""
    tx = WriteTransaction(connection)
    for story in reversed(list_stories(tx)):
        index_story(tx, story)
    indexed = exists().where(_documents.c.story_id == _entries.c.story_id, _documents.c.entry_id == _entries.c.id)
    missing = (
        select(_entries.c.story_id, _entries.c.id)
        .where(~indexed, _entries.c.status != EntryStatus.REMOVED.value)
        .order_by(_entries.c.created_at, _entries.c.id)
    )
    for row in connection.execute(missing).all():
        entry = read_entry(tx, StoryId(row.story_id), EntryId(row.id))
        if entry is not None:
            index_entry(tx, entry)


def empty_search_index(connection: Connection) -> None:
    """Delete every indexed document; `fill_search_index` rebuilds them."""
    connection.execute(delete(_documents))
