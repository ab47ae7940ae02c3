"""Queries for due work: the stories that have something due, and the entries of each."""

from __future__ import annotations

from sqlalchemy import bindparam, select, union

from app.domain.clock import Micros
from app.domain.entry import Entry
from app.domain.identifiers import StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.entries import entry_of_row

_entries = schema.entries
_stories = schema.stories

# Nobody but the import may change a story that is being brought from elsewhere: nothing of it is due before its end.
_IS_OPEN = _stories.c.importing.is_(False)
_ENTRY_TIMES = select(_entries.c.due_at).join(_stories, _stories.c.id == _entries.c.story_id).where(_IS_OPEN)
_STORY_TIMES = select(_stories.c.due_at).where(_IS_OPEN)
_SELECT_STORIES = union(
    _ENTRY_TIMES.with_only_columns(_entries.c.story_id).where(_entries.c.due_at <= bindparam("now")),
    _STORY_TIMES.with_only_columns(_stories.c.id).where(_stories.c.due_at <= bindparam("now")),
)
_SELECT_ENTRIES = (
    select(_entries)
    .where(_entries.c.story_id == bindparam("of_story"), _entries.c.due_at <= bindparam("now"))
    .order_by(_entries.c.due_at, _entries.c.id)
)
# The first in the index, and not the least of all, each of which would be looked up with its story.
_SELECT_NEXT_ENTRY = _ENTRY_TIMES.where(_entries.c.due_at > bindparam("now")).order_by(_entries.c.due_at).limit(1)
_SELECT_NEXT_STORY = _STORY_TIMES.where(_stories.c.due_at > bindparam("now")).order_by(_stories.c.due_at).limit(1)


def list_due_stories(tx: ReadTransaction, now: Micros) -> list[StoryId]:
    """List the stories that are due by `now`, themselves or through one of their entries, in order of their ids.

    None that is being brought from elsewhere.
    """
    return sorted(StoryId(story) for story in tx.connection.execute(_SELECT_STORIES, {"now": now}).scalars())


def list_due_entries(tx: ReadTransaction, story: StoryId, now: Micros) -> list[Entry]:
    """List the story's entries that are due by `now`, in the order of their times."""
    return [entry_of_row(row) for row in tx.connection.execute(_SELECT_ENTRIES, {"of_story": story, "now": now})]


def read_next_due(tx: ReadTransaction, now: Micros) -> Micros | None:
    """Return the next time after `now` at which something is due; None if there is none."""
    queries = (_SELECT_NEXT_ENTRY, _SELECT_NEXT_STORY)
    times = [tx.connection.execute(query, {"now": now}).scalar_one_or_none() for query in queries]
    return min((Micros(time) for time in times if time is not None), default=None)
