"""A long-poll's place in a story: no thread, no read, just a future that the story's next event completes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from app.live.story.live_story import LiveStory


class LongPoll:
    """Waits once. Make it on the loop, after looking at the head, with no await in between."""

    def __init__(self) -> None:
        self._moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(self) -> None:
        """The story moved, vanished or was reset."""
        if not self._moved.done():
            self._moved.set_result(None)

    async def wait(self, *, timeout_seconds: float) -> None:
        """Return when woken or when the time is out."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._moved
        except TimeoutError:
            return


@contextmanager
def attached(long_poll: LongPoll, story: LiveStory) -> Iterator[LongPoll]:
    """Let the story wake the waiter while the block runs."""
    story.subscriptions.add(long_poll)
    try:
        yield long_poll
    finally:
        story.subscriptions.discard(long_poll)
