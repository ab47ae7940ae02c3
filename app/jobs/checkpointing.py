"""Checkpoints SQLite's write-ahead log into the database file while the writer is idle."""

from __future__ import annotations

from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database

PAUSE_SECONDS = 5.0
"""Short enough that the write-ahead log stays small, long enough that a burst of writing is over."""

LATE_SECONDS = 60.0
"""Without a checkpoint for so long the log has no end: readiness says so."""


def checkpoint_job(database: Database) -> Job:
    """Make the job that checkpoints if the writer is idle; if it is not, nothing is done and nothing waits."""

    async def run() -> None:
        await run_in_thread(database.checkpoint)

    return Job("checkpointing", run=run, pause_seconds=lambda: PAUSE_SECONDS, late_seconds=LATE_SECONDS)
