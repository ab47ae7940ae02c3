"""The broker of one machine's processes, on the side of those that read: they follow the one that commits (local.py).

What is lost on the way is found in the tables: whoever follows is told when it may have missed something, and connects
again, after a pause of chance, whenever the other side is gone or says nothing.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import structlog

from app.brokers.broker import BrokerHealth, OnAnnouncement, OnHead
from app.brokers.local_following import Following, FollowingEnded, log_incomplete
from app.brokers.local_frames import Frame, Kind, MalformedFrame, Outdated
from app.domain.cursor import MalformedCursor, parse_cursor
from app.domain.identifiers import StoryId
from app.wire.announcement import Announcement, AnnouncementBytes, MalformedAnnouncement

START_SECONDS = 1.0
"""Time to be greeted before the process serves; it goes on trying after that."""
CONNECT_SECONDS = 2.0
PROBE_SECONDS = 0.5
DEAF_SECONDS = 2.0
"""A probe that has not come back for so long: nothing else comes either, whatever the socket says."""
CATCH_UP_SECONDS = 2.0
RECONNECT_SECONDS = (0.05, 0.25)
"""Between these the pause before another attempt is drawn, so that not all come at once."""

OnMissed = Callable[[], Awaitable[None]]
"""Called on the loop where something may have been missed: once for each connection, and for what was left out. What it
awaits is done before the process that commits is told that this one knows."""

OnOutdated = Callable[[Outdated], Awaitable[None] | None]
"""Called on the loop with what a commit made outdated. What it returns is awaited as above; mostly it is nothing, and
the commit is acknowledged in the same write as what came with it."""

OnCommit = Callable[[StoryId], bool]
"""Called on the loop with the story of each commit; returns whether that was all that is needed of it."""

_log = structlog.get_logger(__name__)


class LocalFollower:
    """A Broker for a process that commits nothing, fed by the LocalBroker that listens at `path`."""

    def __init__(
        self,
        path: Path,
        *,
        on_missed: OnMissed,
        on_outdated: OnOutdated,
        read_on: OnMissed,
        on_commit: OnCommit = lambda _story: False,
        random: Random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`read_on` reads what was committed from the tables, where it was too large to be sent."""
        self.lost = 0
        self.late = 0
        self._path = path
        self._on_missed = on_missed
        self._on_outdated = on_outdated
        self._read_on = read_on
        self._on_commit = on_commit
        self._random = random
        self._monotonic = monotonic
        self._on_announcements: tuple[OnAnnouncement, ...] = ()
        self._on_heads: tuple[OnHead, ...] = ()
        self._keeper: asyncio.Task[None] | None = None
        self._following: Following | None = None
        self._catching_up: asyncio.Future[None] | None = None
        self._answered_at = float("-inf")
        self._greeted = asyncio.Event()
        self._failing_since: float | None = None

    async def start(self) -> None:
        """Begin to follow, and wait a moment until that has begun."""
        self._keeper = asyncio.create_task(self._keep_following(), name="local follower")
        with suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                await self._greeted.wait()

    async def stop(self) -> None:
        """End."""
        keeper, self._keeper = self._keeper, None
        self._answered_at = float("-inf")
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])

    def publish(self, announcement: Announcement) -> None:
        """Count the announcement as lost: this process commits nothing."""
        self.lost += 1

    def subscribe(self, on_announcement: OnAnnouncement) -> None:
        """Call `on_announcement` on the loop with every announcement, in the order of commits."""
        self._on_announcements += (on_announcement,)

    def subscribe_heads(self, on_head: OnHead) -> None:
        """Call `on_head` with the head of each commit that was too large to be sent."""
        self._on_heads += (on_head,)

    def health(self) -> BrokerHealth:
        """Return whether the process that commits is heard: a probe of the last seconds came back."""
        is_heard = self._monotonic() - self._answered_at <= DEAF_SECONDS
        return BrokerHealth(self._keeper is not None and is_heard, self.lost, late=self.late)

    async def wait_applied(self, number: int, timeout_seconds: float) -> bool:
        """Wait until everything up to that number is applied here; return whether it is.

        While this process hears nothing, or is late already, it waits for nothing: the comparison with the tables
        brings its memory up. When the connection ends meanwhile, what was still to come on it is read there first.
        """
        following = self._following
        if following is None or await following.wait_applied(number, timeout_seconds):
            return following is not None
        if following.is_over and self._keeper is not None:
            await self._catch_up()
        return False

    async def _catch_up(self) -> None:
        """Read what may have been missed, once for all who wait; what fails is read by the next connection."""
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.ensure_future(self._on_missed())
            self._catching_up.add_done_callback(log_incomplete)
        await asyncio.wait([self._catching_up], timeout=CATCH_UP_SECONDS)

    async def _keep_following(self) -> None:
        while True:
            try:
                await self._follow()
            except (OSError, TimeoutError, MalformedFrame, FollowingEnded) as error:
                self._begin_failing(error)
            self._answered_at = float("-inf")
            await asyncio.sleep(self._random.uniform(*RECONNECT_SECONDS))

    async def _follow(self) -> None:
        """Follow until the connection is over, which raises."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_SECONDS):
            transport, following = await loop.create_unix_connection(
                lambda: Following(self._apply, on_late=self._count_late, monotonic=self._monotonic),
                os.fspath(self._path),
            )
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await following.wait_greeted()
            self._following = following
            while True:
                self._record_answer(following.answered_at)
                following.probe()
                if await following.wait_over(PROBE_SECONDS):
                    raise FollowingEnded("the connection has ended")
                if self._monotonic() - following.answered_at > DEAF_SECONDS:
                    raise FollowingEnded(f"no probe came back for {DEAF_SECONDS:g} seconds")
        finally:
            self._following = None
            transport.abort()
            following.end()

    def _record_answer(self, answered_at: float) -> None:
        self._answered_at = answered_at
        self._greeted.set()
        if self._failing_since is not None:
            seconds, self._failing_since = self._monotonic() - self._failing_since, None
            _log.warning("following_failed_over", after_seconds=round(seconds, 3))

    def _begin_failing(self, error: Exception) -> None:
        if self._failing_since is None:
            self._failing_since = self._monotonic()
            _log.warning("following_failed", cause=str(error) or repr(error))

    def _count_late(self) -> None:
        self.late += 1

    def _apply(self, frame: Frame) -> Awaitable[None] | None:
        """Apply a frame; return what has to end before it is known."""
        match frame.kind:
            case Kind.COMMIT:
                return self._apply_commit(frame)
            case Kind.HEAD:
                return self._apply_head(frame)
            case Kind.OUTDATED:
                return self._on_outdated(Outdated.from_bytes(frame.content))
            case Kind.HELLO | Kind.MISSED:
                self.lost += frame.kind == Kind.MISSED
                return self._on_missed()
            case _:
                return None

    def _apply_commit(self, frame: Frame) -> Awaitable[None] | None:
        try:
            content = AnnouncementBytes.check(frame.content)
            if self._is_passed_over(content.story()):
                return None  # most commits, where many stories are written to: reading the events takes longest
            announcement = content.decode()
        except MalformedAnnouncement:
            self.lost += 1
            return self._on_missed()
        # One machine's processes have one monotonic clock; a time of the future is nobody's.
        at = frame.at_seconds if frame.at_seconds <= self._monotonic() else None
        for on_announcement in self._on_announcements:
            try:
                on_announcement(announcement, at)
            except Exception:  # noqa: BLE001 - the other subscribers get it all the same
                _log.exception("announcement_failed", story=announcement.head.story)
        return None

    def _is_passed_over(self, story: StoryId) -> bool:
        try:
            return self._on_commit(story)
        except Exception:  # noqa: BLE001 - the commit is announced, as it would be without this
            _log.exception("passing_over_failed", story=story)
            return False

    def _apply_head(self, frame: Frame) -> Awaitable[None]:
        story, _, text = frame.content.decode(errors="replace").partition(" ")
        try:
            head = parse_cursor(text)
        except MalformedCursor:
            return self._on_missed()
        for on_head in self._on_heads:
            try:
                on_head(StoryId(story), head)
            except Exception:  # noqa: BLE001 - as above
                _log.exception("head_failed", story=story)
        return self._read_on()
