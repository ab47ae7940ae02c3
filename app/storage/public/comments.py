"""The readers' tables of comments: the approved ones, and how many there are as readers are told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.clock import Micros
from app.domain.comments import CommentId
from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_comments = schema.public_comments
_totals = schema.public_comment_totals
_counts = schema.public_comment_counts
_entries = schema.public_entries

SHOWN_SECONDS = 10
"""The numbers that readers are told change at most once in this time, whatever is approved meanwhile."""

TOLD_LIMIT = 200
"""Entries whose new numbers one message tells; of more, a reader asks again."""

CommentOrder = Literal["newest", "oldest"]


def _upserts(insert_into: Any) -> tuple[Any, Any]:
    """Make the statements that insert a story's or an entry's numbers unless they are there."""
    counted = insert_into(_counts).values(
        story_id=bindparam("of_story"), entry_id=bindparam("of_entry"), approved=bindparam("change")
    )
    more = {"approved": _counts.c.approved + bindparam("change")}
    return (
        insert_into(_totals).values(story_id=bindparam("of_story")).on_conflict_do_nothing(),
        counted.on_conflict_do_update(index_elements=["story_id", "entry_id"], set_=more),
    )


_UPSERTS = {"postgresql": _upserts(postgres_insert), "sqlite": _upserts(sqlite_insert)}
"""For each database, the statement for a story's numbers and the one for an entry's."""


@dataclass(frozen=True, slots=True)
class PublicComment:
    """A comment that readers see: its place, and its JSON."""

    story: StoryId
    id: CommentId
    entry: EntryId | None
    parent: CommentId | None
    at: Micros
    item: bytes


@dataclass(frozen=True, slots=True)
class CommentPlace:
    """The comments that a list shows: of a parent, of an entry, or of the whole story, without those under others."""

    story: StoryId
    entry: EntryId | None = None
    parent: CommentId | None = None


@dataclass(frozen=True, slots=True)
class CommentBoundary:
    """A boundary between two comments; a list shows those that are older, or newer."""

    at: Micros
    id: str
    direction: Literal["older", "newer"]


def insert_public_comments(tx: WriteTransaction, comments: Sequence[PublicComment]) -> None:
    """Show comments to readers, and count them. None of them is shown already."""
    if not comments:
        return
    rows = [
        {
            "story_id": each.story,
            "id": each.id,
            "entry_id": each.entry,
            "parent_id": each.parent,
            "at": each.at,
            "item": each.item,
        }
        for each in comments
    ]
    tx.connection.execute(insert(_comments), rows)
    _count(tx, comments, by=1)


def delete_public_comments(tx: WriteTransaction, story: StoryId, comments: Collection[CommentId]) -> None:
    """Hide these comments, and those under them, from readers, and count them out."""
    these = or_(_comments.c.id.in_(comments), _comments.c.parent_id.in_(comments))
    _delete(tx, and_(_comments.c.story_id == story, these))


def delete_public_comments_of_entry(tx: WriteTransaction, story: StoryId, entry: EntryId) -> None:
    """Hide the comments under an entry from readers, and count them out."""
    _delete(tx, and_(_comments.c.story_id == story, _comments.c.entry_id == entry))


def delete_public_comments_of_story(tx: WriteTransaction, story: StoryId) -> None:
    """Hide all comments of a story from readers, and count them out."""
    _delete(tx, _comments.c.story_id == story)


def read_public_comment(tx: ReadTransaction, story: StoryId, comment: str) -> PublicComment | None:
    """Return a comment that readers see; None for any other."""
    query = _visible().where(_comments.c.story_id == story, _comments.c.id == comment)
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else _comment(row)


def lock_public_entry(tx: WriteTransaction, story: StoryId, entry: EntryId) -> bool:
    """Return whether readers see the entry, which stays so until the transaction ends."""
    query = select(_entries.c.visible).where(_entries.c.story_id == story, _entries.c.id == entry)
    return bool(tx.connection.execute(query.with_for_update(read=True)).scalar_one_or_none())


def list_public_comments(
    tx: ReadTransaction,
    place: CommentPlace,
    *,
    order: CommentOrder,
    boundary: CommentBoundary | None,
    limit: int,
) -> list[PublicComment]:
    """List comments in `order`, beyond the boundary if there is one."""
    query = _visible().where(_comments.c.story_id == place.story)
    if place.parent is not None:
        query = query.where(_comments.c.parent_id == place.parent)
    else:
        query = query.where(_comments.c.parent_id.is_(None))
    if place.entry is not None:
        query = query.where(_comments.c.entry_id == place.entry)
    older = order == "newest"
    if boundary is not None:
        older = boundary.direction == "older"
        level = _comments.c.at == boundary.at
        if older:
            query = query.where(or_(_comments.c.at < boundary.at, and_(level, _comments.c.id < boundary.id)))
        else:
            query = query.where(or_(_comments.c.at > boundary.at, and_(level, _comments.c.id > boundary.id)))
    columns = (_comments.c.at, _comments.c.id)
    query = query.order_by(*(column.desc() if older else column.asc() for column in columns)).limit(limit)
    return [_comment(row) for row in tx.connection.execute(query)]


def list_public_children(
    tx: ReadTransaction, story: StoryId, parents: Collection[CommentId], *, limit: int
) -> dict[CommentId, list[PublicComment]]:
    """List the comments under each of these, the oldest first, at most `limit` of each."""
    number = func.row_number().over(partition_by=_comments.c.parent_id, order_by=(_comments.c.at, _comments.c.id))
    ranked = (
        select(_comments, number.label("number"))
        .where(_comments.c.story_id == story, _comments.c.parent_id.in_(parents))
        .subquery()
    )
    query = select(ranked).where(ranked.c.number <= limit).order_by(ranked.c.at, ranked.c.id)
    found: dict[CommentId, list[PublicComment]] = {}
    for row in tx.connection.execute(query):
        found.setdefault(CommentId(row.parent_id), []).append(_comment(row))
    return found


def read_child_counts(tx: ReadTransaction, story: StoryId, parents: Collection[CommentId]) -> dict[CommentId, int]:
    """Return how many comments are under each of these that has any."""
    query = (
        select(_comments.c.parent_id, func.count())
        .where(_comments.c.story_id == story, _comments.c.parent_id.in_(parents))
        .group_by(_comments.c.parent_id)
    )
    return {CommentId(parent): count for parent, count in tx.connection.execute(query)}


def read_shown_counts(tx: ReadTransaction, story: StoryId, entries: Collection[EntryId]) -> dict[EntryId, int]:
    """Return the number of comments that readers are told of each of these entries that has any."""
    query = select(_counts.c.entry_id, _counts.c.shown).where(
        _counts.c.story_id == story, _counts.c.entry_id.in_(entries), _counts.c.shown > 0
    )
    return {EntryId(entry): shown for entry, shown in tx.connection.execute(query)}


def list_counts_since(tx: ReadTransaction, story: StoryId, *, version: int) -> dict[EntryId, int]:
    """List the entries whose shown number has changed after a version, with the number; at most TOLD_LIMIT."""
    query = (
        select(_counts.c.entry_id, _counts.c.shown)
        .where(_counts.c.story_id == story, _counts.c.version > version)
        .order_by(_counts.c.version.desc(), _counts.c.entry_id)
        .limit(TOLD_LIMIT)
    )
    return {EntryId(entry): shown for entry, shown in tx.connection.execute(query)}


def update_count_elsewhere(tx: WriteTransaction, story: StoryId, count: int | None) -> None:
    """Store the number of an external system, which takes the place of ours; None for ours."""
    _upsert_total(tx, story)
    changed = update(_totals).where(_totals.c.story_id == story, _totals.c.elsewhere.is_distinct_from(count))
    tx.connection.execute(changed.values(elsewhere=count, is_stale=True))


def list_stale_totals(tx: ReadTransaction, *, shown_before: Micros) -> list[StoryId]:
    """List the stories with numbers that readers are not told yet, and that were told nothing new since a time."""
    query = select(_totals.c.story_id).where(_totals.c.is_stale.is_(True), _totals.c.shown_at <= shown_before)
    return [StoryId(story) for story in tx.connection.execute(query.order_by(_totals.c.story_id)).scalars()]


def update_shown_counts(tx: WriteTransaction, story: StoryId, *, now: Micros) -> bool:
    """Let readers be told the present numbers, unless they were told others within SHOWN_SECONDS; return whether.

    Of several processes that try at once, one does it.
    """
    due = Micros(now - SHOWN_SECONDS * 1_000_000)
    is_due = (_totals.c.story_id == story, _totals.c.is_stale.is_(True), _totals.c.shown_at <= due)
    changed = (
        update(_totals)
        .where(*is_due)
        .values(
            shown=func.coalesce(_totals.c.elsewhere, _totals.c.approved),
            version=_totals.c.version + 1,
            shown_at=now,
            is_stale=False,
        )
        .returning(_totals.c.version)
    )
    version: int | None = tx.connection.execute(changed).scalar_one_or_none()
    if version is None:
        return False
    differs = (_counts.c.story_id == story, _counts.c.shown != _counts.c.approved)
    tx.connection.execute(update(_counts).where(*differs).values(shown=_counts.c.approved, version=version))
    return True


def _visible() -> Select[Any]:
    """Select the comments under what readers see: on PostgreSQL an entry may be hidden at this moment."""
    entry = and_(_entries.c.story_id == _comments.c.story_id, _entries.c.id == _comments.c.entry_id)
    seen = or_(_comments.c.entry_id.is_(None), _entries.c.visible.is_(True))
    return select(_comments).select_from(_comments.outerjoin(_entries, entry)).where(seen)


def _delete(tx: WriteTransaction, condition: Any) -> None:
    gone = tx.connection.execute(delete(_comments).where(condition).returning(_comments)).all()
    _count(tx, [_comment(row) for row in gone], by=-1)


def _count(tx: WriteTransaction, comments: Sequence[PublicComment], *, by: int) -> None:
    """Count comments in or out: always a story before its entries, and in order, so that none waits for another."""
    stories: dict[StoryId, int] = {}
    entries: dict[tuple[StoryId, EntryId], int] = {}
    for each in comments:
        stories[each.story] = stories.get(each.story, 0) + by
        if each.entry is not None:
            key = (each.story, each.entry)
            entries[key] = entries.get(key, 0) + by
    for story, change in sorted(stories.items()):
        _upsert_total(tx, story)
        counted = {"approved": _totals.c.approved + change, "is_stale": True}
        tx.connection.execute(update(_totals).where(_totals.c.story_id == story).values(**counted))
    for (story, entry), change in sorted(entries.items()):
        values = {"of_story": story, "of_entry": entry, "change": change}
        tx.connection.execute(_UPSERTS[tx.connection.dialect.name][1], values)


def _upsert_total(tx: WriteTransaction, story: StoryId) -> None:
    tx.connection.execute(_UPSERTS[tx.connection.dialect.name][0], {"of_story": story})


def _comment(row: Any) -> PublicComment:
    return PublicComment(
        story=StoryId(row.story_id),
        id=CommentId(row.id),
        entry=None if row.entry_id is None else EntryId(row.entry_id),
        parent=None if row.parent_id is None else CommentId(row.parent_id),
        at=Micros(row.at),
        item=row.item,
    )
