"""The newsroom's table of comments: everything that readers wrote, whatever was decided about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Row,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.clock import Micros
from app.domain.comments import Comment, CommentId, CommentStatus
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.rights import Visibility
from app.domain.sites import DEFAULT_SITE
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.legal_holds import is_held

CommentOrder = Literal["newest", "oldest"]

_comments = schema.comments

_INSERTS = {
    "postgresql": postgres_insert(_comments).on_conflict_do_nothing().returning(_comments.c.id),
    "sqlite": sqlite_insert(_comments).on_conflict_do_nothing().returning(_comments.c.id),
}
_PENDING = _comments.c.status == CommentStatus.PENDING.value
_IS_REPORTED = _comments.c.id.in_(
    select(schema.comment_reports.c.comment_id).where(schema.comment_reports.c.closed_at.is_(None))
)
_objected = _comments.alias("objected")
_IS_APPEALED = _comments.c.id.in_(  # by the index of objections, whatever else is asked for
    select(_objected.c.id).where(
        _objected.c.appealed_at.is_not(None),
        or_(_objected.c.decided_at.is_(None), _objected.c.decided_at < _objected.c.appealed_at),
    )
)


@dataclass(frozen=True, slots=True)
class CommentFilter:
    """A filter of the queue: a comment must match every member that is given."""

    statuses: frozenset[CommentStatus] | None = None
    story: StoryId | None = None
    entry: EntryId | None = None
    flag: str | None = None
    reported: bool = False
    """Whether there has to be a notice about it that nobody has decided about."""
    appealed: bool = False
    """Whether its writer has to have objected since it was decided about."""


@dataclass(slots=True)
class CommentCounts:
    """The number of comments in each status, with an open notice, with an open objection; and waiting in each story."""

    statuses: dict[str, int] = field(default_factory=dict)
    pending: dict[StoryId, int] = field(default_factory=dict)
    reported: int = 0
    appealed: int = 0


def insert_comment(tx: WriteTransaction, comment: Comment) -> bool:
    """Insert a comment; return False and change nothing if its story has one with its key already."""
    return tx.connection.execute(_INSERTS[tx.connection.dialect.name], _columns(comment)).first() is not None


def read_comment(tx: ReadTransaction, comment: str) -> Comment | None:
    """Return a comment, whatever its status."""
    row = tx.connection.execute(select(_comments).where(_comments.c.id == comment)).one_or_none()
    return None if row is None else _comment(row)


def read_stories_of(tx: ReadTransaction, comments: Collection[str]) -> set[StoryId]:
    """Return the stories that these comments are under."""
    query = select(_comments.c.story_id).where(_comments.c.id.in_(comments)).distinct()
    return {StoryId(story) for story in tx.connection.execute(query).scalars()}


def lock_comments(tx: WriteTransaction, comments: Collection[str]) -> list[Comment]:
    """Return those of the comments that there are, locked until the transaction ends, in the order of their ids."""
    query = select(_comments).where(_comments.c.id.in_(comments)).order_by(_comments.c.id).with_for_update()
    return [_comment(row) for row in tx.connection.execute(query)]


def lock_comments_under(tx: WriteTransaction, story: StoryId, entry: EntryId | None) -> None:
    """Lock the comments under a story, or one entry of it: each decision under way is done with, and none begins."""
    under = (_comments.c.story_id == story, *(() if entry is None else (_comments.c.entry_id == entry,)))
    tx.connection.execute(select(_comments.c.id).where(*under).order_by(_comments.c.id).with_for_update()).all()


def read_comments_by_key(tx: ReadTransaction, keys: Collection[tuple[StoryId, str]]) -> list[Comment]:
    """Return the comments that were sent under these keys, each of one story."""
    if not keys:
        return []
    query = select(_comments).where(tuple_(_comments.c.story_id, _comments.c.client_key).in_(sorted(keys)))
    return [_comment(row) for row in tx.connection.execute(query)]


def update_comment(tx: WriteTransaction, comment: Comment) -> None:
    """Update what moderation changes of a comment; the text only if it was taken away."""
    values = _columns(comment)
    tx.connection.execute(update(_comments).where(_comments.c.id == comment.id).values(**values))


def list_comments(
    tx: ReadTransaction,
    only: CommentFilter,
    *,
    visibility: Visibility,
    order: CommentOrder,
    beyond: tuple[Micros, str] | None,
    limit: int,
) -> list[Comment]:
    """List comments of visible stories in that order; `beyond` is the (created_at, id) of the last one seen."""
    at, ident = _comments.c.created_at, _comments.c.id
    columns = (at.desc(), ident.desc()) if order == "newest" else (at, ident)
    query = select(_comments).order_by(*columns).limit(limit).where(_is_visible(visibility), *_matches(only))
    if beyond is not None:
        last, seen = beyond
        is_newest = order == "newest"
        level = and_(at == last, ident < seen if is_newest else ident > seen)
        query = query.where(or_(at < last if is_newest else at > last, level))
    return [_comment(row) for row in tx.connection.execute(query)]


def list_approved_comments(tx: ReadTransaction, story: StoryId, entry: EntryId | None) -> list[Comment]:
    """List the approved comments of an entry, or those of a whole story."""
    query = select(_comments).where(_comments.c.story_id == story, _comments.c.status == CommentStatus.APPROVED.value)
    query = query if entry is None else query.where(_comments.c.entry_id == entry)
    return [_comment(row) for row in tx.connection.execute(query)]


def list_comments_of_story(
    tx: ReadTransaction, story: StoryId, *, answers: bool, public: bool, beyond: str, limit: int
) -> list[Comment]:
    """List the comments of a story, or of those the ones that readers see, in the order of their ids behind one."""
    parent = _comments.c.parent_id
    query = select(_comments).where(
        _comments.c.story_id == story, _comments.c.id > beyond, parent.is_not(None) if answers else parent.is_(None)
    )
    if public:
        shown = select(schema.public_comments.c.id).where(schema.public_comments.c.story_id == story)
        query = query.where(_comments.c.id.in_(shown))
    return [_comment(row) for row in tx.connection.execute(query.order_by(_comments.c.id).limit(limit))]


def list_children(tx: ReadTransaction, parent: CommentId) -> list[Comment]:
    """List the comments under a comment, whatever their status."""
    return [_comment(row) for row in tx.connection.execute(select(_comments).where(_comments.c.parent_id == parent))]


def list_unattended(tx: ReadTransaction, stories: Collection[StoryId], *, before: Micros) -> set[StoryId]:
    """List those of these stories in which a comment waits since `before`, and none has been decided about since."""
    waits = select(_comments.c.story_id).where(_comments.c.story_id.in_(stories), _PENDING)
    late = set(tx.connection.execute(waits.where(_comments.c.created_at < before).distinct()).scalars())
    if not late:
        return set()
    decided = select(_comments.c.story_id).where(_comments.c.story_id.in_(late), _comments.c.decided_at >= before)
    return {StoryId(story) for story in late - set(tx.connection.execute(decided.distinct()).scalars())}


def read_pending_counts(tx: ReadTransaction) -> dict[StoryId, int]:
    """Return how many comments wait in each story that has any waiting."""
    query = select(_comments.c.story_id, func.count()).where(_PENDING).group_by(_comments.c.story_id)
    return {StoryId(story): count for story, count in tx.connection.execute(query)}


def read_comment_counts(tx: ReadTransaction, visibility: Visibility, story: StoryId | None = None) -> CommentCounts:
    """Return the numbers of comments of the visible stories, or of one of them, and where any wait in all of these."""
    visible, status = _is_visible(visibility), _comments.c.status
    query = select(_comments.c.story_id, status, func.count()).where(visible).group_by(_comments.c.story_id, status)
    counts = CommentCounts()
    for ident, name, number in tx.connection.execute(query):
        if story in {None, ident}:
            counts.statuses[name] = counts.statuses.get(name, 0) + number
        if name == CommentStatus.PENDING.value:
            counts.pending[StoryId(ident)] = number
    among = [visible, *([] if story is None else [_comments.c.story_id == story])]
    counts.reported, counts.appealed = (
        tx.connection.execute(select(func.count()).where(*among, condition)).scalar_one()
        for condition in (_IS_REPORTED, _IS_APPEALED)
    )
    return counts


def list_held_comments(tx: ReadTransaction, comments: Collection[CommentId]) -> list[CommentId]:
    """List those of the comments whose story or entry is kept for a court."""
    kept = is_held(_comments.c.story_id, _comments.c.entry_id)
    query = select(_comments.c.id).where(_comments.c.id.in_(comments), kept).order_by(_comments.c.id)
    return [CommentId(ident) for ident in tx.connection.execute(query).scalars()]


def delete_comments_of_story(tx: WriteTransaction, story: StoryId) -> None:
    """Delete every trace of a story's comments; used for the demo story alone."""
    for table in (
        schema.public_comment_counts,
        schema.public_comment_totals,
        schema.public_comments,
        schema.comment_reports,
        _comments,
    ):
        tx.connection.execute(delete(table).where(table.c.story_id == story))


