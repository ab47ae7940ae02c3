"""The hub: takes what was committed, keeps the stories somebody follows, and tells their connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from app.domain.clock import Clock
from app.domain.errors import Gone, NotFound
from app.domain.identifiers import EntryId, StoryId
from app.live.hub.connection_log import ConnectionLog, LogLine
from app.live.hub.connection_registry import ConnectionRegistry
from app.live.hub.fan_out import FanOut
from app.live.hub.long_polls import LongPoll, attached
from app.live.hub.overload import Overload
from app.live.hub.reconciler import Reconciler
from app.live.hub.shared_reads import SharedReads
from app.live.hub.story_loader import StoryLoader
from app.live.hub.story_registry import StoryRegistry
from app.live.hub.tasks import Tasks
from app.live.hub.timing_wheel import SLOT_SECONDS
from app.live.session.clocks import ClockReading
from app.live.session.effects import Answer, Ask, Failed, Missing, Opened, OpenStory, Withdrawn
from app.live.session.goodbyes import OVERLOADED, STOPPING, Goodbye, draining
from app.live.story.deliveries import Delivery
from app.live.story.limits import NORMAL_LIMITS, LiveLimits
from app.live.story.live_story import LiveStory
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Message
from app.live.story.story_log import StoryLog
from app.wire.announcement import Announcement, StoryHead
from app.wire.messages import encode_hello

DRAIN_WINDOW_LIMITS_MS = (1_000, 45_000)
"""A thousand readers a second is what any server can take back; nobody is asked to wait longer than a minute."""

_log = structlog.get_logger(__name__)


class Hub:
    """One per process, on one event loop: `start` before the first reader, `drain` and `stop` after the last.

    All methods but `post` belong to the loop's thread. `monotonic` is for tests to hold; `say` writes the line of each
    connection that opens or closes.
    """

    def __init__(
        self,
        log: StoryLog,
        *,
        clock: Clock,
        heartbeat_seconds: float = 25,
        reconcile_seconds: float = 1.0,
        limits: LiveLimits = NORMAL_LIMITS,
        monotonic: Callable[[], float] = time.monotonic,
        log_line: LogLine | None = None,
    ) -> None:
        self.heartbeat_seconds = heartbeat_seconds
        self.limits = limits
        self.metrics = metrics = LiveMetrics()
        self.draining = False
        self.connection_log = ConnectionLog(metrics, log_line=log_line)
        self._clock = clock
        self._monotonic = monotonic
        self._reconcile_seconds = reconcile_seconds
        self._tasks = tasks = Tasks()
        self._registry = registry = StoryRegistry(limits)
        self._fan_out = fan_out = FanOut(metrics=metrics, monotonic=monotonic)
        self._reconciler = reconciler = Reconciler(
            log,
            registry=registry,
            fan_out=fan_out,
            tasks=tasks,
            metrics=metrics,
            monotonic=monotonic,
        )
        self._loader = StoryLoader(
            log, registry=registry, reconciler=reconciler, tasks=tasks, metrics=metrics, monotonic=monotonic
        )
        self._reads = SharedReads(log, tasks=tasks, metrics=metrics, observe=reconciler.observe)
        self.connections = ConnectionRegistry(now=monotonic())
        self._overload = Overload(lag_seconds=limits.overload_lag_seconds, now=monotonic())
        self._long_polls: set[LongPoll] = set()
        self._hello: tuple[int, Message] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Begin to take announcements and to compare with the tables."""
        self._loop = asyncio.get_running_loop()
        self._tasks.spawn(self._turn_wheel())
        self._tasks.spawn(self._keep_reconciling())

    async def stop(self) -> None:
        """Stop every task. Call `drain` first when readers are connected."""
        self._loop = None
        await self._tasks.stop()

    def post(self, announcement: Announcement) -> None:
        """Hand over what was just committed, from any thread, in commit order. Never raises and never waits."""
        loop = self._loop
        try:
            if loop is not None:
                loop.call_soon_threadsafe(self.accept, announcement, self._monotonic())
                return
        except RuntimeError:
            _log.warning("announcement after the loop was closed")
        self.metrics.announcements_lost += 1

    def accept(self, announcement: Announcement, posted_at: float | None = None) -> None:
        """Take an announcement on the loop: fan it out, ignore what is known, notice what is missing.

        `posted_at` is when it was committed, in monotonic seconds.
        """
        self.metrics.announcements += 1
        self._loader.hold(announcement)
        story = self._registry.get(announcement.head.story)
        if story is not None:
            story.posted_at = posted_at
            self._reconciler.offer(story, announcement)

    def seconds(self) -> float:
        """Now, on the monotonic clock."""
        return self._monotonic()

    def read_clocks(self) -> ClockReading:
        """Now, on both clocks."""
        return ClockReading(wall=self._clock(), seconds=self._monotonic())

    def hello(self, now: ClockReading) -> Message:
        """The first message of every connection, made once a millisecond: that is what its time shows."""
        millisecond = now.wall // 1000
        if self._hello is None or self._hello[0] != millisecond:
            text = encode_hello(heartbeat_seconds=self.heartbeat_seconds, time=now.wall)
            self._hello = (millisecond, Message(text, type="hello"))
        return self._hello[1]

    @property
    def reconciled_at(self) -> float | None:
        """When the tables last agreed to be compared, in monotonic seconds: old means the database is away."""
        return self._reconciler.reconciled_at

    def head(self, ref: str) -> StoryHead | None:
        """The head of a story in memory, by id or slug, kept there a while longer; None: ask `open`."""
        story = self.live_story(ref)
        return None if story is None else story.head

    def live_story(self, ref: str) -> LiveStory | None:
        """The story if it is in memory, by id or slug; None: ask `open`."""
        return self._registry.find(ref, now=self._monotonic())

    async def open(self, ref: str) -> LiveStory:
        """The story, from memory or by one shared read. Raises NotFound, Gone, or what the tables raise."""
        return await self._loader.open(ref)

    def reader_count(self, story: StoryId) -> int:
        """Connections and polls that follow the story in this process now."""
        live = self._registry.get(story)
        return 0 if live is None else live.reader_count

    def delivery(self, story: StoryId, entry: EntryId) -> tuple[Delivery, int] | None:
        """How the newest event about an entry reached this process's readers, and how many still lack it.

        None if nobody followed the story then, or it is too long ago to be remembered.
        """
        live = self._registry.get(story)
        delivery = None if live is None else live.delivery_of(entry)
        return None if live is None or delivery is None else (delivery, live.behind(delivery.seq))

    async def wait_beyond(self, ref: str, seq: int, *, timeout_seconds: float) -> StoryHead:
        """Wait without a thread until the story's head passes `seq`, time is out, or the server drains.

        Returns the head as it then is. Raises NotFound or Gone, also when that comes to be so meanwhile.
        """
        story = await self.open(ref)
        if story.head.cursor.seq <= seq and not (self.draining or story.gone):
            with attached(LongPoll(), story) as long_poll:
                self._long_polls.add(long_poll)
                self.metrics.waiting_polls += 1
                try:
                    await long_poll.wait(timeout_seconds=timeout_seconds)
                finally:
                    self._long_polls.discard(long_poll)
                    self.metrics.waiting_polls -= 1
        if story.head.closing == "withdrawn":
            raise Gone("story_withdrawn", "The story was withdrawn.")
        if story.gone:
            raise NotFound("story_not_found", "No such story.")
        return story.head

    def fetch(self, ask: Ask) -> asyncio.Task[Answer]:
        """Answer a session. The task never fails; it is shared, so do not cancel it."""
        if isinstance(ask, OpenStory):
            return self._tasks.spawn(self._answer_open(ask.ref))
        return self._reads.fetch(ask)

    @property
    def connection_count(self) -> int:
        """Readers' connections open in this process, on every transport."""
        return len(self.connections)

    @property
    def turns_away(self) -> Goodbye | None:
        """What newcomers are told instead of being let in; None while they are welcome."""
        if self.draining:
            return STOPPING
        return OVERLOADED if self._overload.is_active else None

    def note_lag(self, seconds: float) -> None:
        """Take a measurement of how late this process is. Under overload it sends readers away, until it is not."""
        was_active = self._overload.is_active
        count = self._overload.observe(seconds, connections=len(self.connections), now=self._monotonic())
        self.metrics.lag_seconds = round(seconds, 6)
        self.metrics.overloaded = int(self._overload.is_active)
        if count and not self.draining:
            self.metrics.connections_shed += self.connections.shed(count, OVERLOADED)
        if self._overload.is_active != was_active:
            _log.warning(
                "overload ended" if was_active else "overloaded", lag=seconds, connections=len(self.connections)
            )

    async def reconcile(self) -> None:
        """Compare every story in memory with the tables, in one query, and forget those nobody uses."""
        stories = tuple(self._registry)
        if stories:
            await self._reconciler.reconcile(stories)
        self._registry.sweep(now=self._monotonic())

    async def drain(self, *, spread_seconds: float = 0.0, timeout_seconds: float = 10.0) -> None:
        """Say goodbye to everybody, a slice at a time, and cut whoever is still here after the timeout.

        With `spread_seconds` the goodbyes are spread over that time, each with a short window to come back in;
        without, the window grows with the number of readers, a thousand a second. New connections are refused.
        """
        self.draining = True
        shortest, longest = DRAIN_WINDOW_LIMITS_MS
        window = (0, shortest if spread_seconds else min(longest, max(shortest, len(self.connections))))
        for long_poll in tuple(self._long_polls):
            long_poll.wake()
        await self.connections.dismiss_all(draining(window), spread_seconds=spread_seconds)
        await self.connections.cut_after(timeout_seconds)

    async def _answer_open(self, ref: str) -> Answer:
        try:
            return Opened(await self.open(ref))
        except NotFound:
            return Missing()
        except Gone:
            return Withdrawn()
        except Exception as error:  # noqa: BLE001  (whatever the database raises, the reader is told and comes again)
            self.metrics.reads_failed += 1
            _log.warning("live open failed", error=repr(error))
            return Failed()

    async def _keep_reconciling(self) -> None:
        while True:
            await asyncio.sleep(self._reconcile_seconds)
            await self.reconcile()

    async def _turn_wheel(self) -> None:
        while True:
            due_at = self._monotonic() + SLOT_SECONDS
            await asyncio.sleep(SLOT_SECONDS)
            now = self._monotonic()
            self.note_lag(max(0.0, now - due_at, self._fan_out.lag_seconds(now)))
            while self.connections.tick(self._monotonic()):  # noqa: ASYNC110 - others have their turn between two slices
                await asyncio.sleep(0)
