"""The lock between what adds comments, notices and answers, and what takes text of readers out for good.

Nothing that a reader sends locks a story, so that nobody waits for it; without a lock, what was checked before a purge
could be stored behind it. Whoever adds shares this one, whoever purges has it alone, taken before any row of a comment.
SQLite has one writer, and needs none.
"""

from __future__ import annotations

from sqlalchemy import text

from app.storage.database.transactions import WriteTransaction

_KEY = 0x6C62636F6D6D
_SHARED = text("SELECT pg_advisory_xact_lock_shared(:key)")
_ALONE = text("SELECT pg_advisory_xact_lock(:key)")


def lock_out_purges(tx: WriteTransaction) -> None:
    """Lock purges out until the transaction ends; it sees what was purged before."""
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(_SHARED, {"key": _KEY})


def lock_out_comments(tx: WriteTransaction) -> None:
    """Lock comments, notices and answers out until the transaction ends; it sees what was added before."""
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(_ALONE, {"key": _KEY})
