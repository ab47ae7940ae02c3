"""Which stories are in memory, under which names, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.identifiers import StoryId
from app.live.story.limits import NORMAL_LIMITS, LiveLimits
from app.live.story.live_story import LiveStory
from app.wire.announcement import StoryHead

KEPT_SECONDS = 60.0
"""How long a story stays after its last reader left or its head was last asked for."""


class StoryRegistry:
    """Stories by id and by every slug they were asked for under. Times are monotonic, in seconds."""

    def __init__(self, limits: LiveLimits = NORMAL_LIMITS) -> None:
        self._limits = limits
        self._stories: dict[StoryId, LiveStory] = {}
        self._ids: dict[str, StoryId] = {}

    def __iter__(self) -> Iterator[LiveStory]:
        return iter(tuple(self._stories.values()))

    def __len__(self) -> int:
        return len(self._stories)

    def get(self, story: StoryId) -> LiveStory | None:
        """By id, without counting as a use."""
        return self._stories.get(story)

    def find(self, ref: str, *, now: float) -> LiveStory | None:
        """By id or any slug known so far; counts as a use."""
        story = self._stories.get(self._ids.get(ref, StoryId(ref)))
        if story is not None:
            story.used_at = now
        return story

    def add(self, head: StoryHead, *, now: float) -> LiveStory:
        """Put a story here; the one that is here already wins."""
        story = self._stories.get(head.story)
        if story is None:
            story = self._stories[head.story] = LiveStory(head, limits=self._limits, used_at=now)
        self.name(head.slug, story)
        return story

    def name(self, ref: str, story: LiveStory) -> None:
        """Let the story be found under this name too. Slugs are never given to another story."""
        self._ids[ref] = story.id

    def remove(self, story: LiveStory) -> None:
        """Forget the story and its names."""
        if self._stories.get(story.id) is story:
            del self._stories[story.id]
            self._ids = {ref: named for ref, named in self._ids.items() if named != story.id}

    def sweep(self, *, now: float) -> None:
        """Forget what nobody uses, then the rings least recently used, until all are within their limit.

        Readers who are behind where a ring was forgotten are served from the tables.
        """
        for story in self:
            if story.reader_count:
                story.used_at = now
            elif now - story.used_at > KEPT_SECONDS:
                self.remove(story)
        self._bound_rings()

    def _bound_rings(self) -> None:
        total = sum(story.ring.size_bytes for story in self._stories.values())
        for story in sorted(self._stories.values(), key=lambda story: story.used_at):
            if total <= self._limits.rings_bytes:
                return
            total -= story.ring.size_bytes
            story.ring.restart(story.head.cursor)
