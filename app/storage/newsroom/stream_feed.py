"""The source of the newsroom's stream: new audit rows, and the one-use tickets that open the stream."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select

from app.domain.clock import Micros
from app.domain.comments import CommentId
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_audit = schema.audit
_tickets = schema.tickets

_SELECT_NEWEST = select(func.max(_audit.c.id))
_SELECT_AFTER = (
    select(
        _audit.c.id,
        _audit.c.at,
        _audit.c.person_id,
        _audit.c.token_id,
        _audit.c.action,
        _audit.c.object_kind,
        _audit.c.object_id,
        _audit.c.story_id,
    )
    .where(_audit.c.id > bindparam("after"), _audit.c.story_id.is_not(None))
    .order_by(_audit.c.id)
)


@dataclass(frozen=True, slots=True)
class AuditedWrite:
    """One write in a story, with its author, its action and its object."""

    id: int
    at: Micros
    person: PersonId | None
    token_id: str
    action: str
    story: StoryId
    entry: EntryId | None = None
    comment: CommentId | None = None
    """Both are None if the story itself was written."""


def read_newest_audit_id(tx: ReadTransaction) -> int:
    """Return the number of the newest audit row; 0 if there is none."""
    newest: int | None = tx.connection.execute(_SELECT_NEWEST).scalar_one()
    return newest or 0


def list_writes_after(tx: ReadTransaction, after: int) -> list[AuditedWrite]:
    """List the writes in stories whose audit rows have a number greater than `after`."""
    return [
        AuditedWrite(
            id=row.id,
            at=Micros(row.at),
            person=row.person_id,
            token_id=row.token_id,
            action=row.action,
            story=StoryId(row.story_id),
            entry=EntryId(row.object_id) if row.object_kind == "entry" else None,
            comment=CommentId(row.object_id) if row.object_kind == "comment" else None,
        )
        for row in tx.connection.execute(_SELECT_AFTER, {"after": after})
    ]


def insert_ticket(tx: WriteTransaction, secret_sha256: str, *, token_id: str, now: Micros, expires_at: Micros) -> None:
    """Insert a ticket, and delete those that have expired."""
    tx.connection.execute(delete(_tickets).where(_tickets.c.expires_at <= now))
    tx.connection.execute(
        insert(_tickets).values(secret_sha256=secret_sha256, token_id=token_id, expires_at=expires_at)
    )


def delete_ticket(tx: WriteTransaction, secret_sha256: str, *, now: Micros) -> str | None:
    """Delete a ticket and return its token's id; None if it is unknown, used or expired."""
    taken = (
        delete(_tickets)
        .where(_tickets.c.secret_sha256 == secret_sha256)
        .returning(_tickets.c.token_id, _tickets.c.expires_at)
    )
    row = tx.connection.execute(taken).one_or_none()
    return row.token_id if row is not None and row.expires_at > now else None
