"""Bylines of a person in entries, stories and their versions: found by id or by one of the names, and taken out.

What is kept for a court is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, and_, exists, false, not_, or_, select

from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction
from app.storage.erasure.json_strings import has_any_string
from app.storage.erasure.targets import PersonTarget, Target
from app.storage.newsroom.legal_holds import is_held

_entries = schema.entries
_stories, _story_versions = schema.stories, schema.story_versions


def has_byline(table: Table) -> Callable[[Target], ColumnElement[bool] | None]:
    """Return the condition that a row of entries, stories or versions may have a byline, and is not held."""
    is_of_story = table in (_stories, _story_versions)

    def rows_of(target: Target) -> ColumnElement[bool] | None:
        if not isinstance(target, PersonTarget) or not target.bylines:
            return None
        return _has_story_byline(table, target) if is_of_story else _has_byline(table, target)

    return rows_of


def list_entries_with_bylines(tx: ReadTransaction, target: PersonTarget) -> list[tuple[StoryId, EntryId]]:
    """List the entries that have a byline of the person, in the order of the stories' ids; none that are held."""
    query = select(_entries).where(_has_byline(_entries, target)).order_by(_entries.c.story_id, _entries.c.id)
    rows = tx.connection.execute(query)
    return [(StoryId(row.story_id), EntryId(row.id)) for row in rows if entry_without_bylines(row, target) is not None]


def list_stories_with_bylines(tx: ReadTransaction, target: PersonTarget, *, held: bool = False) -> list[StoryId]:
    """List the stories that have a byline of the person of their own: those that are held, or all others."""
    is_held_one = _stories.c.legal_hold if held else not_(_stories.c.legal_hold)
    query = select(_stories).where(_is_named((_stories.c.fields,), target), is_held_one).order_by(_stories.c.id)
    rows = tx.connection.execute(query)
    return [StoryId(row.id) for row in rows if story_without_bylines(row, target) is not None]


def story_without_bylines(row: Row[Any], target: Target) -> dict[str, Any] | None:
    """Return the row's fields without the person's bylines; None if it has none."""
    if not isinstance(target, PersonTarget):
        return None
    fields = fields_without_bylines(row.fields, target)
    return None if fields == row.fields else {"fields": fields}


def fields_without_bylines(fields: Mapping[str, Any], target: PersonTarget) -> dict[str, Any]:
    """Return a story's fields without the person among its authors."""
    if not fields.get("authors"):
        return dict(fields)
    return {**fields, "authors": [author for author in fields["authors"] if not is_author(author, target)]}


def list_held_bylines(tx: ReadTransaction, target: PersonTarget) -> list[tuple[StoryId, EntryId | None]]:
    """List the entries, and the stories themselves, whose bylines of the person stay, because they are held."""
    named = _is_named((_entries.c.content, _entries.c.working), target)
    query = select(_entries).where(named, is_held(_entries.c.story_id, _entries.c.id))
    rows = tx.connection.execute(query.order_by(_entries.c.story_id, _entries.c.id))
    held = [(StoryId(row.story_id), EntryId(row.id)) for row in rows if entry_without_bylines(row, target) is not None]
    return [*((story, None) for story in list_stories_with_bylines(tx, target, held=True)), *held]


def is_author(author: Mapping[str, Any], target: PersonTarget) -> bool:
    """Return whether an entry's author is the person: by id, or by a name where no id says otherwise."""
    return author.get("id") == target.person or (author.get("id") is None and author.get("name") in target.names)


def entry_without_bylines(row: Row[Any], target: Target) -> dict[str, Any] | None:
    """Return what an entry's or a version's row has without the person's bylines; None if it has none."""
    if not isinstance(target, PersonTarget):
        return None
    content, working = _without(row.content, target), row.working
    if working is not None:
        working = {**working, "content": _without(working["content"], target)}
    return None if (content, working) == (row.content, row.working) else {"content": content, "working": working}


def _without(content: dict[str, Any], target: PersonTarget) -> dict[str, Any]:
    return {**content, "authors": [author for author in content["authors"] if not is_author(author, target)]}


def _has_byline(table: Table, target: PersonTarget) -> ColumnElement[bool]:
    entry = table.c.id if table is _entries else table.c.entry_id
    return and_(_is_named((table.c.content, table.c.working), target), not_(is_held(table.c.story_id, entry)))


def _has_story_byline(table: Table, target: PersonTarget) -> ColumnElement[bool]:
    held = _stories.alias("held_story")
    story = table.c.id if table is _stories else table.c.story_id
    is_held_one = exists().where(held.c.id == story, held.c.legal_hold)
    return and_(_is_named((table.c.fields,), target), not_(is_held_one))


def _is_named(columns: Sequence[Column[Any]], target: PersonTarget) -> ColumnElement[bool]:
    named = (target.person, *target.names)
    return or_(false(), *(has_any_string(column, named) for column in columns))
