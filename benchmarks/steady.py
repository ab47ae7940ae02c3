"""Posts at a steady rate, and measures the latency of each to each reader."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from benchmarks.http_client import connect
from benchmarks.readers import PATIENCE_SECONDS, Audience, Reader


class TimedAudience(Audience):
    """Readers that record the latency of each event after its POST. Connect them before the first POST."""

    def __init__(self, port: int, path: str) -> None:
        super().__init__(port, path, kind=TimedReader)
        self.posted_at: list[float] = []
        self.seconds: list[float] = []

    def note(self, number: int) -> None:
        """Record that a reader has the event posted under that number."""
        self.seconds.append(time.perf_counter() - self.posted_at[number])


class TimedReader(Reader):
    """A reader of a TimedAudience."""

    def __init__(self, audience: Audience) -> None:
        super().__init__(audience)
        self._events = 0

    def take(self, data: bytes, start: int, length: int) -> None:
        before = self._audience.events
        super().take(data, start, length)
        if self._audience.events > before:
            assert isinstance(self._audience, TimedAudience)
            self._audience.note(self._events)
            self._events += 1


async def post_steadily(
    port: int, make_request: Callable[[int], bytes], *, per_second: float, seconds: float, posted_at: list[float]
) -> int:
    """Post `per_second` for a time, record the times and return the number; a late answer delays only the next post.

    TimeoutError if the server answers no more.
    """
    connection = await connect(port)
    started = time.perf_counter()
    count = int(per_second * seconds)
    for number in range(count):
        await asyncio.sleep(started + number / per_second - time.perf_counter())
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        connection.when_answered = answered.set_result
        posted_at.append(time.perf_counter())
        connection.send(make_request(number))
        status = await asyncio.wait_for(answered, PATIENCE_SECONDS)
        assert status == 201, status
    connection.close()
    return count


async def deliver_steadily(
    audience: TimedAudience, make_request: Callable[[int], bytes], *, per_second: float, seconds: float
) -> list[float]:
    """Post steadily, and return the seconds from each POST to each reader. TimeoutError if one never gets it."""
    everyone = audience.expect(int(per_second * seconds))
    await post_steadily(
        audience.port, make_request, per_second=per_second, seconds=seconds, posted_at=audience.posted_at
    )
    await asyncio.wait_for(everyone, PATIENCE_SECONDS)
    return audience.seconds
