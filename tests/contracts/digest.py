"""The content of all tables as one short digest: two equal ones mean that nothing was written between them."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from app.storage.database.schema import metadata
from tests.api.server import Server

_TOLD_BY_THE_CLOCK = {"public_comment_totals", "public_comment_counts"}
"""The numbers of comments, which a job tells readers when their time has come; what is counted is in other tables."""


def rows_of(server: Server) -> str:
    """A digest of every row of every table, but for when tokens were used last."""
    digest = hashlib.sha256()
    with server.app_state.newsroom.database.snapshot() as tx:
        for table in metadata.sorted_tables:
            if table.name in _TOLD_BY_THE_CLOCK:
                continue
            columns = [column for column in table.columns if column.name != "last_used_at"]
            for row in sorted(repr(tuple(row)) for row in tx.connection.execute(select(*columns))):
                digest.update(row.encode())
    return digest.hexdigest()
