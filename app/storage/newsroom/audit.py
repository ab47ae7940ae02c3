"""The audit log: one row per write, in the write's own transaction. No secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, not_, select

from app.domain.clock import Micros
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.rights import Actor
from app.storage.database import schema
from app.storage.database.prepared import PreparedWrite
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_audit = schema.audit

# Built once, since building takes longer than running; inline, since nobody asks for the row's number.
_INSERT = PreparedWrite(insert(_audit).inline())

_OF_STORY = and_(_audit.c.object_kind == "story", _audit.c.action.not_in(("freeze", "thaw")))
"""Rows of changes to a story itself; to freeze one changes nothing in it."""


@dataclass(frozen=True, slots=True)
class AuditedChange:
    """What was done to which object; `before` and `after` are short summaries, not contents."""

    action: str
    object_kind: str
    object_id: str
    story_id: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One write that was done: who, when, what."""

    id: int
    at: Micros
    person: PersonId | None
    token_id: str
    change: AuditedChange
    request_id: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows are asked for: all that match everything that is given. `until` is not in the stretch any more."""

    person: str | None = None
    token: str | None = None
    story: str | None = None
    action: str | None = None
    since: Micros | None = None
    until: Micros | None = None


def append_audit(
    tx: WriteTransaction, change: AuditedChange, *, actor: Actor, at: Micros, request_id: str | None
) -> None:
    """Add a row for `change`."""
    tx.is_audited = True
    _INSERT.run(
        tx,
        {
            "at": at,
            "person_id": actor.person,
            "token_id": actor.token_id,
            "action": change.action,
            "object_kind": change.object_kind,
            "object_id": change.object_id,
            "story_id": change.story_id,
            "before": change.before,
            "after": change.after,
            "request_id": request_id,
        },
    )


def list_audit(tx: ReadTransaction, only: AuditFilter, *, below: int | None, limit: int) -> list[AuditRow]:
    """The rows that match, the newest first; those with a number below `below`."""
    query = select(_audit).order_by(_audit.c.id.desc()).limit(limit)
    for column, wanted in (
        (_audit.c.person_id, only.person),
        (_audit.c.token_id, only.token),
        (_audit.c.story_id, only.story),
        (_audit.c.action, only.action),
    ):
        query = query if wanted is None else query.where(column == wanted)
    query = query if only.since is None else query.where(_audit.c.at >= only.since)
    query = query if only.until is None else query.where(_audit.c.at < only.until)
    query = query if below is None else query.where(_audit.c.id < below)
    return [
        AuditRow(
            id=row.id,
            at=Micros(row.at),
            person=row.person_id,
            token_id=row.token_id,
            change=AuditedChange(
                action=row.action,
                object_kind=row.object_kind,
                object_id=row.object_id,
                story_id=row.story_id,
                before=row.before,
                after=row.after,
            ),
            request_id=row.request_id,
        )
        for row in tx.connection.execute(query)
    ]


def list_entries_touched(tx: ReadTransaction, token: str, *, since: Micros) -> list[tuple[StoryId, EntryId]]:
    """The entries that a token wrote to since a time, in the order of their stories' ids."""
    columns = (_audit.c.story_id, _audit.c.object_id)
    query = select(*columns).where(*_by(token, since), _audit.c.object_kind == "entry").distinct().order_by(*columns)
    return [(StoryId(row.story_id), EntryId(row.object_id)) for row in tx.connection.execute(query)]


def list_stories_touched(tx: ReadTransaction, token: str, *, since: Micros) -> list[tuple[StoryId, int]]:
    """The stories that it wrote to, each with the version that it made, once for each of them."""
    query = select(_audit.c.object_id, _audit.c.after).where(*_by(token, since), _OF_STORY).order_by(_audit.c.id)
    return [(StoryId(row.object_id), row.after["version"]) for row in tx.connection.execute(query)]


def list_others_touched(tx: ReadTransaction, token: str, *, since: Micros) -> list[tuple[str, str, str]]:
    """Everything else that it did: to what kind of thing, its id, and what was done. Freezes are among it."""
    columns = (_audit.c.object_kind, _audit.c.object_id, _audit.c.action)
    elsewhere = (_audit.c.object_kind != "entry", not_(_OF_STORY))
    query = select(*columns).where(*_by(token, since), *elsewhere).distinct().order_by(*columns)
    return [(row.object_kind, row.object_id, row.action) for row in tx.connection.execute(query)]


def _by(token: str, since: Micros) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (_audit.c.token_id == token, _audit.c.at >= since)