def _matches(only: CommentFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if only.statuses is not None:
        conditions.append(_comments.c.status.in_([status.value for status in only.statuses]))
    if only.story is not None:
        conditions.append(_comments.c.story_id == only.story)
    if only.entry is not None:
        conditions.append(_comments.c.entry_id == only.entry)
    if only.flag is not None:
        conditions.append(cast(_comments.c.flags, Text).contains(f'"{only.flag}"', autoescape=True))
    if only.reported:
        conditions.append(_IS_REPORTED)
    if only.appealed:
        conditions.append(_IS_APPEALED)
    return conditions


def _is_visible(visibility: Visibility) -> ColumnElement[bool]:
    """Return the condition that `Visibility.includes` checks of a comment's story, in SQL."""
    stories = schema.stories
    visible = select(stories.c.id)
    if visibility.stories is not None:
        visible = visible.where(stories.c.id.in_(sorted(visibility.stories)))
    if visibility.sites is not None:
        of_site = func.coalesce(stories.c.settings["site"].as_string(), DEFAULT_SITE)
        visible = visible.where(of_site.in_(sorted(visibility.sites)))
    if visibility.members_only is not None:
        for_members = func.coalesce(stories.c.settings["members_only"].as_boolean(), bindparam("no", value=False))
        visible = visible.where(or_(for_members.is_(False), stories.c.id.in_(sorted(visibility.members_only))))
    return _comments.c.story_id.in_(visible)


def _columns(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "story_id": comment.story,
        "entry_id": comment.entry,
        "parent_id": comment.parent,
        "status": comment.status.value,
        "version": comment.version,
        "name": comment.name,
        "email": comment.email,
        "text": comment.text,
        "address": comment.address,
        "created_at": comment.created_at,
        "client_key": comment.client_key,
        "fingerprint": comment.fingerprint,
        "flags": list(comment.flags),
        "by_newsroom": comment.by_newsroom,
        "reason": comment.reason,
        "note": comment.note,
        "decided_at": comment.decided_at,
        "decided_by": comment.decided_by,
        "decided_by_token": comment.decided_by_token,
        "appeal": comment.appeal,
        "appealed_at": comment.appealed_at,
        "made_entry": comment.made_entry,
    }


def _comment(row: Row[Any]) -> Comment:
    return Comment(
        id=CommentId(row.id),
        story=StoryId(row.story_id),
        entry=None if row.entry_id is None else EntryId(row.entry_id),
        parent=None if row.parent_id is None else CommentId(row.parent_id),
        status=CommentStatus(row.status),
        version=row.version,
        name=row.name,
        email=row.email,
        text=row.text,
        address=row.address,
        created_at=Micros(row.created_at),
        client_key=row.client_key,
        fingerprint=row.fingerprint,
        flags=tuple(row.flags),
        by_newsroom=bool(row.by_newsroom),
        reason=row.reason,
        note=row.note,
        decided_at=None if row.decided_at is None else Micros(row.decided_at),
        decided_by=None if row.decided_by is None else PersonId(row.decided_by),
        decided_by_token=row.decided_by_token,
        appeal=row.appeal,
        appealed_at=None if row.appealed_at is None else Micros(row.appealed_at),
        made_entry=None if row.made_entry is None else EntryId(row.made_entry),
    )
