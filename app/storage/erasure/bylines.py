"""Bylines of a person in entries and versions: found by the person's id or by one of their names, and taken out.

What is kept for a court is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, false, not_, or_, select

from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction
from app.storage.erasure.json_strings import has_any_string
from app.storage.erasure.targets import PersonTarget, Target
from app.storage.newsroom.legal_holds import is_held

_entries = schema.entries


def has_byline(table: Table) -> Callable[[Target], ColumnElement[bool] | None]:
    """Return the condition that a row of entries or versions may have a byline of the person, and is not held."""

    def rows_of(target: Target) -> ColumnElement[bool] | None:
        return _has_byline(table, target) if isinstance(target, PersonTarget) and target.bylines else None

    return rows_of


def list_entries_with_bylines(tx: ReadTransaction, target: PersonTarget) -> list[tuple[StoryId, EntryId]]:
    """List the entries that have a byline of the person, in the order of the stories' ids; none that are held."""
    query = select(_entries).where(_has_byline(_entries, target)).order_by(_entries.c.story_id, _entries.c.id)
    rows = tx.connection.execute(query)
    return [(StoryId(row.story_id), EntryId(row.id)) for row in rows if entry_without_bylines(row, target) is not None]


def list_held_bylines(tx: ReadTransaction, target: PersonTarget) -> list[tuple[StoryId, EntryId]]:
    """List the entries whose bylines of the person stay, because they are held."""
    query = select(_entries).where(_is_named(_entries, target), is_held(_entries.c.story_id, _entries.c.id))
    rows = tx.connection.execute(query.order_by(_entries.c.story_id, _entries.c.id))
    return [(StoryId(row.story_id), EntryId(row.id)) for row in rows if entry_without_bylines(row, target) is not None]


def is_author(author: Mapping[str, Any], target: PersonTarget) -> bool:
    """Return whether an entry's author is the person: by id, or by a name where no id says otherwise."""
    return author.get("id") == target.person or (author.get("id") is None and author.get("name") in target.names)


def entry_without_bylines(row: Row[Any], target: Target) -> dict[str, Any] | None:
    """Return the row's content and working revision without the person's bylines; None if it has none."""
    if not isinstance(target, PersonTarget):
        return None
    content, working = _without(row.content, target), row.working
    if working is not None:
        working = {**working, "content": _without(working["content"], target)}
    return None if (content, working) == (row.content, row.working) else {"content": content, "working": working}


version_without_bylines = entry_without_bylines
"""A version has the same two members."""


def _without(content: dict[str, Any], target: PersonTarget) -> dict[str, Any]:
    return {**content, "authors": [author for author in content["authors"] if not is_author(author, target)]}


def _has_byline(table: Table, target: PersonTarget) -> ColumnElement[bool]:
    entry = table.c.id if table is _entries else table.c.entry_id
    return and_(_is_named(table, target), not_(is_held(table.c.story_id, entry)))


def _is_named(table: Table, target: PersonTarget) -> ColumnElement[bool]:
    named = (target.person, *target.names)
    return or_(false(), *(has_any_string(column, named) for column in (table.c.content, table.c.working)))
