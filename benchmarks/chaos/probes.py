"""What an operator's probe of each node sees: whether /readyz tells of a fault, and how soon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from benchmarks.chaos.deployment import Deployment
from benchmarks.chaos.traffic import asking_client, until_true
from tests.e2e.server import Server

PROBE_SECONDS = 1.0
PAUSE_SECONDS = 0.1
TELL_BAR_SECONDS = 10.0
NO_ANSWER = "no answer"
ANY_TROUBLE = ""
"""Whatever it says, or no answer: a probe that the kernel gives to a killed worker waits for its successor."""


@dataclass
class Probes:
    """A probe of each node, again and again. `expected` is what each that is concerned must say, or `NO_ANSWER`."""

    expected: Mapping[str, str]
    hold_seconds: float
    tell_within: float
    """The seconds after which nobody waits any more for it to be told."""
    said: dict[str, list[str]] = field(default_factory=dict)
    """The last reasons of each node."""
    injected: float = 0.0
    _told: dict[str, float] = field(default_factory=dict)

    def begin(self) -> None:
        """Say that the fault begins now."""
        self.injected = time.monotonic()

    async def hold(self) -> None:
        """Let the fault last for as long as it is to, and until it is told of if that takes longer."""
        await asyncio.sleep(self.hold_seconds)
        await self.await_told()

    async def await_told(self) -> None:
        """Wait until each node has said what it must, not longer than that may take."""
        left = self.injected + self.tell_within - time.monotonic()
        await until_true(lambda: self.told_after is not None, seconds=max(0.0, left))

    @property
    def told_after(self) -> float | None:
        """Return the seconds until the last node concerned has told; None as long as one has not."""
        if not self.expected:
            return 0.0
        if self.expected.keys() - self._told.keys():
            return None
        return max(self._told.values()) - self.injected

    async def watch(self, name: str, node: Server) -> None:
        """Probe one node for ever."""
        while True:
            asked = time.monotonic()
            self.said[name] = await reasons_of(node)
            expected = self.expected.get(name)
            if expected is not None and 0 < self.injected < asked and any(expected in each for each in self.said[name]):
                self._told.setdefault(name, time.monotonic())
            await asyncio.sleep(PAUSE_SECONDS)


async def reasons_of(node: Server) -> list[str]:
    """Return what a node says it is troubled by, nothing if it is ready."""
    try:
        async with asking_client(node.url, timeout=PROBE_SECONDS) as client:
            answer = (await client.get("/readyz")).json()
    except httpx.TransportError:
        return [NO_ANSWER]
    return [*answer["reasons"]] if answer["status"] != "ready" else []


@asynccontextmanager
async def probing(deployment: Deployment, probes: Probes) -> AsyncIterator[None]:
    """Probe both nodes during the block."""
    tasks = [asyncio.create_task(probes.watch(name, node)) for name, node in deployment.nodes.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
