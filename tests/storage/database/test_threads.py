"""Thread pools: calls, results, errors, cancellation and the end."""

from __future__ import annotations

import asyncio
import math
import threading
from contextvars import ContextVar
from functools import partial
from itertools import pairwise

import pytest

from app.domain.errors import Unavailable
from app.live.hub.fan_out import ANSWER_TURNS
from app.storage.database import threads as pool
from app.storage.database.threads import Threads

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS = 10
WHO: ContextVar[str] = ContextVar("who", default="nobody")


async def test_a_call_runs_in_another_thread_and_what_it_returns_comes_back() -> None:
    threads = Threads(2, name="write")
    name = await threads.run(lambda: threading.current_thread().name)
    assert name == "write-1"
    assert await threads.run(lambda: 1 + 1) == 2
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_what_a_call_raises_is_raised_to_who_asked_and_the_thread_goes_on() -> None:
    threads = Threads(1, name="write")
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    assert await threads.run(lambda: "on") == "on"
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_a_call_sees_the_context_of_who_asked_and_leaves_none_behind() -> None:
    threads = Threads(1, name="write")
    token = WHO.set("Ada")
    assert await threads.run(WHO.get) == "Ada"
    WHO.reset(token)
    assert await threads.run(WHO.get) == "nobody"
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_no_more_run_at_once_than_may_and_all_that_may_do() -> None:
    threads = Threads(3, name="write")
    together = threading.Barrier(3, timeout=PATIENCE_SECONDS)
    running, most, lock = 0, 0, threading.Lock()

    def call() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1
        together.wait()

    await asyncio.gather(*(threads.run(call) for _ in range(9)))
    assert most == 3
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_one_writer_after_the_other_is_served_by_one_thread() -> None:
    threads = Threads(8, name="write")
    names = {await threads.run(lambda: threading.current_thread().name) for _ in range(20)}
    assert names == {"write-1"}
    threads.close(within_seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("calls", "order"),
    [
        ("a1 a2 a3 b1 a4 b2", "a1 b1 a2 b2 a3 a4"),
        ("a1 a2 c1 b1 c2 b2", "a1 c1 b1 a2 c2 b2"),
        ("ax1 ax2 ay1 b1 az1 ax3 b2", "ax1 b1 ay1 b2 az1 ax2 ax3"),
    ],
    ids=["two", "three", "one with several stories"],
)
async def test_calls_alternate_by_whose_they_are_then_by_story_and_keep_their_order_in_each(
    calls: str, order: str
) -> None:
    """Each call is named after whose it is, its story, and its number there."""
    threads = Threads(1, name="write")
    begun, go = threading.Event(), threading.Event()
    done: list[str] = []

    def hold() -> None:
        begun.set()
        assert go.wait(PATIENCE_SECONDS)

    held = asyncio.create_task(threads.run(hold))
    await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
    waiting = [
        asyncio.create_task(threads.run(partial(done.append, name), turn=(name[0], name[1:-1])))
        for name in calls.split()
    ]
    await asyncio.sleep(0)  # each has begun to wait
    go.set()
    await asyncio.gather(held, *waiting)
    assert done == order.split()
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_who_gives_up_waits_no_longer_and_the_call_is_done_all_the_same() -> None:
    threads = Threads(1, name="write")
    begun, go, done = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        begun.set()
        go.wait(PATIENCE_SECONDS)
        done.set()

    waiting = asyncio.create_task(threads.run(call))
    await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()
    assert await threads.run(done.is_set)
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_a_thread_whose_caller_has_gone_is_busy_all_the_same() -> None:
    threads = Threads(2, name="write")
    begun, go = threading.Event(), threading.Event()

    def call() -> None:
        begun.set()
        go.wait(PATIENCE_SECONDS)

    gone = asyncio.create_task(threads.run(call))
    await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    async with asyncio.timeout(PATIENCE_SECONDS / 2):
        assert await threads.run(lambda: threading.current_thread().name) == "write-2"
    go.set()
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_closing_waits_for_what_was_asked_for() -> None:
    threads = Threads(1, name="write")
    go = threading.Event()
    done: list[int] = []

    def call(number: int) -> None:
        go.wait(PATIENCE_SECONDS)
        done.append(number)

    asked = [asyncio.create_task(threads.run(partial(call, number))) for number in (1, 2)]
    await asyncio.sleep(0)  # one turn of the loop, in which both are asked for
    closing = asyncio.create_task(asyncio.to_thread(threads.close, within_seconds=PATIENCE_SECONDS))
    go.set()
    await closing
    assert done == [1, 2]
    await asyncio.gather(*asked)


async def test_a_call_that_nobody_waits_for_any_more_is_not_begun() -> None:
    threads = Threads(1, name="write")
    go, done = threading.Event(), threading.Event()
    first = asyncio.create_task(threads.run(partial(go.wait, PATIENCE_SECONDS)))
    second = asyncio.create_task(threads.run(done.set))
    await asyncio.sleep(0)  # one turn of the loop, in which both are asked for
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    go.set()
    await first
    assert not await threads.run(done.is_set)
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_closing_does_not_wait_for_what_is_stuck() -> None:
    threads = Threads(1, name="write")
    begun, go = threading.Event(), threading.Event()

    def stuck() -> None:
        begun.set()
        go.wait(PATIENCE_SECONDS)

    asked = asyncio.create_task(threads.run(stuck))
    await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
    threads.close(within_seconds=0.0)
    go.set()
    await asked


