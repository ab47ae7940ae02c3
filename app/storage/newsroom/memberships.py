"""Who is a member of which story, and as what."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, select, update

from app.domain.identifiers import PersonId, StoryId
from app.domain.rights import Role
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_memberships = schema.memberships
_people = schema.people


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in one story."""

    person: PersonId
    name: str
    role: Role


def list_members(tx: ReadTransaction, story: StoryId) -> list[Member]:
    """The members of a story, in order of name."""
    query = (
        select(_people.c.id, _people.c.name, _memberships.c.role)
        .join_from(_memberships, _people, _memberships.c.person_id == _people.c.id)
        .where(_memberships.c.story_id == story)
        .order_by(_people.c.name, _people.c.id)
    )
    return [Member(PersonId(row.id), row.name, Role(row.role)) for row in tx.connection.execute(query)]


def read_member_role(tx: ReadTransaction, story: StoryId, person: PersonId) -> Role | None:
    """What somebody is in a story; None for who is no member."""
    query = select(_memberships.c.role).where(*_of(story, person))
    role: str | None = tx.connection.execute(query).scalar_one_or_none()
    return None if role is None else Role(role)


def upsert_member(tx: WriteTransaction, story: StoryId, person: PersonId, role: Role) -> None:
    """Make somebody a member, or another kind of member. The story is locked, and the person exists."""
    values = {"role": role.value}
    if tx.connection.execute(update(_memberships).where(*_of(story, person)).values(values)).rowcount == 0:
        tx.connection.execute(insert(_memberships).values(story_id=story, person_id=person, **values))


def delete_member(tx: WriteTransaction, story: StoryId, person: PersonId) -> None:
    """Make somebody a member no more."""
    tx.connection.execute(delete(_memberships).where(*_of(story, person)))


def _of(story: StoryId, person: PersonId) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (_memberships.c.story_id == story, _memberships.c.person_id == person)
