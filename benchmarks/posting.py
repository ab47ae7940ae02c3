"""Posts one entry after the other, and when each was answered and reached the readers of an audience."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from benchmarks.http_client import HttpConnection
from benchmarks.readers import Audience
from benchmarks.requests import post_entry

PAUSE_SECONDS = 0.02
"""Between posts, so that each is measured on a server that is done with the one before.

It makes them slower, too: after 20 ms of rest the same work takes this machine twice the CPU of a warm core.
"""
WARM_UP = 20


@dataclass(slots=True)
class PostTimes:
    """Seconds from the first byte of each POST."""

    acknowledged: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)

    def extend(self, others: PostTimes) -> None:
        """Add the times of further posts."""
        self.acknowledged += others.acknowledged
        self.first += others.first
        self.last += others.last


async def post_all(poster: Poster, story: str, audience: Audience, posts: int) -> PostTimes:
    """Post so many entries, after some that warm up, each once the one before has reached everybody."""
    times = PostTimes()
    for number in range(WARM_UP + posts):
        everyone = audience.expect()
        started = time.perf_counter()
        await poster.post(post_entry(story, number))
        await everyone
        if number >= WARM_UP:
            times.acknowledged.append(poster.answered_at - started)
            times.first.append(audience.first_at - started)
            times.last.append(audience.last_at - started)
        await asyncio.sleep(PAUSE_SECONDS)
    return times


class Poster:
    """Posts, and records when the answer arrived."""

    def __init__(self, connection: HttpConnection) -> None:
        self.connection = connection
        self.answered_at = 0.0
        self._answered: asyncio.Future[None] | None = None
        connection.when_answered = self._note

    async def post(self, request: bytes) -> None:
        """Send a request and wait for its answer, which must be 201."""
        self._answered = asyncio.get_running_loop().create_future()
        self.connection.send(request)
        await self._answered

    def _note(self, status: int) -> None:
        self.answered_at = time.perf_counter()
        assert status == 201, status
        assert self._answered is not None
        self._answered.set_result(None)
