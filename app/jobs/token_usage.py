"""Writes the time each token was last used: once a minute, and when the server stops."""

from __future__ import annotations

from app.jobs.job import Job, run_in_thread
from app.newsroom.context.newsroom import Newsroom

PAUSE_SECONDS = 60.0
"""A killed server loses the usage of this time, at most."""


def token_usage_job(newsroom: Newsroom) -> Job:
    """Make the job that writes the usage recorded since its last run."""

    async def run() -> None:
        await run_in_thread(lambda: newsroom.usage.write(newsroom.database))

    return Job(name="usage", run=run, pause_seconds=lambda: PAUSE_SECONDS)
