"""Entries that the other system took back after they were brought: unpublished here, so that it can be undone."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.entry import PUBLIC_STATUSES, Entry, EntryStatus
from app.domain.errors import LiveblogError, NotFound
from app.domain.identifiers import StoryId
from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.entries.withdrawal import unpublish_entry
from app.newsroom.imports.prepared import TakenEntries
from app.storage.database.transactions import ReadTransaction
from app.storage.imports.states import list_entries_by_external_id, read_import
from app.storage.newsroom.entries import list_versions

NOTE = "It was removed in the system that it came from."


def unpublish_removed(newsroom: Newsroom, call: Call, story: str, external_ids: Sequence[str]) -> TakenEntries:
    """Unpublish those of the entries that are public here and that nobody has edited here; say what was left alone.

    Each is a transaction of its own. Raises NotFound for a story that was not brought from elsewhere, NotAllowed.
    """
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.IMPORT_STORIES)
        if read_import(tx, story) is None:
            raise NotFound("import_not_found", "This story was not brought from elsewhere.")
        known = list_entries_by_external_id(tx, StoryId(story), external_ids)
    taken = TakenEntries()
    for external_id, entry in known.items():
        if entry.status not in PUBLIC_STATUSES:
            taken.same += 1
        elif entry.edited_by_hand or entry.working is not None:
            taken.left_alone.append((external_id, "it was removed there, and edited here"))
        else:
            try:
                unpublish_entry(newsroom, call, story, entry.id, note=NOTE)
                taken.changed += 1
            except LiveblogError as error:
                taken.left_alone.append((external_id, error.detail))
    return taken


def is_taken_back(tx: ReadTransaction, entry: Entry) -> bool:
    """Return whether an entry is unpublished because it was removed there, and nothing was done with it here since."""
    if entry.status is not EntryStatus.UNPUBLISHED:
        return False
    newest = list_versions(tx, entry.story, entry.id, below=None, limit=1)
    return bool(newest) and newest[0].note == NOTE
