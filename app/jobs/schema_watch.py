"""Looks now and then whether a newer release has migrated the database under this process."""

from __future__ import annotations

from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database
from app.storage.upkeep.migrations import watch_schema

PAUSE_SECONDS = 2.0
"""One read of one row; in so long what is written is still in the form of our release."""
LIMIT_SECONDS = 15.0


def schema_watch_job(database: Database) -> Job:
    """Make the job; the database's health is told what it found."""

    async def run() -> None:
        await run_in_thread(lambda: watch_schema(database))

    return Job("schema watch", run=run, pause_seconds=lambda: PAUSE_SECONDS, limit_seconds=LIMIT_SECONDS)
