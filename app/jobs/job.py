"""Jobs run without a request: each is called again and again, with a pause between, until the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import structlog

log = structlog.get_logger()

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """A job: `run` is called after each pause. An exception is logged, and the job goes on after the next pause."""

    name: str
    run: Callable[[], Awaitable[None]]
    pause_seconds: Callable[[], float]


@asynccontextmanager
async def run_jobs(jobs: Sequence[Job], *, sleep: Sleep = asyncio.sleep) -> AsyncGenerator[None]:
    """Run the jobs for the duration of the block. Leaving it waits for calls that are under way in threads."""
    tasks = [asyncio.create_task(_repeat(job, sleep), name=f"job {job.name}") for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def run_in_thread(call: Callable[[], Result]) -> Result:
    """Run a blocking call in a thread. A cancellation is raised only when the call has ended: it may have a lock.

    The result or exception of a call whose caller was cancelled is dropped.
    """
    future = asyncio.ensure_future(asyncio.to_thread(call))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        future.exception()
        raise


async def _repeat(job: Job, sleep: Sleep) -> None:
    while True:
        await sleep(job.pause_seconds())
        try:
            await job.run()
        except Exception:  # one failure must not end a job for good
            log.exception("job_failed", job=job.name)
