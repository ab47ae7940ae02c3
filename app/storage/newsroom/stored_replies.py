"""Stored first replies to writes that carried an Idempotency-Key."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic_core import from_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.clock import Micros
from app.domain.comments import CommentId
from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.legal_holds import is_held
from app.wire.encoding import encode_json

_replies = schema.replies
_reply_entries = schema.reply_entries
_stories = schema.stories

# Built once: building a statement takes SQLAlchemy eight times as long as running it.
_CLAIMS = {
    "postgresql": postgres_insert(_replies).on_conflict_do_nothing().returning(_replies.c.key),
    "sqlite": sqlite_insert(_replies).on_conflict_do_nothing().returning(_replies.c.key),
}
_OF_REPLY = (_replies.c.scope == bindparam("of_scope"), _replies.c.key == bindparam("of_key"))
_SELECT = select(_replies).where(*_OF_REPLY)
_UPDATE = update(_replies).where(*_OF_REPLY)
_INSERT_ENTRIES = insert(_reply_entries)


@dataclass(frozen=True, slots=True)
class StoredReply:
    """The first reply to a write. `body` is None once an entry it shows has been removed."""

    fingerprint: str
    status: int | None
    headers: dict[str, str]
    body: bytes | None


def insert_reply(tx: WriteTransaction, *, scope: str, key: str, fingerprint: str, at: Micros) -> StoredReply | None:
    """Claim the key for this transaction and return None, or return the reply that has it already.

    Waits for another transaction that has claimed the key and not ended yet.
    """
    values = {"scope": scope, "key": key, "fingerprint": fingerprint, "at": at, "headers": {}}
    if tx.connection.execute(_CLAIMS[tx.connection.dialect.name], values).first() is not None:
        return None
    return read_reply(tx, scope=scope, key=key)


def read_reply(tx: ReadTransaction, *, scope: str, key: str) -> StoredReply | None:
    """Return the reply stored under the key; None if there is none."""
    row = tx.connection.execute(_SELECT, {"of_scope": scope, "of_key": key}).one_or_none()
    if row is None:
        return None
    return StoredReply(fingerprint=row.fingerprint, status=row.status, headers=row.headers, body=row.body)


def update_reply(
    tx: WriteTransaction,
    reply: StoredReply,
    *,
    scope: str,
    key: str,
    story: StoryId | None,
    shown: Iterable[tuple[StoryId, EntryId | CommentId]],
) -> None:
    """Store the reply that is about to be sent, and the ids of the entries and comments whose text it shows."""
    values = {"status": reply.status, "headers": reply.headers, "body": reply.body, "story_id": story}
    tx.connection.execute(_UPDATE, {"of_scope": scope, "of_key": key, **values})
    rows = [
        {"scope": scope, "key": key, "entry_id": each, "story_id": of_story} for of_story, each in dict.fromkeys(shown)
    ]
    if rows:
        tx.connection.execute(_INSERT_ENTRIES, rows)


def delete_reply_bodies_of_comments(tx: WriteTransaction, comments: Collection[CommentId]) -> None:
    """Delete the body of every stored reply that shows one of these comments, whose text is no more."""
    tx.connection.execute(update(_replies).where(_shows_one_of(comments)).values(body=None))


def delete_addresses_in_replies(
    connection: Connection, comments: Collection[CommentId], *, kind: Literal["email", "address"]
) -> None:
    """Delete the e-mail or network addresses of these comments in every stored reply, which else stays as it is."""
    query = select(_replies.c.scope, _replies.c.key, _replies.c.body)
    ids = frozenset(comments)
    for scope, key, body in connection.execute(
        query.where(_shows_one_of(comments), _replies.c.body.is_not(None))
    ).all():
        emptied = encode_json(_without_address(from_json(body), ids, kind))
        connection.execute(_UPDATE, {"of_scope": scope, "of_key": key, "body": emptied})


def delete_reply_bodies_of_entry(tx: WriteTransaction, story: StoryId, entry: EntryId) -> None:
    """Delete the body of every stored reply that shows a removed entry."""
    shows_it = exists().where(
        and_(
            _reply_entries.c.scope == _replies.c.scope,
            _reply_entries.c.key == _replies.c.key,
            _reply_entries.c.story_id == story,
            _reply_entries.c.entry_id == entry,
        )
    )
    tx.connection.execute(update(_replies).where(shows_it).values(body=None))


def delete_reply_bodies_of_story(tx: WriteTransaction, story: StoryId) -> None:
    """Delete the body of every stored reply about a withdrawn story."""
    tx.connection.execute(update(_replies).where(_replies.c.story_id == story).values(body=None))


def delete_replies_before(tx: WriteTransaction, at: Micros, *, limit: int) -> int:
    """Delete at most `limit` replies older than `at`, of what is not held; return how many were deleted."""
    of_reply = and_(_reply_entries.c.scope == _replies.c.scope, _reply_entries.c.key == _replies.c.key)
    shows_held = exists().where(of_reply, is_held(_reply_entries.c.story_id, _reply_entries.c.entry_id))
    held = or_(shows_held, exists().where(_stories.c.id == _replies.c.story_id, _stories.c.legal_hold))
    old = select(_replies.c.scope, _replies.c.key).where(_replies.c.at < at, not_(held)).limit(limit)
    rows = tx.connection.execute(old).all()
    for scope, key in rows:
        tx.connection.execute(delete(_replies).where(_replies.c.scope == scope, _replies.c.key == key))
    return len(rows)


def _shows_one_of(comments: Collection[CommentId]) -> ColumnElement[bool]:
    stories = select(schema.comments.c.story_id).where(schema.comments.c.id.in_(comments))  # for the index
    of_one = (_reply_entries.c.story_id.in_(stories), _reply_entries.c.entry_id.in_(comments))
    return tuple_(_replies.c.scope, _replies.c.key).in_(
        select(_reply_entries.c.scope, _reply_entries.c.key).where(*of_one)
    )


def _without_address(shown: Any, comments: frozenset[CommentId], kind: str) -> Any:
    if isinstance(shown, list):
        return [_without_address(each, comments, kind) for each in shown]
    if not isinstance(shown, dict):
        return shown
    members = {name: _without_address(each, comments, kind) for name, each in shown.items()}
    return {**members, kind: None} if kind in members and shown.get("id") in comments else members
