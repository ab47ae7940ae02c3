"""The supervisor of a machine's processes: starts them, watches them, rolls them on SIGHUP, stops them on SIGTERM.

It serves nothing and opens nothing but the listening sockets, which it keeps: what the kernel queued for a process that
died is accepted by its successor.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence

import structlog

from app.server.stopping import SAME_STOP_SECONDS
from app.server.workers.process import WorkerProcess
from app.server.workers.restarting import CAUSES, Times
from app.server.workers.slot import Slot, SlotPlan

log = structlog.get_logger()


class Supervisor:
    """Keeps one process running for each plan.

    All load their code at once; the first opens the database alone, the others once it is ready: what is wrong with
    it is said once.
    """

    def __init__(self, plans: Sequence[SlotPlan], times: Times) -> None:
        self._times = times
        self._replaced: Counter[str] = Counter(dict.fromkeys(CAUSES, 0))
        self._slots = [Slot(plan, times, self._replaced) for plan in plans]
        self._stop = asyncio.Event()
        self._stop_asked_at: float | None = None
        self._roll_asked = asyncio.Event()
        self._standing_in: dict[Slot, WorkerProcess] = {}
        """Which process accepts what the kernel gives to a slot that is vacant."""
        self._code = 0

    async def run(self) -> int:
        """Serve until asked to stop; return the exit code, that of a first process which cannot start included."""
        first, *others = self._slots
        for slot in self._slots:
            await slot.load()
        stopped = asyncio.create_task(self._stop.wait())
        started = asyncio.create_task(first.start())
        await asyncio.wait({stopped, started}, return_when=asyncio.FIRST_COMPLETED)
        tasks: list[asyncio.Task[None]] = []
        if started.done() and (code := started.result()) is not None:
            self._code = code if code > 0 else 1
        elif started.done():
            starting = [asyncio.create_task(slot.start_or_fill()) for slot in others]
            running = [asyncio.create_task(each) for each in (self._greet(starting), self._beat(), self._roll())]
            tasks = [*starting, *running]
            await stopped
        for task in (*tasks, started, stopped):
            task.cancel()
        await self._stop_all()
        await asyncio.gather(*tasks, started, stopped, return_exceptions=True)
        return self._code

    def take_signals(self) -> None:
        """Let SIGTERM and SIGINT stop, and SIGHUP roll."""
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self.ask_to_stop, each)
        loop.add_signal_handler(signal.SIGHUP, self.ask_to_roll)

    def ask_to_roll(self) -> None:
        """Replace the processes one after the other."""
        self._roll_asked.set()

    def ask_to_stop(self, number: signal.Signals) -> None:
        """Begin the stop at the first signal; end everything at once at the second."""
        now = asyncio.get_running_loop().time()
        if self._stop_asked_at is None:
            self._stop_asked_at = now
            log.info("stopping_workers", workers=len(self._slots))
            self._stop.set()
        elif now - self._stop_asked_at > SAME_STOP_SECONDS:
            self._code = 128 + number
            for slot in self._slots:
                slot.kill()

    async def _greet(self, starting: Sequence[asyncio.Task[None]]) -> None:
        await asyncio.gather(*starting)
        first = next(slot for slot in self._slots if not slot.plan.is_single).current
        log.info("workers_ready", workers=len(self._slots))
        if first is not None:
            first.greet()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._times.beat)
            for slot in self._slots:
                slot.beat()
                if not slot.plan.is_single:
                    self._see_that_it_is_served(slot)

    def _see_that_it_is_served(self, slot: Slot) -> None:
        """Let another process stand in for a slot that is vacant, until that is served again."""
        standing_in = self._standing_in.get(slot)
        if slot.is_vacant and (standing_in is None or not standing_in.accepts):
            others = [each.current for each in self._slots if each is not slot and not each.plan.is_single]
            found = next((each for each in others if each is not None and each.accepts), None)
            if found is not None:
                if standing_in is not None:
                    standing_in.stand_back(slot.plan.number)  # as soon as it goes on
                found.stand_in(slot.plan.number)
                self._standing_in[slot] = found
        elif standing_in is not None and slot.is_served:
            standing_in.stand_back(slot.plan.number)
            del self._standing_in[slot]

    async def _roll(self) -> None:
        """Replace the processes one after the other at each SIGHUP; keep those that are left when one fails."""
        while True:
            await self._roll_asked.wait()
            self._roll_asked.clear()
            log.info("rolling", workers=len(self._slots))
            # A process that writes alone comes last: until then those that read run beside the writer they know.
            for slot in sorted(self._slots, key=lambda each: each.plan.is_single):
                if not await slot.replace("rolled"):
                    log.error("rolling_ended", process=slot.plan.name, detail="its successor did not become ready")
                    break
            else:
                log.info("rolled", workers=len(self._slots))

    async def _stop_all(self) -> None:
        """Stop who has listening sockets, then who writes for them."""
        await asyncio.gather(*(slot.stop() for slot in self._slots if not slot.plan.is_single))
        await asyncio.gather(*(slot.stop() for slot in self._slots if slot.plan.is_single))
        log.info("workers_stopped")


def supervise(plans: Sequence[SlotPlan], times: Times) -> int:
    """Run the processes until SIGTERM or SIGINT; return the exit code."""

    async def run() -> int:
        supervisor = Supervisor(plans, times)
        supervisor.take_signals()
        return await supervisor.run()

    return asyncio.run(run())
