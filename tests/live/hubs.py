"""A running hub, and subscribers and connections that record the calls they get."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.domain.cursor import Cursor
from app.live.hub.fan_out import ANSWER_TURNS
from app.live.hub.hub import Hub
from app.live.session.goodbyes import Goodbye
from tests.live.model import START, ModelLog

SOON = 20.0


class Follower:
    """Counts how often it is woken."""

    def __init__(self) -> None:
        self.wakes = 0

    def wake(self) -> None:
        self.wakes += 1


class ReadyFollower(Follower):
    """Is written to by fan-outs, and keeps the bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.cursor: Cursor | None = None
        self.is_ready = False
        self.comments_told = 0
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)


class Connected:
    """A connection that leaves when it gets a goodbye, or stays."""

    def __init__(self, hub: Hub, *, obedient: bool = True) -> None:
        self._hub = hub
        self._obedient = obedient
        self.window: tuple[int, int] | None = None
        self.was_cut = False
        self.ticked = asyncio.Event()

    def tick(self, now: float) -> float:
        self.ticked.set()
        return now + 1000

    def dismiss(self, goodbye: Goodbye) -> None:
        first, last = json.loads(goodbye.goodbye.json)["reconnect_after_ms"]
        self.window = (first, last)
        if self._obedient:
            self._hub.connections.remove(self)

    def cut(self) -> None:
        self.was_cut = True


def hub_over(log: ModelLog, **options: Any) -> Hub:
    """A hub on the model's tables and its clock."""
    return Hub(log, log, clock=lambda: START, **options)


@asynccontextmanager
async def running_hub(log: ModelLog, *, reconcile_seconds: float = 1000.0) -> AsyncIterator[Hub]:
    hub = hub_over(log, reconcile_seconds=reconcile_seconds)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


async def pass_turns() -> None:
    """Let the loop turn as often as a fan-out lets it, and once more: one that was begun has served somebody."""
    for _ in range(ANSWER_TURNS + 1):
        await asyncio.sleep(0)  # one turn: nothing is hoped to be enough


async def reach(hub: Hub, seq: int) -> None:
    head = await hub.wait_beyond("one", seq - 1, timeout_seconds=SOON)
    assert head.cursor.seq == seq
