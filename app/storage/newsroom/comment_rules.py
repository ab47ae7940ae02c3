"""The newsroom's rules for comments: blocked networks, hold-words, and notices about comments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from app.domain.clock import Micros
from app.domain.comments import CommentId
from app.domain.identifiers import StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_blocks = schema.comment_blocks
_words = schema.comment_words
_reports = schema.comment_reports


@dataclass(frozen=True, slots=True)
class CommentBlock:
    """A network from which no comment is taken until a time."""

    id: str
    network: str
    note: str | None
    created_at: Micros
    expires_at: Micros


@dataclass(frozen=True, slots=True)
class CommentReport:
    """A notice about a comment, and what became of it."""

    id: str
    story: StoryId
    comment: CommentId
    category: str
    text: str
    name: str | None
    email: str | None
    address: str | None
    created_at: Micros
    closed_at: Micros | None = None
    outcome: str | None = None


def list_blocks(tx: ReadTransaction, *, now: Micros) -> list[CommentBlock]:
    """List the blocks whose time is not over, the newest first."""
    query = select(_blocks).where(_blocks.c.expires_at > now).order_by(_blocks.c.created_at.desc(), _blocks.c.id)
    return [CommentBlock(**row._mapping) for row in tx.connection.execute(query)]


def insert_block(tx: WriteTransaction, block: CommentBlock) -> None:
    """Insert a block, and delete those whose time is over."""
    tx.connection.execute(delete(_blocks).where(_blocks.c.expires_at <= block.created_at))
    values = {name: getattr(block, name) for name in ("id", "network", "note", "created_at", "expires_at")}
    tx.connection.execute(insert(_blocks).values(**values))


def delete_block(tx: WriteTransaction, block: str) -> bool:
    """Delete a block; return whether there was one."""
    return tx.connection.execute(delete(_blocks).where(_blocks.c.id == block)).rowcount == 1


def list_hold_words(tx: ReadTransaction) -> list[str]:
    """List the hold-words, folded, in order."""
    return list(tx.connection.execute(select(_words.c.word).order_by(_words.c.word)).scalars())


def update_hold_words(tx: WriteTransaction, words: Collection[str], *, at: Micros) -> None:
    """Replace the hold-words by these."""
    tx.connection.execute(delete(_words))
    rows = [{"word": word, "created_at": at} for word in sorted(words)]
    if rows:
        tx.connection.execute(insert(_words), rows)


def insert_report(tx: WriteTransaction, report: CommentReport) -> None:
    """Insert a notice."""
    values = {
        "id": report.id,
        "story_id": report.story,
        "comment_id": report.comment,
        "category": report.category,
        "text": report.text,
        "name": report.name,
        "email": report.email,
        "address": report.address,
        "created_at": report.created_at,
        "closed_at": report.closed_at,
        "outcome": report.outcome,
    }
    tx.connection.execute(insert(_reports).values(**values))


def read_report(tx: ReadTransaction, report: str) -> CommentReport | None:
    """Return a notice."""
    found = _list_reports(tx, _reports.c.id == report)
    return found[0] if found else None


def list_reports(tx: ReadTransaction, comments: Collection[CommentId]) -> list[CommentReport]:
    """List the notices about these comments, the oldest first."""
    return _list_reports(tx, _reports.c.comment_id.in_(comments))


def update_reports_closed(tx: WriteTransaction, comment: CommentId, *, at: Micros, outcome: str) -> None:
    """Close the open notices about a comment with what was decided."""
    is_open = (_reports.c.comment_id == comment, _reports.c.closed_at.is_(None))
    tx.connection.execute(update(_reports).where(*is_open).values(closed_at=at, outcome=outcome))


def _list_reports(tx: ReadTransaction, condition: object) -> list[CommentReport]:
    query = select(_reports).where(condition).order_by(_reports.c.created_at, _reports.c.id)  # type: ignore[arg-type]
    return [
        CommentReport(
            id=row.id,
            story=StoryId(row.story_id),
            comment=CommentId(row.comment_id),
            category=row.category,
            text=row.text,
            name=row.name,
            email=row.email,
            address=row.address,
            created_at=Micros(row.created_at),
            closed_at=None if row.closed_at is None else Micros(row.closed_at),
            outcome=row.outcome,
        )
        for row in tx.connection.execute(query)
    ]
