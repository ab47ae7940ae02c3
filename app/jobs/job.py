"""Jobs run without a request: each is called again and again, with a pause between, until the server stops.

An attempt that takes too long is abandoned: it is not waited for, and the next one begins. Its failures are counted; a
cause is logged when it begins and when it is over, not with every attempt.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

import structlog

from app.domain.errors import Unavailable

LIMIT_SECONDS = 60.0
"""Time for one attempt, where a job names none."""
HUNG_LIMIT = 2
"""Attempts that may hang at once, each with a thread: beyond them nothing new is begun until one of them has ended."""
END_SECONDS = 0.3
"""Time for the calls under way in threads when the server stops; what hangs then ends with the process."""

log = structlog.get_logger()

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """A job: `run` is called after each pause. An exception is logged, and the job goes on after the next pause.

    A job that has not succeeded for `late_seconds` is late, which readiness says; None: nobody waits for it.
    """

    name: str
    run: Callable[[], Awaitable[None]]
    pause_seconds: Callable[[], float]
    limit_seconds: float = LIMIT_SECONDS
    late_seconds: float | None = None
    woken: asyncio.Event | None = None
    """Ends a pause when it is set, and is cleared by it."""


class JobRecord:
    """Counts of one job's attempts that failed or were abandoned, and when it last succeeded."""

    def __init__(self, job: Job, *, monotonic: Callable[[], float]) -> None:
        self.name = job.name
        self.failures = 0
        self.abandoned = 0
        self._late_seconds = job.late_seconds
        self._monotonic = monotonic
        self._succeeded_at = monotonic()
        self._failing_since: float | None = None

    @property
    def age_seconds(self) -> float:
        """Return how long ago the job last succeeded; before its first success, how long it has been there."""
        return max(0.0, self._monotonic() - self._succeeded_at)

    @property
    def is_late(self) -> bool:
        """Return whether the job has not succeeded for longer than it may."""
        return self._late_seconds is not None and self.age_seconds > self._late_seconds

    def record_success(self) -> None:
        """Record an attempt that did all it was to do."""
        self._succeeded_at = self._monotonic()
        if self._failing_since is not None:
            log.warning(
                "job_failed_over", job=self.name, after_seconds=round(self._succeeded_at - self._failing_since, 3)
            )
            self._failing_since = None

    def record_failure(self, error: Exception) -> None:
        """Count a failed attempt, and log its cause if the one before did not fail."""
        self.failures += 1
        if self._begins_to_fail():
            # Of a database in trouble its health has said more; anything else may be a fault of ours.
            is_known = isinstance(error, Unavailable)
            log.error(
                "job_failed", job=self.name, cause=str(error) or repr(error), exc_info=None if is_known else error
            )

    def record_abandoned(self, limit_seconds: float) -> None:
        """Count an attempt that is not waited for any more, and log it as `record_failure` does."""
        self.abandoned += 1
        if self._begins_to_fail():
            log.error("job_abandoned", job=self.name, after_seconds=limit_seconds)

    def _begins_to_fail(self) -> bool:
        begins = self._failing_since is None
        if begins:
            self._failing_since = self._monotonic()
        return begins


class JobRecords:
    """The records of a process's jobs, in their order, for metrics and readiness."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.all: tuple[JobRecord, ...] = ()
        self._monotonic = monotonic

    def is_late(self, name: str) -> bool:
        """Return whether the job of this name runs and is late."""
        return any(record.is_late for record in self.all if record.name == name)

    def add(self, job: Job) -> JobRecord:
        """Begin the record of a job."""
        record = JobRecord(job, monotonic=self._monotonic)
        self.all += (record,)
        return record


@asynccontextmanager
async def run_jobs(
    jobs: Sequence[Job],
    *,
    records: JobRecords | None = None,
    sleep: Sleep = asyncio.sleep,
    end_seconds: float = END_SECONDS,
) -> AsyncGenerator[None]:
    """Run the jobs for the duration of the block. Leaving it waits `end_seconds` for calls under way in threads."""
    kept = records or JobRecords()
    tasks = [asyncio.create_task(_repeat(job, kept.add(job), sleep), name=f"job {job.name}") for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=end_seconds)


async def run_in_thread(call: Callable[[], Result]) -> Result:
    """Run a blocking call in a thread of its own. A cancellation is raised only when the call has ended: it may have a
    lock. The result or exception of a call whose caller was cancelled is dropped.

    The thread keeps no process from ending, as those of a general pool would.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if error is None:
            future.set_result(result)  # type: ignore[arg-type] # without an error there is a result
        else:
            future.set_exception(error)

    def work() -> None:
        result, error = None, None
        try:
            result = call()
        except BaseException as raised:  # noqa: BLE001 - whatever it is, the caller gets it
            error = raised
        with suppress(RuntimeError):  # the loop has ended: no caller waits any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, name="call", daemon=True).start()
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        future.exception()
        raise


async def _repeat(job: Job, record: JobRecord, sleep: Sleep) -> None:
    hung: set[asyncio.Task[None]] = set()
    try:
        while True:
            await _pause(job, sleep)
            if len(hung) < HUNG_LIMIT:
                await _attempt(job, record, hung)
    finally:
        for attempt in tuple(hung):
            attempt.cancel()
        await asyncio.gather(*hung, return_exceptions=True)


async def _pause(job: Job, sleep: Sleep) -> None:
    if job.woken is None:
        await sleep(job.pause_seconds())
        return
    waits = [asyncio.ensure_future(sleep(job.pause_seconds())), asyncio.create_task(job.woken.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
    job.woken.clear()


async def _attempt(job: Job, record: JobRecord, hung: set[asyncio.Task[None]]) -> None:
    """Run the job once, within its limit; past that it is left alone among the `hung`."""
    attempt = asyncio.create_task(_run(job), name=f"attempt {job.name}")
    hung.add(attempt)
    attempt.add_done_callback(hung.discard)
    await asyncio.wait([attempt], timeout=job.limit_seconds)
    if not attempt.done():
        record.record_abandoned(job.limit_seconds)
        attempt.add_done_callback(_drop)
    elif (error := attempt.exception()) is None:
        record.record_success()
    elif isinstance(error, Exception):  # one failure must not end a job for good
        record.record_failure(error)
    else:
        raise error


async def _run(job: Job) -> None:
    await job.run()


def _drop(attempt: asyncio.Task[None]) -> None:
    if not attempt.cancelled():
        attempt.exception()
