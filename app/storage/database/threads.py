"""Thread pools for whatever blocks while a database works: the event loop has readers to serve.

The way to a thread and back is a part of every write, and takes half the time that it takes with a general pool. A call
that hangs costs one thread of its pool and nobody's patience: who waits for it is answered in time, and the process can
end without it. Calls take turns by whose they are, so that one that is alone does not wait behind another's hundred.
A pool may rest between calls for as long as the loop has readers to serve, so that they get their part of the
interpreter from those who write without a pause (docs/decisions/0044).
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from contextvars import Context, copy_context
from queue import Empty, SimpleQueue
from time import monotonic, thread_time
from typing import Any, NamedTuple, TypeVar

from app.domain.errors import Unavailable

BEGIN_SECONDS = 5.0
"""A call that no thread was free for in this time is not begun any more: its caller may have given up."""
ANSWER_SECONDS = 30.0
"""Time for a call in all. The database's own limits end it long before; this is for what hangs without one, a disk."""
WAITING_LIMIT = 10_000
"""Calls in all that may run or wait: where every thread hangs, the next is refused at once."""
IDLE_SECONDS = 10.0
"""A thread that has had nothing to do for so long ends."""

LOOP_SHARE = 4.0
"""The time that a pool leaves to the loop, where it has so much to do, for each second of CPU that its calls take."""
REST_LIMIT_SECONDS = 0.05
"""The longest rest, which is one after a long call."""
EMPTY_TURN_SECONDS = 0.00002
"""A turn of the loop that took no more CPU had nothing to do: an empty one takes 1 to 6 microseconds, a handshake 60.

It is not told by the clock: where another thread runs, the loop waits for the interpreter in each turn."""
EMPTY_TURNS = 4
"""Such turns in a row after which a loop has nothing to do: a fan-out lets three pass before it begins (fan_out.py)."""

Result = TypeVar("Result")

Turn = tuple[Hashable, Hashable]
"""Whose a call is, and what it is about: calls alternate by the first, and among those of one by the second."""
NOBODYS: Turn = (None, None)


class _Work(NamedTuple):
    call: Callable[[], Any]
    context: Context
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    begin_by: float


