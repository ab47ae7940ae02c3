"""Does what is due: schedules, holds, ends. Looks when the time of something comes, and now and then for the rest."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.clock import Clock, Micros
from app.jobs.job import Job, run_in_thread

LOOK_SECONDS = 0.5
"""How late something may be that was scheduled for the next moment: half of the second promised."""

LOOK_SHARED_SECONDS = 0.25
"""Where other processes write too, and some of their readers hear of it a quarter of a second later."""

SHORTEST_SECONDS = 0.02


class DueWork:
    """Remembers when something is next due. `run_due_work` does what is due now and says when more will be."""

    def __init__(self, run_due_work: Callable[[], Micros | None], *, clock: Clock, look_seconds: float) -> None:
        self._run_due_work = run_due_work
        self._look_seconds = look_seconds
        self._clock = clock
        self._next: Micros | None = None

    async def run(self) -> None:
        """Do it, in a thread."""
        self._next = await run_in_thread(self._run_due_work)

    def pause_seconds(self) -> float:
        """Until the next look."""
        if self._next is None:
            return self._look_seconds
        return min(self._look_seconds, max(SHORTEST_SECONDS, (self._next - self._clock()) / 1e6))

    def job(self) -> Job:
        """As one of the process's jobs."""
        return Job("due work", run=self.run, pause_seconds=self.pause_seconds)
