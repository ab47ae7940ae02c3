"""The supervisor: what starts in which order, rolls one by one, and ends in its time whatever its processes do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app.server.stopping import SAME_STOP_SECONDS
from app.server.workers.restarting import Times
from app.server.workers.slot import SlotPlan
from app.server.workers.supervisor import Supervisor
from tests.waiting import until

pytestmark = pytest.mark.anyio

PATIENT = {"seconds": 60.0, "pause_seconds": 0.02}
PROGRAM = str(Path(__file__).parent / "fake_worker.py")


class Run:
    """A supervisor of processes that behave as told, and what they noted."""

    def __init__(
        self,
        tmp_path: Path,
        behaviours: Sequence[str],
        *,
        single: int = 0,
        stop: float = 10.0,
        beat: float = 5.0,
        unserved: float = 600.0,
    ) -> None:
        self._files = [tmp_path / f"{number}" for number in range(len(behaviours))]
        plans = [
            SlotPlan(
                f"{number}",
                (sys.executable, "-S", PROGRAM, behaviour, str(file)),
                is_single=number < single,
                number=number,
            )
            for number, (behaviour, file) in enumerate(zip(behaviours, self._files, strict=True))
        ]
        self.supervisor = Supervisor(
            plans, Times(stop=stop, start=60.0, beat=beat, unserved=unserved, longest_wait=0.05)
        )
        self.task = asyncio.create_task(self.supervisor.run())

    def events(self, number: int) -> list[str]:
        """Return what happened to the processes of one plan, in order."""
        file = self._files[number]
        return [line.rpartition(" ")[0] for line in file.read_text().splitlines()] if file.exists() else []

    def pid(self, number: int) -> int:
        """Return the id of the process of one plan that started last."""
        return int(self._files[number].read_text().splitlines()[-1].rpartition(" ")[2])

    def all_have(self, event: str, times: int = 1) -> Callable[[], bool]:
        """Return whether that has happened to every plan's processes so often."""
        return lambda: all(self.events(number).count(event) >= times for number in range(len(self._files)))

    def allow(self, number: int) -> None:
        """Let the next process of a plan start."""
        self._files[number].with_suffix(".allowed").touch()

    async def stop(self) -> int:
        """Stop it; the exit code."""
        self.supervisor.ask_to_stop(signal.SIGTERM)
        return await asyncio.wait_for(self.task, 60)


async def test_all_start_and_the_first_with_a_socket_greets_once_all_are_ready(tmp_path: Path) -> None:
    run = Run(tmp_path, ["well", "well", "well"], single=1)
    await until(lambda: "greeted" in run.events(1), **PATIENT)
    assert run.all_have("ready")()
    assert await run.stop() == 0
    assert [run.events(number) for number in (0, 1, 2)] == [
        ["loaded", "ready", "terminated"],
        ["loaded", "ready", "greeted", "terminated"],
        ["loaded", "ready", "terminated"],
    ]


async def test_a_first_process_that_cannot_start_ends_all_with_its_code(tmp_path: Path) -> None:
    run = Run(tmp_path, ["fails", "well"])
    assert await asyncio.wait_for(run.task, 60) == 3
    assert "ready" not in run.events(1)


async def test_a_roll_replaces_all_one_by_one_what_is_single_last(tmp_path: Path) -> None:
    run = Run(tmp_path, ["well", "well", "well"], single=1)
    await until(lambda: "greeted" in run.events(1), **PATIENT)
    run.supervisor.ask_to_roll()
    await until(lambda: run.events(0).count("ready") == 2, **PATIENT)
    assert run.events(0) == ["loaded", "ready", "terminated", "loaded", "ready"]
    for number in (1, 2):
        await until(lambda number=number: "retired" in run.events(number), **PATIENT)  # type: ignore[misc]
        assert [each for each in run.events(number) if each != "greeted"] == [
            "loaded", "ready", "loaded", "ready", "retired",
        ]  # fmt: skip
    assert await run.stop() == 0


