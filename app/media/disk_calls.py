"""Calls of a disk, which may hang: each in a thread of a few, waited for as long as it has and no longer."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, TypeVarTuple

from app.media.files import storage_full, storage_unavailable
from app.media.store_health import StoreHealth, Use

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

Ts = TypeVarTuple("Ts")
R = TypeVar("R")


class DiskCalls:
    """The threads of one folder. Its disk's errors, and its silence, are Unavailable, counted and said by `health`."""

    def __init__(self, health: StoreHealth, *, threads: int, name: str) -> None:
        self._health = health
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def submit(self, function: Callable[[*Ts], R], *args: *Ts) -> Future[R]:
        """Begin a call as soon as a thread is free."""
        return self._threads.submit(function, *args)

    async def run(self, use: Use, seconds: float, function: Callable[[*Ts], R], *args: *Ts) -> R:
        """Run a call within its time. Raises Unavailable."""
        return await self.wait(self.submit(function, *args), use, seconds)

    async def wait(self, work: Future[R], use: Use, seconds: float) -> R:
        """Wait for a call that has been submitted, not longer than it has. Raises Unavailable."""
        waited = asyncio.wrap_future(work)
        waited.add_done_callback(_drop)
        try:
            async with asyncio.timeout(seconds):
                found = await asyncio.shield(waited)
        except TimeoutError as error:
            _abandon(work)
            self._health.record_failure(use, f"no answer within {seconds:g} s")
            raise storage_unavailable() from error
        except OSError as error:
            self._health.record_failure(use, error)
            raise (storage_full() if error.errno in FULL else storage_unavailable()) from error
        except asyncio.CancelledError:
            _abandon(work)
            raise
        self._health.record_success(use)
        return found

    def close(self) -> None:
        """Let the threads end; calls that are under way finish."""
        self._threads.shutdown(wait=False)


def refuse_without_room(folder: os.PathLike[str], least_free_bytes: int) -> None:
    """Raise OSError ENOSPC where what is kept would take the room that others need."""
    room = os.statvfs(folder)
    if room.f_bavail * room.f_frsize < least_free_bytes:
        raise OSError(errno.ENOSPC, f"less than {least_free_bytes // 2**20} MB are left at", os.fspath(folder))


def _drop(waited: asyncio.Future[Any]) -> None:
    """Take note of an error that comes when nobody waits any more: it was one of time before."""
    if not waited.cancelled():
        waited.exception()


def _abandon(work: Future[Any]) -> None:
    """Let go of work that nobody waits for any more: it is not begun, or a file that it opens is closed."""

    def close_opened(done: Future[Any]) -> None:
        if not done.cancelled() and done.exception() is None and isinstance(done.result(), tuple):
            os.close(done.result()[0])

    if not work.cancel():
        work.add_done_callback(close_opened)
