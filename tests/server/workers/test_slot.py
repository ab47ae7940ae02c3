"""A slot keeps one process running: replaced when it dies, hangs or leaks, and before it ends when it can be."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.server.workers.restarting import DESCRIPTOR_BEATS, HANG_BEATS, LEAKING_LOOKS, Times
from app.server.workers.slot import Slot, SlotPlan
from tests.waiting import until

pytestmark = pytest.mark.anyio

PATIENT = {"seconds": 60.0, "pause_seconds": 0.02}
PROGRAM = str(Path(__file__).parent / "fake_worker.py")
TIMES = Times(stop=10.0, start=60.0, longest_wait=0.05)


@dataclass
class Watched:
    """A slot with a process that behaves as told, and what its processes noted."""

    slot: Slot
    notes: Path
    replaced: Counter[str] = field(default_factory=Counter)

    @property
    def pid(self) -> int:
        """The id of the process that has the slot."""
        assert self.slot.current is not None
        return self.slot.current.pid

    def noted(self) -> list[tuple[str, int]]:
        """Return what happened, in order: an event and the process it happened in."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [(line.rpartition(" ")[0], int(line.rpartition(" ")[2])) for line in lines]

    def has_other_than(self, pid: int) -> Callable[[], bool]:
        """Return whether another process has the slot, ready."""
        return lambda: self.pid != pid and self.slot.current is not None and self.slot.current.is_ready


@asynccontextmanager
async def watched(tmp_path: Path, behaviour: str = "well", *, is_single: bool = False) -> AsyncIterator[Watched]:
    replaced: Counter[str] = Counter()
    notes = tmp_path / "notes"
    command = (sys.executable, "-S", PROGRAM, behaviour, str(notes))
    slot = Slot(SlotPlan("worker-1", command, is_single=is_single), TIMES, replaced)
    await slot.load()
    try:
        assert await slot.start() is None
        yield Watched(slot, notes, replaced)
    finally:
        slot.kill()
        await slot.stop()


async def test_a_process_that_dies_has_a_successor(tmp_path: Path) -> None:
    async with watched(tmp_path) as one:
        before = one.pid
        os.kill(before, signal.SIGKILL)
        await until(one.has_other_than(before), **PATIENT)
        assert one.replaced == {"died": 1}


async def test_a_process_that_hangs_is_killed_once_it_has_missed_its_heartbeats(tmp_path: Path) -> None:
    async with watched(tmp_path) as one:
        before = one.pid
        os.kill(before, signal.SIGSTOP)
        for _ in range(HANG_BEATS):
            one.slot.beat()
        assert one.pid == before
        assert one.slot.current is not None
        assert one.slot.current.was_killed_for is None
        one.slot.beat()
        await until(one.has_other_than(before), **PATIENT)
        assert one.replaced == {"hung": 1}


async def test_a_process_that_answers_lives_on(tmp_path: Path) -> None:
    async with watched(tmp_path) as one:
        before = one.slot.current
        assert before is not None
        for _ in range(3 * HANG_BEATS):
            one.slot.beat()
            await until(lambda: before.unanswered == 0, **PATIENT)
        assert one.slot.current is before
        assert not one.replaced


async def test_a_process_that_leaks_descriptors_goes_once_its_successor_is_ready(tmp_path: Path) -> None:
    async with watched(tmp_path, "leaks") as one:
        leaking = one.slot.current
        assert leaking is not None
        for _ in range(DESCRIPTOR_BEATS * LEAKING_LOOKS):
            one.slot.beat()
            await until(lambda: leaking.unanswered == 0, **PATIENT)
        await until(one.has_other_than(leaking.pid), **PATIENT)
        await until(lambda: leaking.code is not None, **PATIENT)
        assert one.noted() == [
            ("loaded", leaking.pid),
            ("ready", leaking.pid),
            ("loaded", one.pid),
            ("ready", one.pid),
            ("retired", leaking.pid),
        ]
        assert one.replaced == {"leaked": 1}


async def test_a_successor_that_does_not_become_ready_leaves_the_process_where_it_is(tmp_path: Path) -> None:
    async with watched(tmp_path, "fails later") as one:
        before = one.pid
        assert not await one.slot.replace("rolled")
        assert one.pid == before
        assert one.slot.current is not None
        assert one.slot.current.code is None
        assert not one.replaced


