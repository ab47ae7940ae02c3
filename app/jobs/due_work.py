"""Runs due work (schedules, holds, ends) at the time it is due, and polls for work that other processes scheduled."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.clock import Clock, Micros
from app.jobs.job import Job, run_in_thread

LOOK_SECONDS = 0.5
"""Delay of work that is due at once, at most: half of the second that is promised."""

LOOK_SHARED_SECONDS = 0.25
"""With other processes that write too, some of whose readers receive it a quarter of a second later."""

SHORTEST_SECONDS = 0.02

LIMIT_SECONDS = 14.0
"""Time for a run that meets a silent database: each of its waits ends before, and the next run begins anew."""

LATE_SECONDS = 10.0
"""Readiness says so when no run has succeeded for this long: what is due is late, or may be."""


class DueWork:
    """The job of due work. `run_due_work` does what is due now and returns the time of the next due work."""

    def __init__(self, run_due_work: Callable[[], Micros | None], *, clock: Clock, look_seconds: float) -> None:
        self._run_due_work = run_due_work
        self._look_seconds = look_seconds
        self._clock = clock
        self._next: Micros | None = None

    async def run(self) -> None:
        """Run what is due now, in a thread."""
        self._next = await run_in_thread(self._run_due_work)

    def pause_seconds(self) -> float:
        """Return the time until the next run."""
        if self._next is None:
            return self._look_seconds
        return min(self._look_seconds, max(SHORTEST_SECONDS, (self._next - self._clock()) / 1e6))

    def job(self) -> Job:
        """Return it as a Job."""
        return Job(
            "due work",
            run=self.run,
            pause_seconds=self.pause_seconds,
            limit_seconds=LIMIT_SECONDS,
            late_seconds=LATE_SECONDS,
        )
