"""Writes when each token was used last: once a minute, and when the server stops."""

from __future__ import annotations

from app.jobs.job import Job, run_in_thread
from app.newsroom.context.newsroom import Newsroom

PAUSE_SECONDS = 60.0
"""How much of it a killed server loses at most."""


def token_usage_job(newsroom: Newsroom) -> Job:
    """A job that writes what was noted since the last time."""

    async def run() -> None:
        await run_in_thread(lambda: newsroom.usage.write(newsroom.database))

    return Job(name="usage", run=run, pause_seconds=lambda: PAUSE_SECONDS)
