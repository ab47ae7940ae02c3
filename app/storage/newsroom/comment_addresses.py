"""The e-mail and network addresses of those who commented: finding them, and deleting them wherever they are kept."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlalchemy import ColumnElement, Table, select, update

from app.domain.clock import Micros
from app.domain.comments import CommentId
from app.domain.text_folding import fold_email
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.stored_replies import delete_addresses_in_replies

_comments = schema.comments
_WITH_ADDRESSES = (_comments, schema.comment_reports)


def list_comments_by_email(tx: ReadTransaction, email: str) -> list[CommentId]:
    """List the comments that were sent with this address, however it was spelled."""
    query = select(_comments.c.id).where(_is_email(tx, _comments, email)).order_by(_comments.c.id)
    return [CommentId(ident) for ident in tx.connection.execute(query).scalars()]


def delete_addresses(tx: WriteTransaction, comments: Collection[CommentId]) -> None:
    """Delete the network addresses of these comments, in stored replies too."""
    _delete_found(tx, "address", _comments, _comments.c.id.in_(comments))


def delete_emails(tx: WriteTransaction, email: str) -> int:
    """Delete this address from every comment and notice, in stored replies too, and return from how many."""
    return sum(_delete_found(tx, "email", table, _is_email(tx, table, email)) for table in _WITH_ADDRESSES)


def delete_emails_before(tx: WriteTransaction, at: Micros, *, limit: int) -> int:
    """Delete the e-mail addresses of at most `limit` comments and notices that were sent before `at`."""
    return _delete_before(tx, "email", at, limit=limit)


def delete_addresses_before(tx: WriteTransaction, at: Micros, *, limit: int) -> int:
    """Delete the network addresses of at most `limit` comments and notices that were sent before `at`."""
    return _delete_before(tx, "address", at, limit=limit)


def _delete_before(tx: WriteTransaction, column: Literal["email", "address"], at: Micros, *, limit: int) -> int:
    count = 0
    for table in _WITH_ADDRESSES:
        old = select(table.c.id).where(table.c[column].is_not(None), table.c.created_at < at).limit(limit)
        count += _delete_found(tx, column, table, table.c.id.in_(old.scalar_subquery()))
    return count


def _delete_found(
    tx: WriteTransaction, column: Literal["email", "address"], table: Table, found: ColumnElement[bool]
) -> int:
    """Delete a column of the rows found, then in the replies that show them; return how many rows there were.

    In this order: a decision that is under way holds the comment's row, and its reply is there once the row is free.
    """
    changed = tx.connection.execute(update(table).where(found).values({column: None}).returning(table.c.id))
    ids = [CommentId(ident) for ident in changed.scalars()]
    if table is _comments and ids:  # no stored reply shows a notice
        delete_addresses_in_replies(tx.connection, ids, kind=column)
    return len(ids)


def _is_email(tx: ReadTransaction, table: Table, email: str) -> ColumnElement[bool]:
    """Return the condition that a row has this address, however it is spelled, which no database compares."""
    wanted = fold_email(email)
    stored = tx.connection.execute(select(table.c.email).where(table.c.email.is_not(None)).distinct()).scalars()
    return table.c.email.in_([each for each in stored if fold_email(each) == wanted])
