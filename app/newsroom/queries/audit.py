"""Queries of the audit: who did what, when, to which object. Each use case writes it, in its own transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.domain.clock import format_time
from app.domain.errors import NotFound
from app.domain.identifiers import is_uuid4
from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.accounts import Accounts
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.positions import parse_position
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.audit import AuditFilter, AuditRow, list_audit
from app.storage.newsroom.stories import read_story
from app.wire.audit_export import AuditFormat, encode_audit_header, encode_audit_line
from app.wire.encoding import encode_json

EXPORT_ROWS = 500
"""Rows read and kept in memory at once while the whole audit is exported."""

_POSITION_DIGITS = 18


@dataclass(frozen=True, slots=True)
class AuditChunk:
    """A part of an export, and the position of the next one; None after the last."""

    lines: bytes
    position: int | None


def show_audit(newsroom: Newsroom, call: Call, only: AuditFilter, *, position: str | None, limit: int) -> Reply:
    """Show a page of the audit, the newest first, to admins. Raises MalformedInput `bad_position`, NotFound."""
    below = parse_position(position, max_digits=_POSITION_DIGITS)
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.READ_AUDIT)
        found = list_audit(tx, _resolved(tx, only), below=below, limit=limit + 1)
        items = _shown(tx, found[:limit])
    following = str(found[limit - 1].id) if len(found) > limit else None
    return Reply(200, encode_json({"items": items, "next": following}))


def export_chunk(
    newsroom: Newsroom, call: Call, only: AuditFilter, *, position: int | None, form: AuditFormat
) -> AuditChunk:
    """Export the next rows of the whole audit, the newest first. A caller who loses the right gets no more of them."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.READ_AUDIT)
        found = list_audit(tx, _resolved(tx, only), below=position, limit=EXPORT_ROWS)
        items = _shown(tx, found)
    return AuditChunk(
        b"".join(_lines(items, form, is_first=position is None)), found[-1].id if len(found) == EXPORT_ROWS else None
    )


def _lines(items: list[dict[str, Any]], form: AuditFormat, *, is_first: bool) -> Iterator[bytes]:
    if is_first:
        yield encode_audit_header(form)
    for item in items:
        yield encode_audit_line(item, form)


def _shown(tx: ReadTransaction, rows: list[AuditRow]) -> list[dict[str, Any]]:
    accounts = Accounts(tx, ((row.person, row.token_id) for row in rows))
    return [{**_members(row), "name": accounts.find(row.person, row.token_id).name} for row in rows]


def _members(row: AuditRow) -> dict[str, Any]:
    change = row.change
    return {
        "id": row.id,
        "at": format_time(row.at),
        "person": row.person,
        "token": row.token_id,
        "action": change.action,
        "object": change.object_kind,
        "object_id": change.object_id,
        "story": change.story_id,
        "before": change.before,
        "after": change.after,
        "request_id": row.request_id,
    }


def _resolved(tx: ReadTransaction, only: AuditFilter) -> AuditFilter:
    """Resolve the story's slug to its id. One that is gone may still be asked for by its id. Raises NotFound."""
    if only.story is None:
        return only
    story = read_story(tx, only.story)
    if story is None and not is_uuid4(only.story):
        raise NotFound("story_not_found", "There is no such story.")
    return only if story is None else replace(only, story=story.id)
