"""Writes that arrive by themselves and are committed together: each caller waits for the disk, and shares it.

One thread of their own commits up to a batch at a time, in the order in which they came. What arrives meanwhile is the
next batch; more than may wait is refused at once. One that comes alone is committed at once; in a stream of them there
is a least time from one batch to the next, so that whoever else writes seldom meets a commit that is under way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Generic, TypeVar

from app.domain.errors import LiveblogError, Unavailable
from app.storage.database.threads import Threads

BATCH = 64
"""Written in one transaction: about 2 ms under SQLite's one writer."""

APART_SECONDS = 0.25
"""The time from the beginning of a batch to that of the next: a commit of 2 ms then holds the writer for less than a
hundredth of it, and the 99th percentile of those who do not give way is their own commit, not two."""

WAITING_LIMIT = 1_000
WAITING_SECONDS = 10.0
"""What no commit has begun for in this time is not written any more: its caller may have given up."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Commits items in batches. It belongs to one event loop.

    `commit` runs in a thread, and returns for each item its result, or the error that its caller gets.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Sequence[Result | LiveblogError]],
        *,
        name: str,
        batch: int = BATCH,
        apart_seconds: float = APART_SECONDS,
        waiting_limit: int = WAITING_LIMIT,
        waiting_seconds: float = WAITING_SECONDS,
    ) -> None:
        self.committed = 0
        self.batches = 0
        self._commit = commit
        self._batch = batch
        self._apart_seconds = apart_seconds
        self._begin_after = 0.0
        self._waiting_limit = waiting_limit
        self._waiting_seconds = waiting_seconds
        self._threads = Threads(1, name=name)
        self._waiting: deque[tuple[Item, asyncio.Future[Result], float]] = deque()
        self._committing: list[asyncio.Future[Result]] = []
        self._woken = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """Return the item's result once it is on disk.

        Raises its error, or Unavailable where too many wait, or its commit did not begin within `waiting_seconds`.
        """
        if len(self._waiting) >= self._waiting_limit:
            raise _too_many()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future, loop.time() + self._waiting_seconds))
        if len(self._waiting) >= self._batch:
            self._woken.set()
        if self._running is None:
            self._running = loop.create_task(self._run())
        late = loop.call_later(self._waiting_seconds, self._refuse_late, future)
        try:
            return await future
        finally:
            late.cancel()

    async def flush(self, *, within_seconds: float) -> None:
        """Wait until all that was submitted by now is on disk or refused. Raises Unavailable if it takes longer."""
        submitted = [*self._committing, *(future for _, future, _ in self._waiting)]
        self._begin_after = 0.0
        self._woken.set()
        if submitted and (await asyncio.wait(submitted, timeout=within_seconds))[1]:
            detail = "What arrived before this is not on disk yet; send it again in a moment."
            raise Unavailable("unavailable", detail, retry_after_seconds=2)

    def close(self, *, within_seconds: float) -> None:
        """Wait at most `within_seconds` for the batch that is being committed."""
        self._threads.close(within_seconds=within_seconds)

    def _refuse_late(self, future: asyncio.Future[Result]) -> None:
        """Refuse what no commit has begun for, also while the one before it hangs: nobody waits for a disk twice."""
        if not future.done() and future not in self._committing:
            future.set_exception(_too_many())

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._wait_for_turn()
                if batch := self._next_batch():
                    await self._commit_batch(batch)
        finally:
            self._running = None

    async def _wait_for_turn(self) -> None:
        """Wait until a batch may begin, unless it is full already: then it writes as much as several would."""
        loop = asyncio.get_running_loop()
        while (left := self._begin_after - loop.time()) > 0 and len(self._waiting) < self._batch:
            self._woken.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), left)
        self._begin_after = loop.time() + self._apart_seconds

    def _next_batch(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        """Take the next items; those that have waited for too long are refused instead."""
        now = asyncio.get_running_loop().time()
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        while self._waiting and len(batch) < self._batch:
            item, future, begin_by = self._waiting.popleft()
            is_refused = future.done() and not future.cancelled()
            if now <= begin_by and not is_refused:
                batch.append((item, future))
            elif not future.done():
                future.set_exception(_too_many())
        return batch

    async def _commit_batch(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        self._committing = [future for _, future in batch]
        try:
            results = await self._threads.run(partial(self._commit, [item for item, _ in batch]))
        except BaseException as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error if isinstance(error, Exception) else _cancelled())
            if not isinstance(error, Exception):
                raise
            return
        self.batches += 1
        for (_, future), result in zip(batch, results, strict=True):
            if isinstance(result, LiveblogError):
                if not future.done():
                    future.set_exception(result)
            else:
                self.committed += 1
                if not future.done():  # its caller has gone; what it sent is on disk
                    future.set_result(result)


def _too_many() -> Unavailable:
    detail = "Too much is arriving at this moment; send it again in a moment."
    return Unavailable("unavailable", detail, retry_after_seconds=2)


def _cancelled() -> Unavailable:
    return Unavailable("unavailable", "The server is stopping.", retry_after_seconds=2)
