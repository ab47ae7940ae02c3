"""People and tokens. A token's secret is never stored, only its SHA-256."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Row, bindparam, func, insert, select, update

from app.domain.clock import Micros
from app.domain.identifiers import PersonId, StoryId, TokenId
from app.domain.rights import Role, Scope
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_people = schema.people
_tokens = schema.tokens
_memberships = schema.memberships

# Every newsroom call runs these, so they are built once: building a statement takes longer than running it.
_SELECT_PERSON = select(_people).where(_people.c.id == bindparam("person"))
_MEMBERSHIPS = (
    select(func.aggregate_strings(_memberships.c.story_id + " " + _memberships.c.role, ","))
    .where(_memberships.c.person_id == bindparam("person"))
    .scalar_subquery()
    .label("memberships")
)
_SELECT_MEMBER = select(_people, _MEMBERSHIPS).where(_people.c.id == bindparam("person"))
_SELECT_HOLDER = select(_tokens).where(_tokens.c.secret_sha256 == bindparam("secret_sha256"))


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the newsroom. The e-mail address is private; `byline` is the name readers see."""

    id: PersonId
    name: str
    email: str | None
    role: Role
    byline: str | None
    created_at: Micros
    avatar: str | None = None
    url: str | None = None
    disabled_at: Micros | None = None
    """When they were disabled, from which on their credentials are refused; None while they work here."""
    sites: Mapping[str, Role] | None = None
    """Their role in each of the only sites they work for; None for `role` in all."""

    @property
    def author(self) -> dict[str, str]:
        """Return the author of their entries as readers see it."""
        shown = {"id": self.id, "name": self.byline or self.name, "avatar": self.avatar, "url": self.url}
        return {name: value for name, value in shown.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Token:
    """An API token, of a person (with the person's role) or of a bot (with its own), or a person's browser session."""

    id: TokenId
    label: str
    person: PersonId | None
    role: Role | None
    scopes: frozenset[Scope]
    created_at: Micros
    expires_at: Micros | None
    revoked_at: Micros | None
    shorthand: bool = False
    kind: Literal["token", "session"] = "token"
    stories: frozenset[StoryId] | None = None
    """The only stories it can see and write in; None for all."""
    sites: Mapping[str, Role] | None = None
    """Of a bot: its role in each of the only sites it works for; None for `role` in all."""
    last_used_at: Micros | None = None
    """Accurate to about a minute."""


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """A token with its person and their memberships, if it is a person's: all that authentication needs."""

    token: Token
    person: Person | None
    memberships: Mapping[StoryId, Role] = field(default_factory=dict)


def insert_person(tx: WriteTransaction, person: Person) -> None:
    """Insert a new person."""
    values = {"id": person.id, "created_at": person.created_at, **_columns(person)}
    tx.connection.execute(insert(_people).values(**values))


def update_person(tx: WriteTransaction, person: Person) -> None:
    """Update every column of the person that can change."""
    tx.connection.execute(update(_people).where(_people.c.id == person.id).values(**_columns(person)))


def lock_person(tx: WriteTransaction, person: PersonId) -> Person | None:
    """Lock a person against other changes until the transaction ends, and return them; None if unknown."""
    query = select(_people).where(_people.c.id == person).with_for_update()
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else _person(row)


def read_person(tx: ReadTransaction, person: PersonId) -> Person | None:
    """Return a person, disabled ones included, or None."""
    row = tx.connection.execute(_SELECT_PERSON, {"person": person}).one_or_none()
    return None if row is None else _person(row)


def list_people(tx: ReadTransaction) -> list[Person]:
    """List all people, in order of name."""
    return [_person(row) for row in tx.connection.execute(select(_people).order_by(_people.c.name, _people.c.id))]


def list_account_names(tx: ReadTransaction, *, people: Collection[str], tokens: Collection[str]) -> dict[str, str]:
    """List the names of these people, and the labels of these tokens, by their ids; what is unknown is left out."""
    named: dict[str, str] = {}
    for table, name, wanted in ((_people, _people.c.name, people), (_tokens, _tokens.c.label, tokens)):
        if wanted:
            query = select(table.c.id, name).where(table.c.id.in_(sorted(wanted)))
            named |= {row[0]: row[1] for row in tx.connection.execute(query)}
    return named


def insert_token(tx: WriteTransaction, token: Token, *, secret_sha256: str) -> None:
    """Insert a new token under the digest of its secret."""
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
            kind=token.kind,
            stories=None if token.stories is None else sorted(token.stories),
            sites=_stored_roles(token.sites),
        )
    )


