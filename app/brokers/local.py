"""The broker of one machine's processes, on the side of the one that commits.

It hands its announcements to its own event loop, as MemoryBroker does, and sends them, encoded once, to each process
that follows (local_follower.py). One that takes none is left behind: it is told so when it takes some again, and reads
the tables.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from socket import socket
from typing import cast

import structlog

from app.brokers.broker import BrokerHealth, OnAnnouncement, OnHead
from app.brokers.known_waits import KnownWaits
from app.brokers.local_frames import (
    FRAME_LIMIT_BYTES,
    Frame,
    FrameReader,
    Kind,
    MalformedFrame,
    Outdated,
    encode_frame,
    encode_hello,
    require_hello,
)
from app.brokers.memory import MemoryBroker
from app.wire.announcement import Announcement

WAITING_LIMIT_BYTES = 4 * 1024 * 1024
"""Bytes that may wait for one process that takes none, beside the kernel's: then frames are left out for it."""

SILENCE_SECONDS = 5.0
"""A process that follows says something twice a second. One that has been silent for so long is cut off: it is stopped,
or stuck, and comes back when it can."""

LOOK_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class LocalBroker:
    """A Broker for the process that commits. `listen` opens the Unix socket on which the others follow."""

    def __init__(
        self,
        own: MemoryBroker,
        listen: Callable[[], socket],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        frame_limit_bytes: int = FRAME_LIMIT_BYTES,
        waiting_limit_bytes: int = WAITING_LIMIT_BYTES,
    ) -> None:
        self._own = own
        self._listen = listen
        self._monotonic = monotonic
        self._frame_limit_bytes = frame_limit_bytes
        self._waiting_limit_bytes = waiting_limit_bytes
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._followers: set[_Follower] = set()
        self._waits = KnownWaits(self._known_but)
        self._published = 0
        self._lost = 0
        self._late = 0

    async def start(self) -> None:
        """Begin to pass announcements on, and to listen for processes that follow."""
        await self._own.start()
        self._loop = loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._greet, sock=self._listen())
        self._keeper = asyncio.create_task(self._cut_silent(), name="local broker")

    async def stop(self) -> None:
        """End. Announcements published from now on are lost."""
        self._loop = None
        await self._own.stop()
        if self._keeper is not None:
            self._keeper.cancel()
        if self._server is not None:
            self._server.close()
        for follower in tuple(self._followers):
            follower.close()
        self._waits.end()

    def publish(self, announcement: Announcement) -> None:
        """Pass an announcement on, to this process as it is and to the others as bytes. Never raises, never waits."""
        at_seconds = self._monotonic()
        self._own.publish(announcement)
        self._publish(lambda number: self._encode(announcement, number, at_seconds))

    def publish_outdated(self, outdated: Outdated) -> None:
        """Send the others what else a commit made outdated, in any thread; this process knows by itself."""
        content = outdated.to_bytes()
        self._publish(lambda number: encode_frame(Kind.OUTDATED, number=number, content=content))

    def subscribe(self, on_announcement: OnAnnouncement) -> None:
        """Call `on_announcement` on the loop with every announcement of this process."""
        self._own.subscribe(on_announcement)

    def subscribe_heads(self, on_head: OnHead) -> None:
        """Do nothing: no other process commits."""

    def health(self) -> BrokerHealth:
        """Return whether announcements are passed on, and how many were lost, those left out for others included."""
        own = self._own.health()
        lost = own.announcements_lost + self._lost
        return BrokerHealth(own.is_connected and self._server is not None, lost, late=self._late)

    @property
    def follower_count(self) -> int:
        """Count the processes that follow now."""
        return len(self._followers)

    @property
    def published(self) -> int:
        """Return the number of what was published last."""
        return self._published

    async def wait_known(self, timeout_seconds: float, *, but: int = 0) -> bool:
        """Wait until the others, but the one with that pid, know all that is published by now; return whether they do.

        One that does not say so in time is not waited for again until it has caught up: nobody who is stopped holds
        every write by so much.
        """
        number = self._published
        is_known = await self._waits.wait(number, timeout_seconds, but=but)
        if not is_known and self._loop is not None:
            for each in self._followers:
                if each.pid != but:
                    self._late += each.record_late(number)
            self._waits.settle()
        return is_known

    def _known_but(self, pid: int) -> float:
        """Return up to which number all who are waited for know everything, but the one with that pid."""
        return min((each.known for each in self._followers if each.is_prompt and each.pid != pid), default=math.inf)

    def _publish(self, encode: Callable[[int], bytes]) -> None:
        loop = self._loop
        if loop is None:
            return
        with self._lock:  # frames are offered in the order of their numbers
            self._published = number = self._published + 1
            # Who is not here yet reads the tables when it comes, which have this commit already.
            frame = encode(number) if self._followers else b""
            try:
                loop.call_soon_threadsafe(self._offer, number, frame)
            except RuntimeError:
                self._lost += 1
                _log.warning("announcement after the loop was closed")

    def _encode(self, announcement: Announcement, number: int, at_seconds: float) -> bytes:
        content = announcement.to_bytes()
        if len(content) <= self._frame_limit_bytes:
            return encode_frame(Kind.COMMIT, number=number, at_seconds=at_seconds, content=content)
        head = announcement.head
        return encode_frame(Kind.HEAD, number=number, content=f"{head.story} {head.cursor}".encode())

    def _offer(self, number: int, frame: bytes) -> None:
        for follower in self._followers:
            if frame:
                self._lost += not follower.offer(number, frame)
            else:
                follower.miss(number)

    def _greet(self) -> _Follower:
        return _Follower(
            monotonic=self._monotonic,
            waiting_limit_bytes=self._waiting_limit_bytes,
            published=lambda: self._published,
            on_join=self._followers.add,
            on_leave=self._leave,
            on_known=self._waits.settle,
        )

    def _leave(self, follower: _Follower) -> None:
        self._followers.discard(follower)
        self._waits.settle()

    async def _cut_silent(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = self._monotonic()
            for follower in tuple(self._followers):
                if now - follower.heard_at > SILENCE_SECONDS:
                    _log.warning("follower_silent", pid=follower.pid, seconds=round(now - follower.heard_at, 3))
                    follower.abort()


class _Follower(asyncio.Protocol):
    """The writer's end of one process that follows. `known` is the number up to which it has applied everything.

    It `is_prompt` from when it has caught up until it was waited for in vain, and is waited for then alone.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        waiting_limit_bytes: int,
        published: Callable[[], int],
        on_join: Callable[[_Follower], None],
        on_leave: Callable[[_Follower], None],
        on_known: Callable[[], None],
    ) -> None:
        self.known = 0
        self.is_prompt = False
        self.pid = 0
        self.heard_at = monotonic()
        self._monotonic = monotonic
        self._limit_bytes = waiting_limit_bytes
        self._published = published
        self._on_join = on_join
        self._on_leave = on_leave
        self._on_known = on_known
        self._reader = FrameReader(limit_bytes=4096)
        self._transport: asyncio.Transport | None = None
        self._sent = 0
        self._missed = 0
        self._was_late = False
        self._has_joined = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # a stream socket's
        transport.set_write_buffer_limits(high=self._limit_bytes)
        self._sent = self._published()
        transport.write(encode_hello(self._sent))

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._monotonic()
        try:
            for frame in self._reader.feed(data):
                self._receive(frame)
        except MalformedFrame as error:
            _log.warning("follower_refused", cause=str(error))
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._on_leave(self)

    def offer(self, number: int, frame: bytes) -> bool:
        """Send a frame; return False if it is left out, because too many wait already."""
        transport = self._transport
        if transport is None:
            return True
        self._tell_missed()
        if self._missed or transport.get_write_buffer_size() + len(frame) > self._limit_bytes:
            self._missed = number
            return False
        self._sent = number
        transport.write(frame)
        return True

    def miss(self, number: int) -> None:
        """Record that something was published which was not encoded, because this one had not come yet."""
        self._missed = number
        self._tell_missed()

    def record_late(self, number: int) -> bool:
        """Wait for this process no more until it has caught up, if it has not applied that number; return whether."""
        if not self.is_prompt or self.known >= number:
            return False
        self.is_prompt = False
        self._was_late = True
        _log.warning("follower_late", pid=self.pid, behind=self._published() - self.known)
        return True

    def close(self) -> None:
        """Close the connection, once what waits was sent."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _receive(self, frame: Frame) -> None:
        if not self._has_joined:
            require_hello(frame)
            self._has_joined, self.pid = True, frame.number
            self._on_join(self)
            self._catch_up_to_now()
        elif frame.kind == Kind.KNOWN:
            self._record_known(frame.number)
        elif frame.kind == Kind.PING and self._transport is not None:
            self._transport.write(encode_frame(Kind.PONG, number=frame.number))
            self._tell_missed()

    def _catch_up_to_now(self) -> None:
        """Tell of what was published between our greeting and theirs, which this one was not sent."""
        if self._published() > self._sent:
            self.miss(self._published())

    def _record_known(self, number: int) -> None:
        self.known = max(self.known, number)
        if not self.is_prompt and self.known >= self._sent:
            self.is_prompt = True
            if self._was_late:
                self._was_late = False
                _log.warning("follower_late_over", pid=self.pid)
        self._on_known()

    def _tell_missed(self) -> None:
        """Tell what was left out, once there is room again."""
        transport = self._transport
        if self._missed and transport is not None and transport.get_write_buffer_size() <= self._limit_bytes // 2:
            self._sent, self._missed = self._missed, 0
            transport.write(encode_frame(Kind.MISSED, number=self._sent))
