"""Thread pools for use cases: they block while a database works, and the event loop has readers to serve.

The way to a thread and back is a part of every write, and takes half the time that it takes with a general pool.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from queue import SimpleQueue
from time import monotonic
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")


class _Work(NamedTuple):
    call: Callable[[], Any]
    context: Context
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class Threads:
    """A pool of at most `count` threads, each started when it is first needed."""

    def __init__(self, count: int, *, name: str) -> None:
        self._count = count
        self._name = name
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()

    async def run(self, call: Callable[[], Result]) -> Result:
        """Run `call` in a thread, and return or raise what it does. A cancelled wait ends no call that has begun."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._unfinished += 1
        if self._unfinished > len(self._threads) < self._count:
            self._begin_thread()
        self._queue.put(_Work(call, copy_context(), loop, future))
        return await future

    def close(self, *, within_seconds: float) -> None:
        """Wait at most `within_seconds` until every call has ended, and end the threads.

        Call `run` no more. A call that is stuck in its database ends with the process.
        """
        deadline = monotonic() + within_seconds
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(max(0.0, deadline - monotonic()))
        self._threads.clear()

    def _begin_thread(self) -> None:
        name = f"{self._name}-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (work := self._queue.get()) is not None:
            result, error = None, None
            try:
                if not work.future.cancelled():  # a call cancelled before it began is not run
                    result = work.context.run(work.call)
            except BaseException as raised:  # noqa: BLE001 - whatever it is, the caller gets it
                error = raised
            with suppress(RuntimeError):  # the loop has ended: no caller waits any more
                work.loop.call_soon_threadsafe(self._settle, work.future, result, error)
            del work, result, error

    def _settle(self, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        self._unfinished -= 1
        if future.done():  # cancelled
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