async def test_a_roll_ends_at_the_first_successor_that_fails(tmp_path: Path) -> None:
    run = Run(tmp_path, ["fails later", "well"])
    await until(run.all_have("ready"), **PATIENT)
    run.supervisor.ask_to_roll()
    await until(lambda: run.events(0).count("loaded") == 2, **PATIENT)
    run.supervisor.ask_to_roll()
    await until(lambda: run.events(0).count("loaded") == 3, **PATIENT)
    assert "retired" not in run.events(0) + run.events(1)
    assert run.events(1).count("loaded") == 1
    assert await run.stop() == 0


async def test_a_process_that_does_not_stop_is_killed_after_the_time_of_a_stop(tmp_path: Path) -> None:
    run = Run(tmp_path, ["well", "stuck"], stop=2.0)
    await until(run.all_have("ready"), **PATIENT)
    assert await run.stop() == 0
    assert run.all_have("terminated")()


async def test_a_second_signal_ends_everything_at_once(tmp_path: Path) -> None:
    run = Run(tmp_path, ["stuck", "stuck"], stop=600.0)
    await until(run.all_have("ready"), **PATIENT)
    run.supervisor.ask_to_stop(signal.SIGTERM)
    await until(run.all_have("terminated"), **PATIENT)
    await asyncio.sleep(SAME_STOP_SECONDS + 0.05)  # a signal that comes sooner is the same stop, sent twice
    run.supervisor.ask_to_stop(signal.SIGTERM)
    assert await asyncio.wait_for(run.task, 60) == 128 + signal.SIGTERM


async def test_another_stands_in_for_a_process_that_cannot_be_started_until_it_can(tmp_path: Path) -> None:
    run = Run(tmp_path, ["well", "well", "fails until allowed"], single=1, beat=0.5)
    await until(lambda: "stand-in 2" in run.events(1), **PATIENT)
    assert "stand-back 2" not in run.events(1)
    run.allow(2)
    await until(lambda: "stand-back 2" in run.events(1), **PATIENT)
    assert "ready" in run.events(2)
    assert [each for each in run.events(1) if each.startswith("stand")] == ["stand-in 2", "stand-back 2"]
    assert not [each for each in run.events(0) if each.startswith("stand")]
    assert await run.stop() == 0


async def test_another_stands_in_for_a_process_whose_successor_takes_long_until_that_is_ready(tmp_path: Path) -> None:
    run = Run(tmp_path, ["well", "well", "waits later"], single=1, beat=0.5, unserved=0.0)
    await until(run.all_have("ready"), **PATIENT)
    os.kill(run.pid(2), signal.SIGKILL)
    await until(lambda: "stand-in 2" in run.events(1), **PATIENT)
    run.allow(2)
    await until(lambda: "stand-back 2" in run.events(1), **PATIENT)
    assert run.events(2).count("ready") == 2
    assert await run.stop() == 0


async def test_a_successor_is_given_its_time_before_another_stands_in(tmp_path: Path) -> None:
    run = Run(tmp_path, ["well", "waits later"], beat=0.5)
    await until(run.all_have("ready"), **PATIENT)
    os.kill(run.pid(1), signal.SIGKILL)
    await until(lambda: run.events(1).count("loaded") == 2, **PATIENT)
    await asyncio.sleep(1.2)  # two heartbeats, for what must not happen
    run.allow(1)
    await until(lambda: run.events(1).count("ready") == 2, **PATIENT)
    assert not [each for each in run.events(0) if each.startswith("stand")]
    assert await run.stop() == 0


async def test_another_stands_in_for_a_process_that_hangs_until_its_successor_is_ready(tmp_path: Path) -> None:
    run = Run(tmp_path, ["well", "waits later"], beat=0.5)
    await until(run.all_have("ready"), **PATIENT)
    os.kill(run.pid(1), signal.SIGSTOP)
    await until(lambda: "stand-in 1" in run.events(0), **PATIENT)
    await until(lambda: run.events(1).count("loaded") == 2, **PATIENT)
    await asyncio.sleep(1.2)  # two heartbeats, for what must not happen
    assert "stand-back 1" not in run.events(0)
    run.allow(1)
    await until(lambda: "stand-back 1" in run.events(0), **PATIENT)
    assert run.events(1).count("ready") == 2
    assert await run.stop() == 0
