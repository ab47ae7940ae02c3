"""The old addresses of entries that are or were public: written by `publish_changes`, found by lists of entries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert

from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import WriteTransaction

_aliases = schema.public_aliases


def insert_public_aliases(tx: WriteTransaction, story: StoryId, entry: EntryId, aliases: Sequence[str]) -> None:
    """Add the old addresses of an entry that becomes public. Only app/newsroom/publication/publication.py calls it."""
    if aliases:
        tx.connection.execute(
            insert(_aliases), [{"story_id": story, "alias": alias, "entry_id": entry} for alias in aliases]
        )
