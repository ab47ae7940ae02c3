"""The versions of a story: its state after each change, and the author of the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select

from app.domain.clock import Micros
from app.domain.entry import JsonObject
from app.domain.identifiers import PersonId, StoryId
from app.domain.rights import Actor
from app.domain.story import Story, StorySettings, StoryStatus, settings_of
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_versions = schema.story_versions

# Built once: building a statement takes SQLAlchemy eight times as long as running it.
_INSERT = insert(_versions)
_OF_STORY = _versions.c.story_id == bindparam("of_story")
_FIRST = (
    select(func.min(_versions.c.version))
    .where(_OF_STORY, _versions.c.token_id == bindparam("token"), _versions.c.at >= bindparam("since"))
    .scalar_subquery()
)
_BEFORE = select(func.max(_versions.c.version)).where(_OF_STORY, _versions.c.version < _FIRST).scalar_subquery()
_SELECT = (
    select(_versions)
    .where(_OF_STORY, _versions.c.version >= func.coalesce(_BEFORE, _FIRST))
    .order_by(_versions.c.version)
)


@dataclass(frozen=True, slots=True)
class StoryVersion:
    """One newsroom change of a story, and the story's state after it."""

    version: int
    at: Micros
    person: PersonId | None
    token_id: str
    action: str
    slug: str
    status: StoryStatus
    fields: Mapping[str, Any]
    settings: StorySettings
    pinned: tuple[JsonObject, ...]
    key_points: tuple[JsonObject, ...]


def append_story_version(tx: WriteTransaction, story: Story, *, at: Micros, actor: Actor, action: str) -> None:
    """Append the story's present state as its newest version."""
    version = StoryVersion(
        version=story.version,
        at=at,
        person=actor.person,
        token_id=actor.token_id,
        action=action,
        slug=story.slug,
        status=story.status,
        fields=story.fields,
        settings=story.settings,
        pinned=story.pinned,
        key_points=story.key_points,
    )
    tx.connection.execute(_INSERT, _columns(story.id, version))


def list_versions_around(tx: ReadTransaction, story: StoryId, token: str, *, since: Micros) -> list[StoryVersion]:
    """List the version before the token's first change since a time, if it is stored, and every version after it."""
    named = {"of_story": story, "token": token, "since": since}
    return [_story_version(row) for row in tx.connection.execute(_SELECT, named)]


def insert_story_version(tx: WriteTransaction, story: StoryId, version: StoryVersion) -> bool:
    """Insert a version that a story had elsewhere; return False and change nothing if it has one of that number."""
    known = select(_versions.c.version).where(_versions.c.story_id == story, _versions.c.version == version.version)
    if tx.connection.execute(known).first() is not None:
        return False
    tx.connection.execute(_INSERT, _columns(story, version))
    return True


def list_story_versions(tx: ReadTransaction, story: StoryId, *, after: int, limit: int) -> list[StoryVersion]:
    """List the versions of a story with a higher number, the oldest first."""
    query = select(_versions).where(_versions.c.story_id == story, _versions.c.version > after)
    return [_story_version(row) for row in tx.connection.execute(query.order_by(_versions.c.version).limit(limit))]


def _story_version(row: Row[Any]) -> StoryVersion:
    return StoryVersion(
        version=row.version,
        at=Micros(row.at),
        person=None if row.person_id is None else PersonId(row.person_id),
        token_id=row.token_id,
        action=row.action,
        slug=row.slug,
        status=StoryStatus(row.status),
        fields=row.fields,
        settings=settings_of(row.settings),
        pinned=tuple(row.pinned),
        key_points=tuple(row.key_points),
    )


def _columns(story: StoryId, version: StoryVersion) -> dict[str, Any]:
    return {
        "story_id": story,
        "version": version.version,
        "at": version.at,
        "person_id": version.person,
        "token_id": version.token_id,
        "action": version.action,
        "slug": version.slug,
        "status": version.status.value,
        "fields": dict(version.fields),
        "settings": asdict(version.settings),
        "pinned": list(version.pinned),
        "key_points": list(version.key_points),
    }
