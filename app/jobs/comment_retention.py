"""Deletes the addresses of those who commented once they have been kept for long enough."""

from __future__ import annotations

import asyncio

from app.domain.clock import Clock, Micros
from app.jobs.job import Job, Sleep, run_in_thread
from app.storage.database.transactions import Database
from app.storage.newsroom.comment_addresses import delete_addresses_before, delete_emails_before

PAUSE_SECONDS = 3_600.0
BATCH = 200
"""Comments in one transaction: the writer is busy for a few milliseconds at most."""
BETWEEN_BATCHES_SECONDS = 0.05

_DAY = 86_400_000_000


def comment_retention_job(
    database: Database, *, clock: Clock, email_days: int, address_days: int, sleep: Sleep = asyncio.sleep
) -> Job:
    """Make the job that deletes e-mail and network addresses that are too old, in small batches."""

    def delete_batch() -> int:
        now = clock()
        with database.transaction(gives_way=True) as tx:
            emails = delete_emails_before(tx, Micros(now - email_days * _DAY), limit=BATCH)
            return emails + delete_addresses_before(tx, Micros(now - address_days * _DAY), limit=BATCH)

    async def run() -> None:
        while await run_in_thread(delete_batch):
            await sleep(BETWEEN_BATCHES_SECONDS)

    return Job("comment retention", run=run, pause_seconds=lambda: PAUSE_SECONDS, limit_seconds=PAUSE_SECONDS)
