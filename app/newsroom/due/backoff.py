"""Where due work failed in this process: how often in all, and which stories are left alone for a while after it."""

from __future__ import annotations

from app.domain.identifiers import StoryId

RESTING_RUNS = 10
"""Runs in which a story is left out after it failed: five seconds, where nothing else is due."""


class Backoff:
    """Written by the one thread that does due work; `failures` is read by whoever counts."""

    def __init__(self) -> None:
        self.failures = 0
        self._resting: dict[StoryId, int] = {}

    def note(self, story: StoryId) -> None:
        """It failed in this story: let it rest."""
        self.failures += 1
        self._resting[story] = RESTING_RUNS

    def pass_by(self, story: StoryId) -> bool:
        """Whether this run leaves the story out."""
        left = self._resting.pop(story, 0)
        if left > 1:
            self._resting[story] = left - 1
        return left > 0
