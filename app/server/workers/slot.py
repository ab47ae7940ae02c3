"""The place of one process: keeps one running in it, and replaces it without refusing a connection."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from app.server.workers.process import WorkerProcess, start_process
from app.server.workers.restarting import Times, wait_before_start

FAILURES_TOLD = 2
"""Failures in a row after which it is said that a process cannot be started, and another stands in for it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """The process of a slot, which has a number. `descriptors` are those it inherits: listening sockets, all workers'.

    `is_single`: no second one may run beside it, so that it is stopped before its successor starts; it has no
    listening sockets, and is stopped after all that have.
    """

    name: str
    command: Sequence[str]
    descriptors: Sequence[int] = ()
    is_single: bool = False
    number: int = 0


class Slot:
    """One place. `replaced` counts, over all slots, why processes were replaced."""

    def __init__(self, plan: SlotPlan, times: Times, replaced: Counter[str]) -> None:
        self.plan = plan
        self._times = times
        self._replaced = replaced
        self._current: WorkerProcess | None = None
        self._successor: WorkerProcess | None = None
        self._leaving: set[WorkerProcess] = set()
        self._failures = 0
        self._ended_at: float | None = None
        """When a process that served ended by itself last, in the loop's seconds."""
        self._is_stopping = False
        self._filling: asyncio.Task[None] | None = None
        self._replacing = asyncio.Lock()
        self._replacement: asyncio.Task[bool] | None = None

    @property
    def processes(self) -> list[WorkerProcess]:
        """Return every process of this slot that may run still."""
        one_place = [each for each in (self._current, self._successor) if each is not None]
        return [each for each in (*one_place, *self._leaving) if each.code is None]

    @property
    def is_vacant(self) -> bool:
        """Return whether another is to accept for it: its process is late, or none serves and will not very soon."""
        if self._current is not None and self._current.serves:
            return not self.is_served
        since = self._ended_at
        is_long = since is not None and asyncio.get_running_loop().time() - since >= self._times.unserved
        return is_long or self._failures >= FAILURES_TOLD

    @property
    def is_served(self) -> bool:
        """Return whether its process accepts what the kernel gives to it."""
        return self._current is not None and self._current.accepts

    @property
    def current(self) -> WorkerProcess | None:
        """Return the process that has the slot."""
        return self._current

    async def load(self) -> None:
        """Start the first process, which loads its code and opens nothing yet."""
        self._current = await self._spawn()

    async def start(self) -> int | None:
        """Let the loaded process serve; return None once it is ready, else the code it ended with."""
        process = self._current
        assert process is not None  # noqa: S101 - it was loaded
        process.go()
        if await process.become_ready(self._times.start):
            process.when_ended(self._on_end)
            return None
        await process.end(self._times.stop)
        return process.code

    async def start_or_fill(self) -> None:
        """Let the loaded process serve, and where it cannot, start others until one is ready."""
        async with self._replacing:  # a successor beside it would take the slot from whichever is ready first
            if await self.start() is None or self._is_stopping:
                return
            self._failures += 1
            self.fill()
        await self.filled()

    def fill(self) -> None:
        """Keep starting processes until one is ready, in the background."""
        if self._filling is None or self._filling.done():
            self._filling = asyncio.create_task(self._fill(), name=f"fill {self.plan.name}")

    def beat(self) -> None:
        """Send a heartbeat to every process, and replace what hangs or leaks."""
        for process in self.processes:
            trouble = process.beat(self._replaced) if process.is_ready else None
            if trouble == "hung":
                log.error("worker_hung", process=self.plan.name, pid=process.pid)
            elif trouble == "leaking" and process is self._current and not self._replacing.locked():
                log.error("worker_leaking", process=self.plan.name, pid=process.pid, connections=process.connections)
                self._replacement = asyncio.create_task(self.replace("leaked"), name=f"replace {self.plan.name}")

    async def replace(self, cause: str) -> bool:
        """Start a successor, and let the process end once that is ready; return whether it was.

        The process stays where its successor does not become ready. One that dies meanwhile has its successor already.
        """
        async with self._replacing:
            if self._current is not None and self._filling is not None and not self._filling.done():
                if self._current.code is not None:
                    return True  # a new one is about to start in any case
                await self.filled()
            before = self._current
            if self._is_stopping or before is None:
                return False
            if self.plan.is_single:
                return await self._replace_single(before, cause)
            if not await self._start_successor(before):
                if before.code is not None:
                    self.fill()  # its end was left to us
                return False
            self._replaced[cause] += 1
        before.retire()
        await before.end(self._times.stop)
        self._leaving.discard(before)
        return True

    async def filled(self) -> None:
        """Wait until a process that was to be started is ready, or the slot is stopped."""
        if self._filling is not None:
            await asyncio.wait({self._filling})

    async def stop(self) -> None:
        """Stop every process of the slot, within the time of a stop."""
        self._is_stopping = True
        if self._filling is not None:
            self._filling.cancel()
        for process in self.processes:
            process.terminate()
        await asyncio.gather(*(process.end(self._times.stop) for process in self.processes))

    def kill(self) -> None:
        """End every process of the slot at once."""
        for process in self.processes:
            process.kill()

    async def _start_successor(self, before: WorkerProcess) -> bool:
        """Start the successor of `before`, and give it the slot once it is ready; return whether it was."""
        try:
            successor = self._successor = await self._spawn()
        except Exception as error:  # noqa: BLE001 - as in _try_to_start
            log.error("successor_failed", process=self.plan.name, cause=str(error) or repr(error))
            return False
        successor.go()
        is_ready = await successor.become_ready(self._times.start)
        self._successor = None
        if self._is_stopping or not is_ready:
            self._leaving.add(successor)
            await successor.end(self._times.stop)
            self._leaving.discard(successor)
            log.error("successor_failed", process=self.plan.name, cause=f"it ended with {successor.code}")
            return False
        self._leaving.add(before)
        self._current = successor
        successor.when_ended(self._on_end)
        return True

    async def _replace_single(self, before: WorkerProcess, cause: str) -> bool:
        self._current = None
        self._leaving.add(before)
        before.terminate()
        await before.end(self._times.stop)
        self._leaving.discard(before)
        self._replaced[cause] += 1
        self._failures = 0  # those of another time: nothing may wait for them while nobody has the slot
        await self._fill()
        return self._current is not None

    async def _fill(self) -> None:
        while not self._is_stopping:
            chance = random.random()  # noqa: S311 - a wait is no secret
            await asyncio.sleep(wait_before_start(self._failures, chance, longest=self._times.longest_wait))
            cause = await self._try_to_start()
            if cause is None:
                return
            self._failures += 1
            if self._failures == FAILURES_TOLD:  # the attempts after it say nothing new
                log.error("worker_failed", process=self.plan.name, cause=cause, until="it is ready")

    async def _try_to_start(self) -> str | None:
        """Start a process that has the slot; return None once it is ready, else why it is not."""
        try:
            process = self._current = await self._spawn()
        except Exception as error:  # noqa: BLE001 - no memory, too many processes or threads: the next attempt may do
            return str(error) or repr(error)
        process.go()
        if await process.become_ready(self._times.start):
            process.when_ended(self._on_end)
            log.info("worker_ready", process=self.plan.name, pid=process.pid, failures_before=self._failures)
            return None
        await process.end(self._times.stop)
        return f"it ended with {process.code}"

    async def _spawn(self) -> WorkerProcess:
        process = await start_process(self.plan.name, self.plan.command, descriptors=self.plan.descriptors)
        if self._failures < FAILURES_TOLD:
            log.info("worker_started", process=self.plan.name, pid=process.pid)
        return process

    def _on_end(self, process: WorkerProcess) -> None:
        log.info("worker_ended", process=self.plan.name, pid=process.pid, code=process.code)
        if self._is_stopping or process is not self._current:
            return
        now = self._ended_at = asyncio.get_running_loop().time()
        was_stable = process.ready_at is not None and now - process.ready_at >= self._times.stable
        self._failures = 1 if was_stable else self._failures + 1
        self._replaced[process.was_killed_for or "died"] += 1
        if not self._replacing.locked():  # else its successor is about to be ready
            self.fill()
