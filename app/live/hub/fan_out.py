"""Fans out a story's new events to its subscribers, in slices, so that nothing else waits for a fan-out.

Ready subscribers are written the same bytes, one write each and nothing else; the others are woken and pull what they
lack by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import structlog

from app.domain.cursor import Cursor
from app.live.story.deliveries import Delivery
from app.live.story.live_story import Attached, LiveStory, Ready
from app.live.story.metrics import LiveMetrics

_log = structlog.get_logger(__name__)

P = TypeVar("P")

SLICE = 50
"""Connections served before the loop may do something else: half a millisecond of kernel time. Measured with 10,000
readers, at the same cost in all: an acknowledgement waited 89 ms for one whole fan-out."""
ANSWER_TURNS = 3
"""Turns of the loop, next to nothing each, before a fan-out serves the first: meanwhile the answer to the write itself
leaves, in the second turn or, through another process, in the third, 0.2 to 0.3 ms sooner. The first reader waits
0.1 ms for that, or 0.4 where the answer is another process's."""
ANSWER_SECONDS = 0.0005
"""Once they have taken so long, since the loop has much else to do, no more of them pass."""


class FanOut:
    """Runs at most one fan-out a story at a time: events that arrive during one are sent by the next, in one write."""

    def __init__(
        self,
        *,
        metrics: LiveMetrics,
        monotonic: Callable[[], float],
        call_soon: Callable[..., object] | None = None,
    ) -> None:
        """`call_soon` calls in the next turn; without it the running loop's does."""
        self._metrics = metrics
        self._monotonic = monotonic
        self._call_soon = call_soon or _call_soon
        self._running: dict[LiveStory, float] = {}
        self._queued: dict[LiveStory, float] = {}
        self._slowest = (0.0, 0.0)

    def fan_out(self, story: LiveStory) -> None:
        """Bring every subscriber of the story to its newest head, at most 50 per loop turn, beginning in a moment."""
        now = self._monotonic()
        if story in self._running:
            self._queued.setdefault(story, now)
        else:
            self._begin(story, now)

    def tell(self, story: LiveStory) -> None:
        """Write the story's message about its comments to every subscriber, at most 50 per loop turn.

        It is no event: it may come between two of them, and moves nobody's cursor.
        """
        self._continue(self._telling(story))

    def lag_seconds(self, now: float) -> float:
        """Return how long an event takes to its last subscriber: by the oldest fan-out that runs, and the latest ended.

        An ended one counts for as long again as it took; else a process that is always late would seem to be in time
        whenever it is looked at between two fan-outs.
        """
        seconds, until = self._slowest
        ended = seconds if now <= until else 0.0
        return max(ended, *(now - since for since in self._running.values()), 0.0)

    def _begin(self, story: LiveStory, since: float) -> None:
        self._running[story] = since
        self._run(story, self._steps(story))

    def _run(self, story: LiveStory, steps: Iterator[None]) -> None:
        try:
            for _ in steps:
                self._call_soon(self._run, story, steps)
                return
        except BaseException:
            # Or no later fan-out of the story would ever begin.
            del self._running[story]
            self._queued.pop(story, None)
            raise
        self._record_duration(self._monotonic(), since=self._running.pop(story))
        since = self._queued.pop(story, None)
        if since is not None:
            self._begin(story, since)

    def _continue(self, steps: Iterator[None]) -> None:
        for _ in steps:
            self._call_soon(self._continue, steps)
            return

    def _telling(self, story: LiveStory) -> Iterator[None]:
        message, version = story.comments_message, story.comments_told
        pace = _Pace()
        for form, group in tuple(story.ready.items()):
            data = b"" if message is None else message.bytes_in(form.framing)
            for part in pace.slices(tuple(group)):
                if story.comments_told != version:
                    return  # the next message is on its way, and says more
                written = _tell(part, data, version=version)
                self._metrics.messages_sent += written
                self._metrics.bytes_written[form.framing] += len(data) * written
                if pace.ends_turn(len(part)):
                    yield
        for others in pace.slices(tuple(story.subscriptions)):
            _wake(others)
            if pace.ends_turn(len(others)):
                yield

    def _record_duration(self, now: float, *, since: float) -> None:
        seconds, until = self._slowest
        if now > until or now - since >= seconds:
            self._slowest = (now - since, now + (now - since))

    def _steps(self, story: LiveStory) -> Iterator[None]:
        """Serve the story's subscribers once; yield at the end of each turn of the loop."""
        yield from self._let_answer_leave()
        self._queued.pop(story, None)  # what has come meanwhile is part of this one
        before, after = story.fanned_out_to, story.head.cursor
        started = self._monotonic()
        story.fanned_out_to = after
        if before != after:
            story.last_fan_out_at = started
        delivery = Delivery(before.seq, after.seq, started, story.reader_count, story.take_commit())
        story.deliveries.append(delivery)
        pace = _Pace()
        yield from self._write_to_ready(story, delivery, pace, before=before, after=after)
        if delivery.committed is not None and delivery.written:
            self._metrics.deliveries.observe(self._monotonic() - delivery.committed.at)
        delivery.left = len(story.subscriptions)
        for part in pace.slices(tuple(story.subscriptions)):
            _wake(part)
            if pace.ends_turn(len(part)):
                yield
        self._metrics.fan_outs += 1
        self._metrics.fan_out_seconds += self._monotonic() - started

    def _let_answer_leave(self) -> Iterator[None]:
        until = self._monotonic() + ANSWER_SECONDS
        for _ in range(ANSWER_TURNS):
            yield
            if self._monotonic() >= until:
                return

    def _write_to_ready(
        self, story: LiveStory, delivery: Delivery, pace: _Pace, *, before: Cursor, after: Cursor
    ) -> Iterator[None]:
        catch_up = None if before == after else story.catch_up(before)
        for form, group in tuple(story.ready.items()):
            data, messages = (b"", 0) if catch_up is None else catch_up.bytes_in(form)
            for part in pace.slices(tuple(group)):
                if catch_up is None:
                    _wake(part)
                else:
                    written = _write(part, data, before=before, after=after)
                    self._metrics.messages_sent += messages * written
                    self._metrics.bytes_written[form.framing] += len(data) * written
                    delivery.marks.append((self._monotonic() - delivery.began_at, written))
                if pace.ends_turn(len(part)):
                    yield


