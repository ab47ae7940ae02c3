"""Does what is due: schedules, holds, ends. Looks twice a second, and when the time of something comes."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.clock import Clock, Micros
from app.work.jobs import Job, in_thread

LOOK_SECONDS = 0.5
"""How late something may be that was scheduled just now or by another process: half of the second promised."""

SHORTEST_SECONDS = 0.02


class DueWork:
    """Remembers when something is next due. `run_due_work` does what is due now and says when more will be."""

    def __init__(self, run_due_work: Callable[[], Micros | None], *, clock: Clock) -> None:
        self._run_due_work = run_due_work
        self._clock = clock
        self._next: Micros | None = None

    async def run(self) -> None:
        """Do it, in a thread."""
        self._next = await in_thread(self._run_due_work)

    def pause_seconds(self) -> float:
        """Until the next look."""
        if self._next is None:
            return LOOK_SECONDS
        return min(LOOK_SECONDS, max(SHORTEST_SECONDS, (self._next - self._clock()) / 1e6))

    def job(self) -> Job:
        """As one of the process's jobs."""
        return Job("due work", run=self.run, pause_seconds=self.pause_seconds)
