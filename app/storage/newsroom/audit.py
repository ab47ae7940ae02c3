"""The audit log: one row per write, in the write's own transaction, without secrets."""

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

# Built once, since building takes longer than running; inline, since no caller needs the row's number.
_INSERT = PreparedWrite(insert(_audit).inline())

_OF_STORY = and_(
    _audit.c.object_kind == "story", _audit.c.action.not_in(("freeze", "thaw", "legal_hold", "lift_legal_hold"))
)
"""Matches rows of changes to a story itself; a freeze or a legal hold changes nothing in it."""


@dataclass(frozen=True, slots=True)
class AuditedChange:
    """An action on an object; `before` and `after` are short summaries, not contents."""

    action: str
    object_kind: str
    object_id: str
    story_id: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One write in the log, with its author, its time and its change."""

    id: int
    at: Micros
    person: PersonId | None
    token_id: str
    change: AuditedChange
    request_id: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """A filter of the log: a row must match every member that is given. `until` is exclusive."""

    person: str | None = None
    token: str | None = None
    story: str | None = None
    action: str | None = None
    since: Micros | None = None
    until: Micros | None = None


def append_audit(
    tx: WriteTransaction, change: AuditedChange, *, actor: Actor, at: Micros, request_id: str | None
) -> None:
    """Append a row for `change`."""
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
    """List the rows that match, newest first; with `below`, those with a lower number."""
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
    """List the entries that a token has written to since a time, in the order of their stories' ids."""
    columns = (_audit.c.story_id, _audit.c.object_id)
    query = select(*columns).where(*_by(token, since), _audit.c.object_kind == "entry").distinct().order_by(*columns)
    return [(StoryId(row.story_id), EntryId(row.object_id)) for row in tx.connection.execute(query)]


def list_stories_touched(tx: ReadTransaction, token: str, *, since: Micros) -> list[tuple[StoryId, int]]:
    """List the stories that a token has written to since a time, each with the version made, once per version."""
    query = select(_audit.c.object_id, _audit.c.after).where(*_by(token, since), _OF_STORY).order_by(_audit.c.id)
    return [(StoryId(row.object_id), row.after["version"]) for row in tx.connection.execute(query)]


def list_others_touched(tx: ReadTransaction, token: str, *, since: Micros) -> list[tuple[str, str, str]]:
    """List the token's other writes since a time as (object kind, object id, action); freezes are among them."""
    columns = (_audit.c.object_kind, _audit.c.object_id, _audit.c.action)
    elsewhere = (_audit.c.object_kind != "entry", not_(_OF_STORY))
    query = select(*columns).where(*_by(token, since), *elsewhere).distinct().order_by(*columns)
    return [(row.object_kind, row.object_id, row.action) for row in tx.connection.execute(query)]


def _by(token: str, since: Micros) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (_audit.c.token_id == token, _audit.c.at >= since)
