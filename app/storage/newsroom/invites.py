"""Invitations: one-use secrets that sign a person in. Only their SHA-256 is stored."""

from __future__ import annotations

from sqlalchemy import delete, insert, update

from app.domain.clock import Micros
from app.domain.identifiers import PersonId
from app.storage.database import schema
from app.storage.database.transactions import WriteTransaction

_invites = schema.invites


def insert_invite(
    tx: WriteTransaction, ident: str, *, person: PersonId, secret_sha256: str, now: Micros, expires_at: Micros
) -> None:
    """Insert an invitation, and delete those that have expired."""
    tx.connection.execute(delete(_invites).where(_invites.c.expires_at <= now))
    tx.connection.execute(
        insert(_invites).values(
            id=ident, person_id=person, secret_sha256=secret_sha256, created_at=now, expires_at=expires_at
        )
    )


def update_invite_secret(tx: WriteTransaction, ident: str, *, secret_sha256: str, now: Micros) -> bool:
    """Replace the invitation's secret; return whether the invitation was still usable."""
    unused = (_invites.c.id == ident, _invites.c.used_at.is_(None), _invites.c.expires_at > now)
    return tx.connection.execute(update(_invites).where(*unused).values(secret_sha256=secret_sha256)).rowcount == 1


def update_invite_used(tx: WriteTransaction, secret_sha256: str, *, now: Micros) -> PersonId | None:
    """Mark an invitation as used and return its person; None if it is unknown, used or expired."""
    taken = (
        update(_invites)
        .where(_invites.c.secret_sha256 == secret_sha256, _invites.c.used_at.is_(None), _invites.c.expires_at > now)
        .values(used_at=now)
        .returning(_invites.c.person_id)
    )
    person: str | None = tx.connection.execute(taken).scalar_one_or_none()
    return None if person is None else PersonId(person)


def delete_invites(tx: WriteTransaction, person: PersonId, *, used: bool = False) -> None:
    """Delete a person's invitations that are not used, or with `used` all of them."""
    of_person = delete(_invites).where(_invites.c.person_id == person)
    tx.connection.execute(of_person if used else of_person.where(_invites.c.used_at.is_(None)))
