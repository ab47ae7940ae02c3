"""Returns memory that the process has freed to the system: glibc keeps most of it for good."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import partial

from app.jobs.job import Job, run_in_thread

PAUSE_SECONDS = 10.0
"""Long enough that a burst's memory serves the next one, short enough that an operator's graph shows the end of it."""

KEPT_BYTES = 8 * 1024 * 1024
"""Free memory that is worth keeping: taking it back from the system costs a page fault for every 4 KB."""


def memory_return_job(trim: Callable[[], int]) -> Job:
    """Make the job that returns free memory with `trim`."""

    async def run() -> None:
        await run_in_thread(trim)

    return Job(name="memory return", run=run, pause_seconds=lambda: PAUSE_SECONDS)


def find_trim() -> Callable[[], int] | None:
    """Return the call that returns the free pages of every heap to the system, if the C library has it.

    It holds no lock of the interpreter. Who allocates from the same heap meanwhile waits for it: 0.1 ms when there is
    little to return, a millisecond for each 3 MB when there is.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None
    trim.argtypes, trim.restype = (ctypes.c_size_t,), ctypes.c_int
    return partial(trim, KEPT_BYTES)
