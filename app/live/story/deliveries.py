"""The record of how fast events reached their readers, for editors after publishing and for operators."""

from __future__ import annotations

from dataclasses import dataclass, field

DELIVERIES_KEPT = 64
"""Fan-outs a story remembers: some minutes of a busy story, and a few kilobytes."""


@dataclass(slots=True)
class Delivery:
    """One fan-out to a story's subscribers: the events after `after_seq` up to `seq`, sent together.

    `marks` are pairs of seconds since the commit was announced and writes the kernel had accepted by then; one mark a
    slice. `left` counts the subscribers that had to be woken because they were not up to date or had no room.
    """

    after_seq: int
    seq: int
    published_at: float
    readers: int
    left: int = 0
    marks: list[tuple[float, int]] = field(default_factory=list)

    @property
    def written(self) -> int:
        """Count the writes the kernel has accepted."""
        return sum(count for _, count in self.marks)

    def seconds_at(self, share: float) -> float | None:
        """Return when that share of the writes was done (0.5 is the median); None if there were none."""
        wanted = share * self.written
        done = 0
        for seconds, count in self.marks:
            done += count
            if done >= wanted:
                return seconds
        return None
