"""Memberships: the people of a story, each with a role in it."""

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
    """A person in one story, with their role there."""

    person: PersonId
    name: str
    role: Role


def list_members(tx: ReadTransaction, story: StoryId) -> list[Member]:
    """List the members of a story, in order of name."""
    query = (
        select(_people.c.id, _people.c.name, _memberships.c.role)
        .join_from(_memberships, _people, _memberships.c.person_id == _people.c.id)
        .where(_memberships.c.story_id == story)
        .order_by(_people.c.name, _people.c.id)
    )
    return [Member(PersonId(row.id), row.name, Role(row.role)) for row in tx.connection.execute(query)]


def read_member_role(tx: ReadTransaction, story: StoryId, person: PersonId) -> Role | None:
    """Return a person's role in a story; None if they are no member."""
    query = select(_memberships.c.role).where(*_of(story, person))
    role: str | None = tx.connection.execute(query).scalar_one_or_none()
    return None if role is None else Role(role)


def upsert_member(tx: WriteTransaction, story: StoryId, person: PersonId, role: Role) -> None:
    """Insert a member, or update their role. The story is locked, and the person exists."""
    values = {"role": role.value}
    if tx.connection.execute(update(_memberships).where(*_of(story, person)).values(values)).rowcount == 0:
        tx.connection.execute(insert(_memberships).values(story_id=story, person_id=person, **values))


def delete_member(tx: WriteTransaction, story: StoryId, person: PersonId) -> None:
    """Delete a membership, if there is one."""
    tx.connection.execute(delete(_memberships).where(*_of(story, person)))


def delete_memberships(tx: WriteTransaction, person: PersonId) -> None:
    """Delete every membership of a person."""
    tx.connection.execute(delete(_memberships).where(_memberships.c.person_id == person))


def _of(story: StoryId, person: PersonId) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (_memberships.c.story_id == story, _memberships.c.person_id == person)
