"""What the newsroom's stream is fed from: the audit rows as they come, and the one-use keys that open it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select

from app.domain.clock import Micros
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
    """One write in a story: who did what to which object."""

    id: int
    at: Micros
    person: PersonId | None
    token_id: str
    action: str
    story: StoryId
    entry: EntryId | None
    """None where the story itself was written."""


def read_newest_audit_id(tx: ReadTransaction) -> int:
    """The number of the newest audit row; 0 while there is none."""
    newest: int | None = tx.connection.execute(_SELECT_NEWEST).scalar_one()
    return newest or 0


def list_writes_after(tx: ReadTransaction, after: int) -> list[AuditedWrite]:
    """Every write in a story whose audit row has a number over `after`."""
    return [
        AuditedWrite(
            id=row.id,
            at=Micros(row.at),
            person=row.person_id,
            token_id=row.token_id,
            action=row.action,
            story=StoryId(row.story_id),
            entry=EntryId(row.object_id) if row.object_kind == "entry" else None,
        )
        for row in tx.connection.execute(_SELECT_AFTER, {"after": after})
    ]


def insert_ticket(tx: WriteTransaction, secret_sha256: str, *, token_id: str, now: Micros, expires_at: Micros) -> None:
    """Keep a ticket for as long as it can be used; those whose time is over go."""
    tx.connection.execute(delete(_tickets).where(_tickets.c.expires_at <= now))
    tx.connection.execute(
        insert(_tickets).values(secret_sha256=secret_sha256, token_id=token_id, expires_at=expires_at)
    )


def delete_ticket(tx: WriteTransaction, secret_sha256: str, *, now: Micros) -> str | None:
    """The token a ticket stands for, once; None for one that is unknown, used or too old."""
    taken = (
        delete(_tickets)
        .where(_tickets.c.secret_sha256 == secret_sha256)
        .returning(_tickets.c.token_id, _tickets.c.expires_at)
    )
    row = tx.connection.execute(taken).one_or_none()
    return row.token_id if row is not None and row.expires_at > now else None