def _call_soon(call: Callable[..., object], *given: object) -> None:
    asyncio.get_running_loop().call_soon(call, *given)


class _Pace:
    """The slices of one fan-out, and how many connections this turn of the loop may still serve."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = SLICE

    def slices(self, subscriptions: Sequence[P]) -> Iterator[Sequence[P]]:
        """Yield them in order, as many at a time as this turn still may serve."""
        start = 0
        while start < len(subscriptions):
            part = subscriptions[start : start + self._left]
            start += len(part)
            yield part

    def ends_turn(self, served: int) -> bool:
        """Count so many as served; return whether this turn of the loop is over."""
        self._left -= served
        if self._left > 0:
            return False
        self._left = SLICE
        return True


def _write(subscriptions: Sequence[Ready], data: bytes, *, before: Cursor, after: Cursor) -> int:
    """Write to those who are where the fan-out began. This loop is what a delivery costs beside the kernel."""
    written = 0
    for subscription in subscriptions:
        if subscription.cursor is before and subscription.is_ready:
            try:
                subscription.write(data)
            except Exception:  # noqa: BLE001 - one transport's failure is that reader's; pulling ends or mends it
                _log.exception("live write failed")
                subscription.wake()
                continue
            subscription.cursor = after
            written += 1
        elif subscription.is_ready and subscription.cursor is not after:
            subscription.wake()
    return written


def _tell(subscriptions: Sequence[Ready], data: bytes, *, version: int) -> int:
    """Write to those who are ready and were not told yet; the others' sessions write it with what else is due."""
    written = 0
    for subscription in subscriptions:
        if subscription.is_ready and subscription.comments_told != version:
            try:
                subscription.write(data)
            except Exception:  # noqa: BLE001 - as above
                _log.exception("live write failed")
                subscription.wake()
                continue
            subscription.comments_told = version
            written += 1
    return written


def _wake(subscriptions: Sequence[Attached]) -> None:
    for subscription in subscriptions:
        subscription.wake()
