"""Jobs run again and again, survive their failures, and end with the server."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Unavailable
from app.jobs.job import HUNG_LIMIT, Job, JobRecords, run_in_thread, run_jobs

pytestmark = pytest.mark.anyio


class Pauses:
    """A sleep that a test ends by hand."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._over = asyncio.Semaphore(0)
        self.reached = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        self.reached.release()
        await self._over.acquire()

    async def end_one(self) -> None:
        """End one pause, and wait until the next begins."""
        self._over.release()
        await self.reached.acquire()


async def test_a_job_runs_after_each_pause_and_never_before_the_first() -> None:
    pauses, runs = Pauses(), 0

    async def run() -> None:
        nonlocal runs
        runs += 1

    lengths = iter([3.0, 5.0, 7.0, 9.0])
    async with run_jobs([Job("counting", run, lambda: next(lengths))], sleep=pauses.sleep):
        await pauses.reached.acquire()
        assert runs == 0
        await pauses.end_one()
        await pauses.end_one()
        assert runs == 2
    assert pauses.asked == [3.0, 5.0, 7.0]


async def test_a_job_that_is_woken_runs_at_once_and_pauses_again() -> None:
    pauses, woken, ran = Pauses(), asyncio.Event(), asyncio.Event()

    async def run() -> None:
        ran.set()

    async with run_jobs([Job("looking", run, lambda: 9.0, woken=woken)], sleep=pauses.sleep):
        for _ in range(2):
            await pauses.reached.acquire()
            ran.clear()
            woken.set()
            await asyncio.wait_for(ran.wait(), 10)
        await pauses.reached.acquire()
        assert not woken.is_set()
    assert pauses.asked == [9.0] * 3


async def test_a_job_that_fails_is_run_again() -> None:
    pauses, runs = Pauses(), 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        raise ValueError("this once")

    async with run_jobs([Job("failing", run, lambda: 1.0)], sleep=pauses.sleep):
        await pauses.reached.acquire()
        await pauses.end_one()
        await pauses.end_one()
    assert runs == 2


async def test_one_job_that_fails_leaves_the_others_alone() -> None:
    pauses, ran = Pauses(), asyncio.Event()

    async def fail() -> None:
        raise ValueError("always")

    async def run() -> None:
        ran.set()

    jobs = [Job("failing", fail, lambda: 1.0), Job("working", run, lambda: 1.0)]
    async with run_jobs(jobs, sleep=pauses.sleep):
        for _ in jobs:
            await pauses.reached.acquire()
        for _ in jobs:
            await pauses.end_one()
        await asyncio.wait_for(ran.wait(), 5)


async def test_a_call_under_way_in_a_thread_ends_before_the_jobs_do() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        begun.set()
        may_end.wait(10)
        ended.set()

    async def run() -> None:
        await run_in_thread(call)

    async def leave() -> None:
        async with run_jobs([Job("slow", run, lambda: 0.0)], end_seconds=10):
            await asyncio.to_thread(begun.wait, 10)

    leaving = asyncio.create_task(leave())
    await asyncio.to_thread(begun.wait, 10)
    done, _ = await asyncio.wait([leaving], timeout=0.1)
    assert not done, "the jobs were left while a call held what it works on"
    may_end.set()
    await asyncio.wait_for(leaving, 10)
    assert ended.is_set()


async def test_a_thread_gives_its_result_and_its_error() -> None:
    assert await run_in_thread(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await run_in_thread(lambda: 1 / 0)


async def test_an_error_in_a_thread_that_nobody_waits_for_any_more_is_not_told_to_the_loop() -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    begun, may_end = threading.Event(), threading.Event()

    def fail() -> None:
        begun.set()
        may_end.wait(10)
        raise ZeroDivisionError

    waiting = asyncio.create_task(run_in_thread(fail))
    await asyncio.to_thread(begun.wait, 10)
    waiting.cancel()
    may_end.set()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    del waiting
    gc.collect()
    assert complaints == []


class Watch:
    """A monotonic clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_an_attempt_that_hangs_is_abandoned_counted_and_said_and_the_next_one_runs() -> None:
    watch, pauses, may_end = Watch(), Pauses(), asyncio.Event()
    records, runs = JobRecords(monotonic=watch), 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            await may_end.wait()

    job = Job("due work", run, lambda: 1.0, limit_seconds=0.01, late_seconds=10.0)
    with capture_logs() as logged:
        async with run_jobs([job], records=records, sleep=pauses.sleep):
            await pauses.reached.acquire()
            watch.now = 11.0
            await pauses.end_one()
            (record,) = records.all
            assert (record.abandoned, record.failures, record.age_seconds) == (1, 0, 11.0)
            assert records.is_late("due work")
            await pauses.end_one()
            assert (runs, record.age_seconds, records.is_late("due work")) == (2, 0.0, False)
            may_end.set()
    assert [line["event"] for line in logged] == ["job_abandoned", "job_failed_over"]


async def test_no_more_attempts_hang_at_once_than_their_limit() -> None:
    pauses, records, runs = Pauses(), JobRecords(), 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        await asyncio.Event().wait()

    async with run_jobs([Job("hanging", run, lambda: 1.0, limit_seconds=0.0)], records=records, sleep=pauses.sleep):
        await pauses.reached.acquire()
        for _ in range(HUNG_LIMIT + 3):
            await pauses.end_one()
        assert (runs, records.all[0].abandoned) == (HUNG_LIMIT, HUNG_LIMIT)


async def test_a_failure_is_counted_each_time_and_said_when_it_begins_and_when_it_is_over() -> None:
    pauses, records = Pauses(), JobRecords()
    errors: list[Exception | None] = [Unavailable("database_unavailable", "Away.", retry_after_seconds=1)] * 3
    errors.append(None)

    async def run() -> None:
        if (error := errors.pop(0)) is not None:
            raise error

    with capture_logs() as logged:
        async with run_jobs([Job("failing", run, lambda: 1.0)], records=records, sleep=pauses.sleep):
            await pauses.reached.acquire()
            for _ in range(4):
                await pauses.end_one()
    assert records.all[0].failures == 3
    assert [line["event"] for line in logged] == ["job_failed", "job_failed_over"]
    assert "Away." in logged[0]["cause"]
    assert not logged[0]["exc_info"], "six kilobytes of a traceback say nothing about a database that is away"


async def test_jobs_are_left_in_time_though_a_call_hangs() -> None:
    begun, may_end = threading.Event(), threading.Event()

    async def run() -> None:
        def hang() -> None:
            begun.set()
            may_end.wait(30)

        await run_in_thread(hang)

    async with run_jobs([Job("hanging", run, lambda: 0.0)], end_seconds=0.01):
        assert await asyncio.to_thread(begun.wait, 10)
    assert not may_end.is_set()
    may_end.set()