class Threads:
    """A pool of at most `count` threads, each started when it is first needed."""

    def __init__(
        self,
        count: int,
        *,
        name: str,
        begin_seconds: float = BEGIN_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        waiting_limit: int = WAITING_LIMIT,
        rests: bool = False,
    ) -> None:
        """Start no thread yet. With `rests`, after each call none begins another before the loop has had LOOP_SHARE."""
        self._count = count
        self._name = name
        self._begin_seconds = begin_seconds
        self._answer_seconds = answer_seconds
        self._idle_seconds = idle_seconds
        self._waiting_limit = waiting_limit
        self._rests = rests
        self._resting = threading.Lock()
        """Held by the thread that rests, for all of the pool."""
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._tickets: SimpleQueue[bool] = SimpleQueue()
        """One for each call that waits, and False for each thread that is to end."""
        self._waiting: OrderedDict[Hashable, OrderedDict[Hashable, deque[_Work]]] = OrderedDict()
        """The calls that wait, by both parts of their turn; what is next comes first in each."""

    async def run(self, call: Callable[[], Result], *, turn: Turn = NOBODYS) -> Result:
        """Run `call` in a thread, and return or raise what it does. A cancelled wait ends no call that has begun.

        Calls with the same `turn` are begun in their order, others alternate with them.

        Raises Unavailable `database_unavailable` when no thread was free in time, so that nothing was done, or when
        the call hangs: its thread is not waited for, and what it does in the end is dropped.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        work = _Work(call, copy_context(), loop, future, monotonic() + self._begin_seconds)
        with self._lock:  # a thread that ends for want of work takes it, too
            if self._unfinished >= self._waiting_limit:
                raise _too_late()
            self._unfinished += 1
            if self._unfinished > len(self._threads) < self._count:
                self._begin_thread()
            self._put(work, turn)
        # Of all that can happen to a call, this alone needs the loop's clock: a thread that never comes back.
        given_up = loop.call_later(self._answer_seconds, _give_up, future)
        try:
            return await future
        finally:
            given_up.cancel()

    def close(self, *, within_seconds: float) -> None:
        """Wait at most `within_seconds` until every call has ended, and end the threads.

        Call `run` no more. A call that is stuck in its database ends with the process.
        """
        deadline = monotonic() + within_seconds
        with self._lock:
            threads, self._threads = self._threads, []
        for _ in threads:
            self._tickets.put(False)
        for thread in threads:
            thread.join(max(0.0, deadline - monotonic()))

    def _begin_thread(self) -> None:
        name = f"{self._name}-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _put(self, work: _Work, turn: Turn) -> None:
        whose, about = turn
        self._waiting.setdefault(whose, OrderedDict()).setdefault(about, deque()).append(work)
        self._tickets.put(True)

    def _take(self) -> _Work:
        """Return the call that is next; both parts of its turn go behind the others'."""
        with self._lock:
            whose, theirs = self._waiting.popitem(last=False)
            about, calls = theirs.popitem(last=False)
            work = calls.popleft()
            if calls:
                theirs[about] = calls
            if theirs:
                self._waiting[whose] = theirs
            return work

    def _work(self) -> None:
        while True:
            try:
                is_call = self._tickets.get(timeout=self._idle_seconds)
            except Empty:
                if self._may_end():
                    return
                continue
            if not is_call:
                return
            with self._resting:
                work = self._take()
            result, error, began = None, None, thread_time()
            try:
                if monotonic() > work.begin_by:
                    raise _too_late()
                if not work.future.cancelled():  # a call cancelled before it began is not run
                    result = work.context.run(work.call)
            except BaseException as raised:  # noqa: BLE001 - whatever it is, the caller gets it
                error = raised
            loop, rest_seconds = work.loop, self._rest_seconds(thread_time() - began)
            # Held before anybody can answer, so that no other thread slips through; if another rests, after it.
            is_held = rest_seconds > 0 and self._resting.acquire(blocking=False)
            with suppress(RuntimeError):  # the loop has ended: no caller waits any more
                loop.call_soon_threadsafe(self._settle, work.future, result, error)
            del work, result, error
            if rest_seconds > 0:
                self._rest(loop, rest_seconds, is_held=is_held)

    def _rest_seconds(self, used_seconds: float) -> float:
        """Return how long a rest may be after a call that used so much CPU; none for one that used next to nothing."""
        rest_seconds = min(used_seconds * LOOP_SHARE, REST_LIMIT_SECONDS) if self._rests else 0.0
        return rest_seconds if rest_seconds > EMPTY_TURN_SECONDS else 0.0

    def _rest(self, loop: asyncio.AbstractEventLoop, rest_seconds: float, *, is_held: bool) -> None:
        """Let no thread begin a call until the loop has nothing to do, or for so long, whatever the loop does.

        `is_held` says whether this thread has the pool's lock for it already.
        """
        if not is_held:
            self._resting.acquire()
        try:
            is_over = threading.Lock()
            is_over.acquire()
            with suppress(RuntimeError):  # as above
                loop.call_soon_threadsafe(_end_rest, loop, is_over, -math.inf, monotonic() + rest_seconds, EMPTY_TURNS)
                is_over.acquire(timeout=rest_seconds)
        finally:
            self._resting.release()

    def _may_end(self) -> bool:
        with self._lock:
            if not self._tickets.empty():
                return False
            with suppress(ValueError):  # closed meanwhile
                self._threads.remove(threading.current_thread())
            return True

    def _settle(self, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        with self._lock:
            self._unfinished -= 1
        if future.done():  # cancelled, or given up
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)


def _end_rest(
    loop: asyncio.AbstractEventLoop, is_over: threading.Lock, used_before: float, until: float, empty_turns: int
) -> None:
    """End a rest once so many turns in a row have used next to no CPU, or `until` is past; else look again."""
    used = thread_time()
    empty_turns = empty_turns - 1 if used - used_before <= EMPTY_TURN_SECONDS else EMPTY_TURNS
    if monotonic() >= until or not empty_turns:
        is_over.release()
    else:
        loop.call_soon(_end_rest, loop, is_over, used, until, empty_turns)


def _give_up(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_exception(_too_late())


def _too_late() -> Unavailable:
    return Unavailable("database_unavailable", "The database cannot be used at the moment.", retry_after_seconds=2)
