"""Tries now and then whether the database can be written to, so that readiness knows before a reporter does."""

from __future__ import annotations

from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database
from app.storage.database.write_probe import probe_writing

PAUSE_SECONDS = 2.0
"""While writing fails it is tried this often: whoever mends a disk wants to see that it worked."""
LOOKS = 5
"""And every fifth time while it works: a small commit in ten seconds is nothing beside what a newsroom writes."""
LIMIT_SECONDS = 15.0


def write_probe_job(database: Database) -> Job:
    """Make the job that writes and deletes a row; the database's health is told how that went."""
    looks = 0

    async def run() -> None:
        nonlocal looks
        looks += 1
        if looks % LOOKS == 0 or not database.health.is_writable:
            await run_in_thread(lambda: probe_writing(database))

    return Job("write probe", run=run, pause_seconds=lambda: PAUSE_SECONDS, limit_seconds=LIMIT_SECONDS)
