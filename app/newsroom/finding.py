"""Finding what a path names, and locking it."""

from __future__ import annotations

from app.domain.entry import Entry
from app.domain.errors import NotFound
from app.domain.identifiers import EntryId
from app.domain.story import Story
from app.storage.database import ReadTransaction, WriteTransaction
from app.storage.entries import read_entry
from app.storage.stories import lock_story, read_story


def locked_story(tx: WriteTransaction, ref: str) -> Story:
    """The story by id or slug, locked until the transaction ends. Raises NotFound `story_not_found`."""
    return _known(lock_story(tx, ref))


def known_story(tx: ReadTransaction, ref: str) -> Story:
    """The story by id or slug, draft or not. Raises NotFound `story_not_found`."""
    return _known(read_story(tx, ref))


def known_entry(tx: ReadTransaction, story: Story, entry: str) -> Entry:
    """The entry, whatever its status. Raises NotFound `entry_not_found`."""
    found = read_entry(tx, story.id, EntryId(entry))
    if found is None:
        raise NotFound("entry_not_found", "There is no such entry in this story.")
    return found


def _known(story: Story | None) -> Story:
    if story is None:
        raise NotFound("story_not_found", "There is no such story.")
    return story
