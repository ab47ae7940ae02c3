"""Moves what SQLite has written ahead into the database file, in moments when nobody writes."""

from __future__ import annotations

from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database

PAUSE_SECONDS = 5.0
"""Short enough that the write-ahead log stays small, long enough that a burst of writing is over."""


def checkpoint_job(database: Database) -> Job:
    """A job that checkpoints when the writer is idle; nothing is done, and nothing waits, when it is not."""

    async def run() -> None:
        await run_in_thread(database.checkpoint)

    return Job(name="checkpointing", run=run, pause_seconds=lambda: PAUSE_SECONDS)