async def test_a_call_that_no_thread_was_free_for_in_time_is_never_begun() -> None:
    threads = Threads(1, name="write", begin_seconds=0.2)
    begun, may_end, ran = threading.Event(), threading.Event(), threading.Event()

    def hold() -> bool:
        begun.set()
        return may_end.wait(PATIENCE_SECONDS)

    first = asyncio.create_task(threads.run(hold))
    await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
    second = asyncio.create_task(threads.run(ran.set))
    await asyncio.sleep(0.3)  # longer than it may wait for a thread
    may_end.set()
    with pytest.raises(Unavailable):
        await second
    assert await first
    assert not ran.is_set()
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_no_more_calls_wait_than_may() -> None:
    threads = Threads(1, name="read", waiting_limit=3)
    begun, may_end = threading.Event(), threading.Event()

    def hold() -> bool:
        begun.set()
        return may_end.wait(PATIENCE_SECONDS)

    waiting = [asyncio.create_task(threads.run(hold)) for _ in range(3)]
    await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
    with pytest.raises(Unavailable):
        await threads.run(lambda: "one too many")
    may_end.set()
    assert await asyncio.gather(*waiting) == [True] * 3
    assert await threads.run(lambda: "on") == "on"
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_a_call_that_hangs_is_answered_and_costs_its_thread_alone() -> None:
    threads = Threads(2, name="write", answer_seconds=0.1)
    may_end, ended = threading.Event(), threading.Event()

    def hang() -> None:
        may_end.wait(PATIENCE_SECONDS)
        ended.set()

    with pytest.raises(Unavailable):
        await threads.run(hang)
    assert not ended.is_set()
    assert await threads.run(lambda: "on") == "on"
    may_end.set()
    assert await asyncio.to_thread(ended.wait, PATIENCE_SECONDS)
    threads.close(within_seconds=PATIENCE_SECONDS)


async def test_threads_without_work_end_and_others_are_begun_when_there_is_some() -> None:
    threads = Threads(1, name="idle-ends", idle_seconds=0.01)
    for _ in range(3):
        thread = await threads.run(threading.current_thread)
        await asyncio.to_thread(thread.join, PATIENCE_SECONDS)
        assert not thread.is_alive()
    threads.close(within_seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(
    ("call_seconds", "turns"), [(0.5, 2_000), (60.0, 5_000)], ids=["its share", "no more than the limit"]
)
async def test_a_pool_that_rests_leaves_a_busy_loop_its_share_for_each_call(
    monkeypatch: pytest.MonkeyPatch, count: int, call_seconds: float, turns: int
) -> None:
    now = used = 0.0
    turned, is_over, of_loop = 0, False, threading.current_thread()
    monkeypatch.setattr(pool, "REST_LIMIT_SECONDS", 5.0)
    monkeypatch.setattr(pool, "monotonic", lambda: now)
    monkeypatch.setattr(pool, "thread_time", lambda: now if threading.current_thread() is of_loop else used)

    def turn() -> None:
        nonlocal now, turned
        turned, now = turned + 1, now + 0.001
        if not is_over:
            asyncio.get_running_loop().call_soon(turn)

    def call() -> int:
        nonlocal used
        used += call_seconds
        return turned

    threads = Threads(count, name="write", begin_seconds=60, rests=True)
    together = threading.Barrier(count, timeout=PATIENCE_SECONDS)
    await asyncio.gather(*(threads.run(together.wait) for _ in range(count)))
    turn()
    began = [await threads.run(call) for _ in range(3)]
    assert min(later - sooner for sooner, later in pairwise(began)) >= turns - 1
    # As many begin at once as there are threads; before each further one somebody rests, one after the other.
    began = await asyncio.gather(*(threads.run(call) for _ in range(count + 3)))
    is_over = True
    assert max(began) - min(began) >= 3 * (turns - 1)
    await asyncio.to_thread(partial(threads.close, within_seconds=PATIENCE_SECONDS))


async def test_a_pool_that_rests_goes_on_once_the_loop_has_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "REST_LIMIT_SECONDS", 10 * PATIENCE_SECONDS)
    monkeypatch.setattr(pool, "LOOP_SHARE", math.inf)
    threads = Threads(1, name="write", rests=True)
    calls = asyncio.gather(*(threads.run(lambda: 1) for _ in range(3)))
    assert await asyncio.wait_for(calls, PATIENCE_SECONDS) == [1, 1, 1]
    await asyncio.to_thread(partial(threads.close, within_seconds=PATIENCE_SECONDS))


async def test_a_rest_goes_on_while_what_is_to_be_sent_lets_a_few_turns_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    used, turned, of_loop = 0.0, 0, threading.current_thread()
    monkeypatch.setattr(pool, "REST_LIMIT_SECONDS", 10 * PATIENCE_SECONDS)
    monkeypatch.setattr(pool, "thread_time", lambda: used if threading.current_thread() is of_loop else 0.0)
    monkeypatch.setattr(Threads, "_rest_seconds", lambda self, used_seconds: PATIENCE_SECONDS)
    threads, loop = Threads(1, name="write", rests=True), asyncio.get_running_loop()

    def turn() -> None:
        nonlocal used, turned
        turned += 1
        if turned % (ANSWER_TURNS + 1) == 0:
            used += 0.001  # a slice of a fan-out, after the turns that it lets pass
        if turned < 200:
            loop.call_soon(turn)

    turn()
    began = [await threads.run(lambda: turned) for _ in range(2)]
    assert began[1] >= 200
    await asyncio.to_thread(partial(threads.close, within_seconds=PATIENCE_SECONDS))


async def test_a_pool_that_rests_goes_on_while_the_loop_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LOOP_SHARE", math.inf)
    threads, has_begun = Threads(1, name="write", rests=True), threading.Event()
    calls = asyncio.gather(threads.run(lambda: None), threads.run(has_begun.set))
    hung = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lambda: hung.set_result(has_begun.wait(PATIENCE_SECONDS)))
    assert await hung
    await calls
    threads.close(within_seconds=PATIENCE_SECONDS)
