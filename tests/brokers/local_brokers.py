"""Local brokers at a path, and processes that follow them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from app.brokers.local import LocalBroker
from app.brokers.local_follower import LocalFollower
from app.brokers.local_frames import Outdated
from app.brokers.memory import MemoryBroker
from app.server.control_socket import listen_for_followers
from app.wire.announcement import Announcement


def local_broker(path: Path, **limits: Any) -> LocalBroker:
    """Return a broker that listens at `path`; it is not started yet."""
    return LocalBroker(MemoryBroker(), lambda: listen_for_followers(path), **limits)


class Follower:
    """A process that follows, and all that it is told, in order."""

    def __init__(self, path: Path, **given: Any) -> None:
        self.told: list[object] = []
        self.gate: asyncio.Event | None = None
        self.broker = LocalFollower(
            path, on_missed=self._miss, on_outdated=self._outdate, read_on=self._read_on, random=Random(3), **given
        )
        self.broker.subscribe(lambda announcement, _: self.told.append(announcement))
        self.broker.subscribe_heads(lambda story, head: self.told.append((story, head)))

    @property
    def announcements(self) -> list[Announcement]:
        return [each for each in self.told if isinstance(each, Announcement)]

    async def _miss(self) -> None:
        self.told.append("missed")
        if self.gate is not None:
            await self.gate.wait()

    async def _outdate(self, outdated: Outdated) -> None:
        self.told.append(outdated)
        if self.gate is not None:
            await self.gate.wait()

    async def _read_on(self) -> None:
        self.told.append("read on")


@asynccontextmanager
async def following(path: Path, count: int = 1, **given: Any) -> AsyncIterator[list[Follower]]:
    """So many that follow, from the start of the block to its end."""
    followers = [Follower(path, **given) for _ in range(count)]
    for each in followers:
        await each.broker.start()
    try:
        yield followers
    finally:
        for each in followers:
            await each.broker.stop()


@asynccontextmanager
async def running(path: Path, **limits: Any) -> AsyncIterator[LocalBroker]:
    """A broker that is started."""
    broker = local_broker(path, **limits)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()
