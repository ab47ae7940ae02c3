"""Queries for due work: the stories that have something due, and the entries of each."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, union

from app.domain.clock import Micros
from app.domain.entry import Entry
from app.domain.identifiers import StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.entries import entry_of_row

_entries = schema.entries
_stories = schema.stories

_SELECT_STORIES = union(
    select(_entries.c.story_id).where(_entries.c.due_at <= bindparam("now")),
    select(_stories.c.id).where(_stories.c.due_at <= bindparam("now")),
)
_SELECT_ENTRIES = (
    select(_entries)
    .where(_entries.c.story_id == bindparam("of_story"), _entries.c.due_at <= bindparam("now"))
    .order_by(_entries.c.due_at, _entries.c.id)
)
_SELECT_NEXT_ENTRY = select(func.min(_entries.c.due_at)).where(_entries.c.due_at > bindparam("now"))
_SELECT_NEXT_STORY = select(func.min(_stories.c.due_at)).where(_stories.c.due_at > bindparam("now"))


def list_due_stories(tx: ReadTransaction, now: Micros) -> list[StoryId]:
    """List the stories that are due by `now`, themselves or through one of their entries, in order of their ids."""
    return sorted(StoryId(story) for story in tx.connection.execute(_SELECT_STORIES, {"now": now}).scalars())


def list_due_entries(tx: ReadTransaction, story: StoryId, now: Micros) -> list[Entry]:
    """List the story's entries that are due by `now`, in the order of their times."""
    return [entry_of_row(row) for row in tx.connection.execute(_SELECT_ENTRIES, {"of_story": story, "now": now})]


def read_next_due(tx: ReadTransaction, now: Micros) -> Micros | None:
    """Return the next time after `now` at which something is due; None if there is none."""
    queries = (_SELECT_NEXT_ENTRY, _SELECT_NEXT_STORY)
    times = [tx.connection.execute(query, {"now": now}).scalar_one() for query in queries]
    return min((Micros(time) for time in times if time is not None), default=None)
