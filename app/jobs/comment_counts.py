"""Tells readers how many comments there are, once in ten seconds at most for each story, whatever is approved."""

from __future__ import annotations

from app.domain.clock import Clock, Micros
from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database
from app.storage.public.comments import SHOWN_SECONDS, list_stale_totals, update_shown_counts

PAUSE_SECONDS = 1.0


def show_counts(database: Database, now: Micros) -> int:
    """Let readers be told the numbers of stories that have others than they were told; return of how many stories."""
    due = Micros(now - SHOWN_SECONDS * 1_000_000)
    with database.snapshot() as tx:
        stale = list_stale_totals(tx, shown_before=due)
    shown = 0
    for story in stale:
        with database.transaction(gives_way=True) as tx:
            if update_shown_counts(tx, story, now=now):
                shown += 1
    return shown


def comment_counts_job(database: Database, *, clock: Clock) -> Job:
    """Make the job, which costs one read a second while nothing changes."""

    async def run() -> None:
        await run_in_thread(lambda: show_counts(database, clock()))

    return Job("comment counts", run=run, pause_seconds=lambda: PAUSE_SECONDS)