def read_token_holder(tx: ReadTransaction, secret_sha256: str) -> TokenHolder | None:
    """Return the token whose secret has this digest, and its person; expired and revoked tokens included."""
    row = tx.connection.execute(_SELECT_HOLDER, {"secret_sha256": secret_sha256}).one_or_none()
    return None if row is None else _holder(tx, _token(row))


def read_token_holder_by_id(tx: ReadTransaction, token: TokenId) -> TokenHolder | None:
    """Return the token of this id, and its person; expired and revoked tokens included."""
    found = read_token(tx, token)
    return None if found is None else _holder(tx, found)


def list_tokens(tx: ReadTransaction, *, person: PersonId | None = None) -> list[Token]:
    """List every token and session ever made, or those of one person, newest first."""
    query = select(_tokens).order_by(_tokens.c.created_at.desc(), _tokens.c.id)
    if person is not None:
        query = query.where(_tokens.c.person_id == person)
    return [_token(row) for row in tx.connection.execute(query)]


def read_token(tx: ReadTransaction, token: TokenId) -> Token | None:
    """Return a token, expired and revoked ones included, or None."""
    row = tx.connection.execute(select(_tokens).where(_tokens.c.id == token)).one_or_none()
    return None if row is None else _token(row)


def update_token_secret(tx: WriteTransaction, token: TokenId, *, secret_sha256: str) -> None:
    """Replace the token's secret; the former one is no longer valid."""
    tx.connection.execute(update(_tokens).where(_tokens.c.id == token).values(secret_sha256=secret_sha256))


def update_token_revoked(tx: WriteTransaction, token: TokenId, *, at: Micros) -> None:
    """Mark a token as revoked; if it is already, its time of revocation stays."""
    where = (_tokens.c.id == token, _tokens.c.revoked_at.is_(None))
    tx.connection.execute(update(_tokens).where(*where).values(revoked_at=at))


def update_tokens_revoked(tx: WriteTransaction, person: PersonId, *, at: Micros) -> int:
    """Mark every token and session of a person as revoked; return how many were valid until now."""
    where = (_tokens.c.person_id == person, _tokens.c.revoked_at.is_(None))
    return tx.connection.execute(update(_tokens).where(*where).values(revoked_at=at)).rowcount


def update_last_used(tx: WriteTransaction, used: Mapping[str, Micros]) -> None:
    """Update when tokens were last used; a later time that is stored already stays."""
    earlier = _tokens.c.last_used_at.is_(None) | (_tokens.c.last_used_at < bindparam("used_at"))
    statement = (
        update(_tokens).where(_tokens.c.id == bindparam("of_token"), earlier).values(last_used_at=bindparam("used_at"))
    )
    tx.connection.execute(statement, [{"of_token": token, "used_at": at} for token, at in used.items()])


def _holder(tx: ReadTransaction, token: Token) -> TokenHolder:
    if token.person is None:
        return TokenHolder(token, None)
    row = tx.connection.execute(_SELECT_MEMBER, {"person": token.person}).one()
    pairs = [pair.split(" ") for pair in row.memberships.split(",")] if row.memberships else []
    return TokenHolder(token, _person(row), {StoryId(story): Role(role) for story, role in pairs})


def _columns(person: Person) -> dict[str, Any]:
    """Return the columns that a write may change."""
    return {
        "name": person.name,
        "email": person.email,
        "role": person.role.value,
        "byline": person.byline,
        "avatar": person.avatar,
        "url": person.url,
        "disabled_at": person.disabled_at,
        "sites": _stored_roles(person.sites),
    }


def _person(row: Row[Any]) -> Person:
    return Person(
        id=PersonId(row.id),
        name=row.name,
        email=row.email,
        role=Role(row.role),
        byline=row.byline,
        created_at=Micros(row.created_at),
        avatar=row.avatar,
        url=row.url,
        disabled_at=row.disabled_at,
        sites=_roles(row.sites),
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
        kind=row.kind,
        stories=None if row.stories is None else frozenset(StoryId(story) for story in row.stories),
        last_used_at=row.last_used_at,
        sites=_roles(row.sites),
    )


def _stored_roles(sites: Mapping[str, Role] | None) -> dict[str, str] | None:
    return None if sites is None else {site: role.value for site, role in sorted(sites.items())}


def _roles(stored: Mapping[str, str] | None) -> dict[str, Role] | None:
    return None if stored is None else {site: Role(role) for site, role in stored.items()}