async def test_a_process_that_dies_while_its_successor_starts_is_not_started_twice(tmp_path: Path) -> None:
    async with watched(tmp_path) as one:
        before = one.pid
        os.kill(before, signal.SIGKILL)
        assert await one.slot.replace("rolled")
        await until(one.has_other_than(before), **PATIENT)
        assert len([each for each in one.slot.processes if each.code is None]) == 1
        assert len([event for event, _ in one.noted() if event == "ready"]) == 2


async def test_what_may_not_run_twice_ends_before_its_successor_starts(tmp_path: Path) -> None:
    async with watched(tmp_path, is_single=True) as one:
        before = one.pid
        assert await one.slot.replace("rolled")
        assert [event for event, _ in one.noted()] == ["loaded", "ready", "terminated", "loaded", "ready"]
        assert one.noted()[2] == ("terminated", before)


async def test_a_process_that_cannot_start_is_tried_again_until_it_can(tmp_path: Path) -> None:
    async with watched(tmp_path, "fails later") as one:
        os.kill(one.pid, signal.SIGKILL)
        await until(lambda: len([event for event, _ in one.noted() if event == "loaded"]) > 3, **PATIENT)
        one.notes.write_text("")  # nothing was ready before: the next one may
        await until(lambda: one.slot.current is not None and one.slot.current.is_ready, **PATIENT)
        assert one.replaced == {"died": 1}


class Failing(list[str]):
    """A command whose next starts fail, as where there are too many threads."""

    failures = 0

    def __iter__(self) -> Iterator[str]:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("can't start new thread")
        return super().__iter__()


@pytest.mark.parametrize("is_single", [False, True])
async def test_whatever_a_start_fails_with_there_is_another_attempt(tmp_path: Path, is_single: bool) -> None:
    command = Failing((sys.executable, "-S", PROGRAM, "well", str(tmp_path / "notes")))
    slot = Slot(SlotPlan("worker-1", command, is_single=is_single), TIMES, Counter())
    await slot.load()
    try:
        assert await slot.start() is None
        one = Watched(slot, tmp_path / "notes")
        before, command.failures = one.pid, 3
        os.kill(before, signal.SIGKILL)
        await until(one.has_other_than(before), **PATIENT)
        before, command.failures = one.pid, 1
        with capture_logs() as logs:
            assert await slot.replace("rolled") == is_single
        assert (one.pid == before) != is_single
        assert slot.current is not None
        assert slot.current.serves
        causes = [line["cause"] for line in logs if line["event"] == "successor_failed"]
        assert causes == ([] if is_single else ["can't start new thread"])
    finally:
        slot.kill()
        await slot.stop()


async def test_what_may_not_run_twice_is_replaced_at_once_however_often_it_could_not_start_before(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path, "fails later", is_single=True) as one:
        os.kill(one.pid, signal.SIGKILL)
        await until(lambda: len([event for event, _ in one.noted() if event == "loaded"]) > 4, **PATIENT)
        one.notes.write_text("")  # nothing was ready before: the next one may
        await one.slot.filled()
        one.notes.write_text("")
        with capture_logs() as logs:
            assert await one.slot.replace("rolled")
        assert [line["failures_before"] for line in logs if line["event"] == "worker_ready"] == [0]


async def test_a_roll_while_the_first_process_starts_leaves_one(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    command = (sys.executable, "-S", PROGRAM, "waits at first", str(notes))
    slot = Slot(SlotPlan("worker-1", command), TIMES, Counter())
    await slot.load()
    assert slot.current is not None
    first, one = slot.current, Watched(slot, notes)
    await until(one.noted, **PATIENT)
    try:
        async with asyncio.timeout(30):
            starting = asyncio.create_task(slot.start_or_fill())
            replacing = asyncio.create_task(slot.replace("rolled"))
            await asyncio.sleep(0)  # both have begun
            first.kill()
            await asyncio.gather(starting, replacing)
            await slot.filled()
        assert [event for event, pid in one.noted() if pid != first.pid] == ["loaded", "ready"]
        assert one.noted()[-1] == ("ready", one.pid)
    finally:
        slot.kill()
        await slot.stop()


async def test_a_process_has_the_time_for_its_stop_that_it_has_told(tmp_path: Path) -> None:
    """It may have been started with other settings than the supervisor, which has no time for it here."""
    command = (sys.executable, "-S", PROGRAM, "says its time", str(tmp_path / "notes"))
    slot = Slot(SlotPlan("worker-1", command), Times(stop=0.0, start=60.0), Counter())
    await slot.load()
    assert await slot.start() is None
    process = slot.current
    assert process is not None
    await slot.stop()
    assert process.code == 0
