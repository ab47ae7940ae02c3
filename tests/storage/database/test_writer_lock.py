"""The writer's lock: one at a time, who gives way after all others, and nobody waits longer than they said."""

from __future__ import annotations

import threading

from app.storage.database.writer_lock import WriterLock
from tests.waiting import await_true

SOON = 10.0


def test_one_at_a_time() -> None:
    lock = WriterLock()
    assert lock.acquire(timeout=0)
    assert not lock.acquire(timeout=0)
    assert not lock.acquire(timeout=0, gives_way=True)
    lock.release()
    assert lock.acquire(timeout=0, gives_way=True)
    assert not lock.acquire(timeout=0)


def test_who_gives_way_comes_after_all_who_do_not_whoever_came_first() -> None:
    lock, order = WriterLock(), []
    assert lock.acquire(timeout=0)

    def write(name: str, *, gives_way: bool) -> None:
        assert lock.acquire(timeout=SOON, gives_way=gives_way)
        order.append(name)
        lock.release()

    reader = threading.Thread(target=write, args=("comment",), kwargs={"gives_way": True})
    reader.start()
    editors = [threading.Thread(target=write, args=("entry",), kwargs={"gives_way": False}) for _ in range(3)]
    for each in editors:
        each.start()
    _await_waiting(lock, 3)
    lock.release()
    for each in (reader, *editors):
        each.join(SOON)
    assert order == ["entry"] * 3 + ["comment"]


def test_who_gave_way_to_somebody_that_gave_up_gets_it() -> None:
    lock = WriterLock()
    assert lock.acquire(timeout=0)
    got = threading.Event()

    def write() -> None:
        if lock.acquire(timeout=SOON, gives_way=True):
            got.set()

    waiting = threading.Thread(target=write)
    waiting.start()
    assert not lock.acquire(timeout=0.01)
    lock.release()
    assert got.wait(SOON)
    waiting.join(SOON)


def test_who_writes_again_and_again_does_not_keep_it_from_who_waits() -> None:
    lock, stop = WriterLock(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            assert lock.acquire(timeout=SOON)
            lock.release()

    writers = [threading.Thread(target=write) for _ in range(3)]
    for each in writers:
        each.start()
    for _ in range(20):
        assert lock.acquire(timeout=SOON)
        lock.release()
    stop.set()
    for each in writers:
        each.join(SOON)


def _await_waiting(lock: WriterLock, count: int) -> None:
    await_true(lambda: len(lock._queues[0]) >= count, seconds=SOON)
