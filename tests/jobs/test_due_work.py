"""The job of due work: it runs at the next due time, and polls every half second for work of other processes."""

from __future__ import annotations

import pytest

from app.domain.clock import Micros
from app.jobs.due_work import LOOK_SECONDS, SHORTEST_SECONDS, DueWork

pytestmark = pytest.mark.anyio

NOW = 1_790_000_000_000_000


class Newsroom:
    """A newsroom that returns the next due time, and counts the calls."""

    def __init__(self) -> None:
        self.now, self.next, self.runs = NOW, None, 0
        self.due = DueWork(self.run, clock=lambda: Micros(self.now), look_seconds=LOOK_SECONDS)

    next: int | None

    def run(self) -> Micros | None:
        self.runs += 1
        if self.next == 0:
            raise RuntimeError("the database is gone")
        return None if self.next is None else Micros(self.next)


@pytest.mark.parametrize(
    ("until", "pause"),
    [
        (None, LOOK_SECONDS),
        (3_600_000_000, LOOK_SECONDS),
        (500_001, LOOK_SECONDS),
        (300_000, 0.3),
        (1_000, SHORTEST_SECONDS),
        (0, SHORTEST_SECONDS),
        (-5_000_000, SHORTEST_SECONDS),
    ],
)
async def test_the_next_look_is_when_the_next_time_comes_and_never_far_off(until: int | None, pause: float) -> None:
    newsroom = Newsroom()
    assert newsroom.due.pause_seconds() == LOOK_SECONDS
    newsroom.next = None if until is None else NOW + until
    await newsroom.due.run()
    assert newsroom.due.pause_seconds() == pytest.approx(pause)


async def test_a_clock_that_is_set_moves_the_next_look_and_no_further_than_half_a_second() -> None:
    newsroom = Newsroom()
    newsroom.next = NOW + 300_000
    await newsroom.due.run()
    newsroom.now -= 3_600_000_000
    assert newsroom.due.pause_seconds() == LOOK_SECONDS
    newsroom.now += 7_200_000_000
    assert newsroom.due.pause_seconds() == SHORTEST_SECONDS


async def test_a_run_that_fails_leaves_the_next_look_as_it_was() -> None:
    newsroom = Newsroom()
    newsroom.next = NOW + 300_000
    await newsroom.due.run()
    newsroom.next = 0
    with pytest.raises(RuntimeError):
        await newsroom.due.run()
    assert newsroom.due.pause_seconds() == pytest.approx(0.3)


async def test_it_is_a_job_by_its_name() -> None:
    newsroom = Newsroom()
    job = newsroom.due.job()
    await job.run()
    assert (job.name, newsroom.runs, job.pause_seconds()) == ("due work", 1, LOOK_SECONDS)
