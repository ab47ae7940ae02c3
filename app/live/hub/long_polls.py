"""Long-polls as subscribers: no thread, no read, just a future that the story's next event completes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from app.live.story.live_story import LiveStory


class LongPoll:
    """One wait for a story's next event. Make it on the loop, after looking at the head, with no await in between."""

    def __init__(self) -> None:
        self._woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(self) -> None:
        """Complete the wait: the story advanced, vanished or was reset."""
        if not self._woken.done():
            self._woken.set_result(None)

    async def wait(self, *, timeout_seconds: float) -> None:
        """Wait until woken or until the time is out."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._woken
        except TimeoutError:
            return


@contextmanager
def attached(long_poll: LongPoll, story: LiveStory) -> Iterator[LongPoll]:
    """Subscribe the long-poll to the story while the block runs."""
    story.subscriptions.add(long_poll)
    try:
        yield long_poll
    finally:
        story.subscriptions.discard(long_poll)
