"""The audit log: one row per write, in the write's own transaction. No secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from app.domain.clock import Micros
from app.domain.rights import Actor
from app.storage import schema
from app.storage.database import WriteTransaction

# Built once, since building takes longer than running; inline, since nobody asks for the row's number.
_INSERT = insert(schema.audit).inline()


@dataclass(frozen=True, slots=True)
class AuditedChange:
    """What was done to which object; `before` and `after` are short summaries, not contents."""

    action: str
    object_kind: str
    object_id: str
    story_id: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


def append_audit(
    tx: WriteTransaction, change: AuditedChange, *, actor: Actor, at: Micros, request_id: str | None
) -> None:
    """Add a row for `change`."""
    tx.is_audited = True
    tx.connection.execute(
        _INSERT,
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
