"""Follows what the nodes of one database share: a new key of their broker, a new admin token.

The token of a node that was started anew with another one opens every node from then on, and the old one none.
"""

from __future__ import annotations

from collections.abc import Callable

from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import SharedSecrets, read_shared_secrets

PAUSE_SECONDS = 1.0
"""One read of one row; so much later another process knows."""
LIMIT_SECONDS = 15.0


def shared_secrets_watch_job(database: Database, *, take: Callable[[SharedSecrets], None]) -> Job:
    """Make the job that follows them; `take` is called on the event loop, with what is so now."""

    def read() -> SharedSecrets:
        with database.snapshot() as tx:
            return read_shared_secrets(tx)

    async def run() -> None:
        take(await run_in_thread(read))

    return Job("shared secrets watch", run=run, pause_seconds=lambda: PAUSE_SECONDS, limit_seconds=LIMIT_SECONDS)
