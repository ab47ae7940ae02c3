"""People and tokens. A token's secret is never stored, only its SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from app.domain.clock import Micros
from app.domain.identifiers import PersonId, TokenId
from app.domain.rights import Role, Scope
from app.storage import schema
from app.storage.database import ReadTransaction, WriteTransaction

_people = schema.people
_tokens = schema.tokens

# What every call of a newsroom asks, built once: to build a statement takes longer than to run it.
_SELECT_PERSON = select(_people).where(_people.c.id == bindparam("person"))
_SELECT_HOLDER = select(_tokens).where(_tokens.c.secret_sha256 == bindparam("secret_sha256"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the newsroom. The e-mail address is private; `byline` is what readers see."""

    id: PersonId
    name: str
    email: str | None
    role: Role
    byline: str | None
    created_at: Micros


@dataclass(frozen=True, slots=True)
class Token:
    """A key to the API: a person's, with the person's role, or a bot's, with its own."""

    id: TokenId
    label: str
    person: PersonId | None
    role: Role | None
    scopes: frozenset[Scope]
    created_at: Micros
    expires_at: Micros | None
    revoked_at: Micros | None
    shorthand: bool = False


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """A token and, if it is a person's, that person: all that authentication needs."""

    token: Token
    person: Person | None


def insert_person(tx: WriteTransaction, person: Person) -> None:
    tx.connection.execute(
        insert(_people).values(
            id=person.id,
            name=person.name,
            email=person.email,
            role=person.role.value,
            byline=person.byline,
            created_at=person.created_at,
        )
    )


def read_person(tx: ReadTransaction, person: PersonId) -> Person | None:
    row = tx.connection.execute(_SELECT_PERSON, {"person": person}).one_or_none()
    return None if row is None else _person(row)


def list_people(tx: ReadTransaction) -> list[Person]:
    """Everybody, in order of name."""
    return [_person(row) for row in tx.connection.execute(select(_people).order_by(_people.c.name, _people.c.id))]


def insert_token(tx: WriteTransaction, token: Token, *, secret_sha256: str) -> None:
    tx.connection.execute(
        insert(_tokens).values(
            id=token.id,
            label=token.label,
            person_id=token.person,
            role=token.role.value if token.role else None,
            scopes=sorted(scope.value for scope in token.scopes),
            secret_sha256=secret_sha256,
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
            shorthand=token.shorthand,
        )
    )


def read_token_holder(tx: ReadTransaction, secret_sha256: str) -> TokenHolder | None:
    """Whose secret has this digest, expired and revoked ones included."""
    row = tx.connection.execute(_SELECT_HOLDER, {"secret_sha256": secret_sha256}).one_or_none()
    if row is None:
        return None
    token = _token(row)
    return TokenHolder(token=token, person=read_person(tx, token.person) if token.person else None)


def list_tokens(tx: ReadTransaction) -> list[Token]:
    """Every token there has been, newest first."""
    rows = tx.connection.execute(select(_tokens).order_by(_tokens.c.created_at.desc(), _tokens.c.id))
    return [_token(row) for row in rows]


def read_token(tx: ReadTransaction, token: TokenId) -> Token | None:
    row = tx.connection.execute(select(_tokens).where(_tokens.c.id == token)).one_or_none()
    return None if row is None else _token(row)


def update_token_revoked(tx: WriteTransaction, token: TokenId, *, at: Micros) -> None:
    """Mark a token as revoked; a second time changes nothing."""
    where = (_tokens.c.id == token, _tokens.c.revoked_at.is_(None))
    tx.connection.execute(update(_tokens).where(*where).values(revoked_at=at))


def _person(row: Row[Any]) -> Person:
    return Person(
        id=PersonId(row.id),
        name=row.name,
        email=row.email,
        role=Role(row.role),
        byline=row.byline,
        created_at=Micros(row.created_at),
    )


def _token(row: Row[Any]) -> Token:
    return Token(
        id=TokenId(row.id),
        label=row.label,
        person=row.person_id,
        role=Role(row.role) if row.role else None,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        created_at=Micros(row.created_at),
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        shorthand=row.shorthand,
    )
