"""Deletes stored replies that are too old for any retry."""

from __future__ import annotations

import asyncio

from app.domain.clock import Clock, Micros
from app.jobs.job import Job, Sleep, run_in_thread
from app.storage.database.transactions import Database
from app.storage.newsroom.stored_replies import delete_replies_before

KEPT_DAYS = 30
"""An Idempotency-Key is honoured for at least this long."""
PAUSE_SECONDS = 3_600.0
BATCH = 100
"""Replies deleted in one transaction: the writer is busy for a few milliseconds at most."""
BETWEEN_BATCHES_SECONDS = 0.05

_DAY = 86_400_000_000


def retention_job(database: Database, *, clock: Clock, sleep: Sleep = asyncio.sleep) -> Job:
    """Make the job that deletes replies older than KEPT_DAYS, in small batches with room for writers between them."""

    def delete_batch() -> int:
        oldest_kept = Micros(clock() - KEPT_DAYS * _DAY)
        with database.transaction() as tx:
            return delete_replies_before(tx, oldest_kept, limit=BATCH)

    async def run() -> None:
        while await run_in_thread(delete_batch) == BATCH:
            await sleep(BETWEEN_BATCHES_SECONDS)

    return Job("retention", run=run, pause_seconds=lambda: PAUSE_SECONDS, limit_seconds=PAUSE_SECONDS)
