"""The failures of due work in this process: how many, and which stories are left out for a while after one."""

from __future__ import annotations

from app.domain.identifiers import StoryId

RESTING_RUNS = 10
"""Runs in which a story is left out after it failed: five seconds, where nothing else is due."""


class Backoff:
    """The counter of failures and the stories that rest after one.

    Written by the one thread that does due work; `failures` is read by the metrics.
    """

    def __init__(self) -> None:
        self.failures = 0
        self._resting: dict[StoryId, int] = {}
        self._failing: set[StoryId] = set()

    def record_failure(self, story: StoryId) -> bool:
        """Count a failure in this story, which rests for RESTING_RUNS runs; return whether it is the first in a row."""
        self.failures += 1
        self._resting[story] = RESTING_RUNS
        is_first = story not in self._failing
        self._failing.add(story)
        return is_first

    def record_success(self, story: StoryId) -> bool:
        """Record that the story is done; return whether it had failed before."""
        had_failed = story in self._failing
        self._failing.discard(story)
        return had_failed

    def skips(self, story: StoryId) -> bool:
        """Return whether this run leaves the story out, and count the run. To be asked once in each run."""
        left = self._resting.pop(story, 0)
        if left > 1:
            self._resting[story] = left - 1
        return left > 0
