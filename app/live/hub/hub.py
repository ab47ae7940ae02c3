"""The hub of live readers: stories in memory, the fan-out to their subscribers, and the connections."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator

import structlog

from app.domain.clock import Clock
from app.domain.cursor import Cursor
from app.domain.errors import Gone, story_not_found
from app.domain.identifiers import EntryId, StoryId
from app.live.hub.connection_log import ConnectionLog, LogLine
from app.live.hub.connection_registry import ConnectionRegistry
from app.live.hub.fan_out import FanOut
from app.live.hub.long_polls import LongPoll, attached
from app.live.hub.overload import Overload
from app.live.hub.timing_wheel import SLOT_SECONDS
from app.live.memory.stories_in_memory import STALE_SECONDS, StoriesInMemory
from app.live.session.clocks import ClockReading
from app.live.session.goodbyes import OVERLOADED, STOPPING, Goodbye, drain_window_ms, draining
from app.live.story.deliveries import Delivery, Receipt
from app.live.story.limits import NORMAL_LIMITS, LiveLimits
from app.live.story.metrics import LiveMetrics
from app.live.story.packets import Message, Packet
from app.live.story.story_log import StoryHeads, StoryLog
from app.live.tasks import Tasks
from app.wire.announcement import Announcement, StoryHead
from app.wire.messages import encode_hello

HEARD_SECONDS = 0.5
"""The pause between comparisons with the tables while other processes tell of their commits: what these lose is
late by so much and a read. With a second a frozen broker made readers 1.0 to 1.1 s late, with this 0.5 to 0.8. To
compare 20 stories costs some 3 ms of a process's CPU and 1 ms of PostgreSQL's."""

_log = structlog.get_logger(__name__)


class Hub:
    """One per process, on one event loop: `start` before the first reader, `drain` and `stop` after the last.

    All methods belong to the loop's thread. Tests pass a `monotonic` of their own; `log_line` writes the line of each
    connection that opens or closes.
    """

    def __init__(
        self,
        heads: StoryHeads,
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
        self._are_others_heard: Callable[[], bool] = lambda: False
        self._tasks = Tasks()
        self._keepers: list[asyncio.Task[None]] = []
        self._fan_out = FanOut(metrics=metrics, monotonic=monotonic)
        self.stories = StoriesInMemory(
            heads,
            log,
            fan_out=self._fan_out.fan_out,
            tell=self._fan_out.tell,
            limits=limits,
            tasks=self._tasks,
            metrics=metrics,
            monotonic=monotonic,
            stale_seconds=max(STALE_SECONDS, 2 * reconcile_seconds),
        )
        self.connections = ConnectionRegistry(now=monotonic())
        self._overload = Overload(lag_seconds=limits.overload_lag_seconds, now=monotonic())
        self._long_polls: set[LongPoll] = set()
        self._hello: tuple[int, Message] | None = None

    async def start(self) -> None:
        """Begin to look after connections and to compare stories with the tables."""
        self._keepers = [self._tasks.spawn(self._turn_wheel()), self._tasks.spawn(self._keep_reconciling())]

    async def stop(self) -> None:
        """Stop every task. Call `drain` first when readers are connected."""
        await self._tasks.stop()

    @property
    def is_alive(self) -> bool:
        """Return whether the hub was started and each of its own tasks still runs."""
        return bool(self._keepers) and not any(task.done() for task in self._keepers)

    def accept(self, announcement: Announcement, published_at: float | None = None) -> None:
        """Apply an announcement: fan it out, ignore what is known, notice what is missing.

        `published_at` is when it was committed, in monotonic seconds; None if another process did.
        """
        self.metrics.announcements += 1
        self.stories.accept(announcement, published_at)

    def pass_over(self, story: StoryId) -> bool:
        """Count a commit to a story that no reader here has asked for, and return True; False: `accept` it."""
        if self.stories.concerns(story):
            return False
        self.metrics.announcements += 1
        return True

    def accept_heard(self, announcement: Announcement) -> None:
        """Apply what another process has committed, or read the tables where it does not go on where we are.

        So whatever is old, doubled, of another history or out of order is never more than its number.
        """
        if self.stories.accept_heard(announcement):
            self.metrics.announcements += 1
            self.metrics.announcements_heard += 1
        else:
            self.accept_head(announcement.head.story, announcement.head.cursor)

    def accept_head(self, story: StoryId, head: Cursor) -> None:
        """Read what another process has committed to a story in memory; its head may be old news, or nobody's."""
        self.metrics.heads_heard += 1
        self.stories.accept_head(story, head)

    def hear_others(self, are_heard: Callable[[], bool]) -> None:
        """Compare stories with the tables less often while this says that other processes' commits are told of."""
        self._are_others_heard = are_heard

    def seconds(self) -> float:
        """Return the monotonic time, in seconds."""
        return self._monotonic()

    def read_clocks(self) -> ClockReading:
        """Return the time on both clocks."""
        return ClockReading(wall=self._clock(), seconds=self._monotonic())

    def hello(self, now: ClockReading) -> Message:
        """Return the first message of every connection, made once a millisecond: its time shows no more."""
        millisecond = now.wall // 1000
        if self._hello is None or self._hello[0] != millisecond:
            text = encode_hello(heartbeat_seconds=self.heartbeat_seconds, time=now.wall)
            self._hello = (millisecond, Message(text, type="hello"))
        return self._hello[1]

    def reader_count(self, story: StoryId) -> int:
        """Count the connections and long-polls that follow the story in this process now."""
        live = self.stories.get(story)
        return 0 if live is None else live.reader_count

    def delivery(self, story: StoryId, entry: EntryId) -> Receipt | None:
        """Return how the newest event about an entry reached the readers of this process.

        None if the story had no reader here then, or it is about to be sent, or too long ago to be remembered. An event
        that another process committed is timed from its own `time`, which is that process's clock.
        """
        live = self.stories.get(story)
        found = None if live is None else live.delivery_of(entry)
        if live is None or found is None:
            return None
        return self._receipt(*found, live.count_behind(found[0].cursor.seq))

    def recent_receipts(self, since: float) -> Iterator[tuple[StoryId, EntryId, Receipt]]:
        """Yield the receipts of all fan-outs to readers here that began since then, in monotonic seconds.

        A fan-out that has not ended counts nobody as behind that it has still to write to.
        """
        for story in self.stories:
            recent = [each for each in story.deliveries if each.began_at >= since and each.readers]
            lagging = story.lagging_seqs() if recent else []
            for delivery in recent:
                for packet in story.packets_of(delivery):
                    if packet.entry_id is not None:
                        behind = bisect_left(lagging, packet.cursor.seq)
                        yield story.id, packet.entry_id, self._receipt(packet, delivery, behind)

    def _receipt(self, packet: Packet, delivery: Delivery, behind: int) -> Receipt:
        seq = packet.cursor.seq
        committed_at = delivery.committed_at(seq)
        if committed_at is not None:
            late = delivery.began_at - committed_at
        else:
            now = self.read_clocks()
            began_at = now.wall - (now.seconds - delivery.began_at) * 1_000_000
            late = max(0.0, (began_at - packet.event.time) / 1_000_000)
        return Receipt(seq, late, delivery, behind)

    async def wait_beyond(self, ref: str, seq: int, *, timeout_seconds: float) -> StoryHead:
        """Wait without a thread until the story's head passes `seq`, time is out, or the server drains.

        Returns the head as it then is. Raises NotFound or Gone, also if the story becomes so meanwhile.
        """
        story = await self.stories.open(ref)
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
            raise story_not_found()
        return story.head

    @property
    def connection_count(self) -> int:
        """Count the readers' connections open in this process, on every transport."""
        return len(self.connections)

    @property
    def turns_away(self) -> Goodbye | None:
        """Return the goodbye that new connections are refused with; None while they are admitted."""
        if self.draining:
            return STOPPING
        return OVERLOADED if self._overload.is_active else None

    def record_lag(self, seconds: float) -> None:
        """Record how late this process is. Under overload this sends readers away, a share each second."""
        was_active = self._overload.is_active
        count = self._overload.observe(seconds, connections=len(self.connections), now=self._monotonic())
        self.metrics.lag_seconds = round(seconds, 6)
        self.metrics.overloaded = 1 if self._overload.is_active else 0
        if count and not self.draining:
            self.metrics.connections_shed += self.connections.shed(count, OVERLOADED)
        if self._overload.is_active != was_active:
            _log.warning(
                "overload ended" if was_active else "overloaded", lag=seconds, connections=len(self.connections)
            )

    async def drain(self, *, spread_seconds: float = 0.0, timeout_seconds: float = 10.0) -> None:
        """Send every reader a goodbye, a slice at a time, and cut those that are still here after the timeout.

        With `spread_seconds` the goodbyes are spread over that time, each with a short window to come back in;
        without, the window grows with the number of readers, a thousand a second. New connections are refused.
        """
        self.draining = True
        window = (0, drain_window_ms(len(self.connections), spread_seconds=spread_seconds))
        for long_poll in tuple(self._long_polls):
            long_poll.wake()
        await self.connections.dismiss_all(draining(window), spread_seconds=spread_seconds)
        await self.connections.cut_after(timeout_seconds)

    async def _keep_reconciling(self) -> None:
        while True:
            await self._pause_reconciling()
            await self.stories.reconcile()

    async def _pause_reconciling(self) -> None:
        """Wait for the short pause, or for the long one until others are heard no more."""
        waited = 0.0
        while True:
            await asyncio.sleep(self._reconcile_seconds)
            waited += self._reconcile_seconds
            if waited >= HEARD_SECONDS or not self._are_others_heard():
                return

    async def _turn_wheel(self) -> None:
        while True:
            due_at = self._monotonic() + SLOT_SECONDS
            await asyncio.sleep(SLOT_SECONDS)
            now = self._monotonic()
            self.record_lag(max(0.0, now - due_at, self._fan_out.lag_seconds(now)))
            while self.connections.tick(self._monotonic()):  # noqa: ASYNC110 - the loop does other things between slices
                await asyncio.sleep(0)
