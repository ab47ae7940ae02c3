"""Tries now and then whether the database can be written to, so that readiness knows before a reporter does."""

from __future__ import annotations

from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database
from app.storage.database.write_probe import probe_writing

PAUSE_SECONDS = 10.0
"""One small commit: nothing beside what a newsroom writes."""
PAUSE_IN_TROUBLE_SECONDS = 2.0
"""Whoever mends a disk wants to see that it worked."""
LIMIT_SECONDS = 15.0


def write_probe_job(database: Database) -> Job:
    """Make the job that writes and deletes a row; the database's health is told how that went."""

    async def run() -> None:
        await run_in_thread(lambda: probe_writing(database))

    def pause_seconds() -> float:
        return PAUSE_SECONDS if database.health.is_writable else PAUSE_IN_TROUBLE_SECONDS

    return Job("write probe", run=run, pause_seconds=pause_seconds, limit_seconds=LIMIT_SECONDS)
