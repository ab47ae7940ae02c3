"""The record of how fast events reached their readers, for editors after publishing and for operators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

DELIVERIES_KEPT = 64
"""Fan-outs a story remembers: some minutes of a busy story, and a few kilobytes."""


class Committed(NamedTuple):
    """Events that this process committed, the numbers `first` to `last`, and when, in monotonic seconds."""

    at: float
    first: int
    last: int


@dataclass(slots=True)
class Delivery:
    """One fan-out to a story's subscribers in this process: the events after `after_seq` up to `seq`, sent together.

    `began_at` is in monotonic seconds. `marks` are pairs of seconds since then and writes the kernel had accepted by
    then; one mark a slice. `left` counts the subscribers that had to be woken because they were not up to date or had
    no room. `committed` are those of its events that this process committed; the others came from other processes.
    """

    after_seq: int
    seq: int
    began_at: float
    readers: int
    committed: Committed | None = None
    left: int = 0
    marks: list[tuple[float, int]] = field(default_factory=list)

    @property
    def written(self) -> int:
        """Count the writes the kernel has accepted."""
        return sum(count for _, count in self.marks)

    def committed_at(self, seq: int) -> float | None:
        """Return when this process committed the event, in monotonic seconds; None if another process did."""
        found = self.committed
        return found.at if found is not None and found.first <= seq <= found.last else None

    def seconds_at(self, share: float) -> float | None:
        """Return how long after its beginning that share of the writes was done (0.5: the median); None without any."""
        wanted = share * self.written
        done = 0
        for seconds, count in self.marks:
            done += count
            if done >= wanted:
                return seconds
        return None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The delivery of one event to the readers of this process.

    `late_seconds` is from the event's commit to the beginning of its fan-out here. `behind` counts the readers that
    have not received it yet.
    """

    seq: int
    late_seconds: float
    delivery: Delivery
    behind: int

    def seconds_at(self, share: float) -> float | None:
        """Return how long after its commit that share of the readers had been written to; None if nobody was."""
        seconds = self.delivery.seconds_at(share)
        return None if seconds is None else self.late_seconds + seconds
