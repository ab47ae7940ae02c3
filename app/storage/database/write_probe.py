"""A write that leaves nothing, to know that writing works before a reporter finds out that it does not."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, insert

from app.storage.database import schema
from app.storage.database.transactions import Database

_replies = schema.replies
_SCOPE = "write-probe"


def probe_writing(database: Database) -> None:
    """Commit a row and its deletion: the disk, the file and our rights are used as for any write.

    Raises Unavailable, as `Database.transaction` does; the cause is in the database's health.
    """
    row = {"scope": _SCOPE, "key": uuid.uuid4().hex, "fingerprint": "", "at": 0, "headers": {}}
    with database.transaction() as tx:
        tx.connection.execute(insert(_replies), row)
        tx.connection.execute(delete(_replies).where(_replies.c.scope == _SCOPE, _replies.c.key == row["key"]))
    database.health.record_write()
