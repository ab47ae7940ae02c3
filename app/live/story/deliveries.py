"""How an event reached its readers: what an editor is told after publishing, and what operators watch."""

from __future__ import annotations

from dataclasses import dataclass, field

DELIVERIES_KEPT = 64
"""Passes a story remembers: some minutes of a busy story, and a few kilobytes."""


@dataclass(slots=True)
class Delivery:
    """One pass over a story's readers: the events after `after_seq` up to `seq`, told together.

    `marks` say how many writes the kernel had taken when, in seconds since the commit was announced; one mark a
    slice. `left` are those who had to be woken because they were not up to date or had no room.
    """

    after_seq: int
    seq: int
    posted_at: float
    readers: int
    left: int = 0
    marks: list[tuple[float, int]] = field(default_factory=list)

    @property
    def written(self) -> int:
        """To how many readers the kernel has taken it."""
        return sum(count for _, count in self.marks)

    def seconds_at(self, share: float) -> float | None:
        """When that share of the writes was done (0.5 is the median); None if there were none."""
        wanted = share * self.written
        done = 0
        for seconds, count in self.marks:
            done += count
            if done >= wanted:
                return seconds
        return None
