"""The registry of stories in memory: under which names they are found, and for how long they are kept."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.identifiers import StoryId
from app.domain.slugs import canonical_slug
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
        """Return the story of that id, if it is in memory; this does not count as a use."""
        return self._stories.get(story)

    def find(self, ref: str, *, now: float) -> LiveStory | None:
        """Return the story by id or any slug known so far, however it is spelt; this counts as a use."""
        story = self._stories.get(self._ids.get(ref, StoryId(ref)))
        if story is None and (slug := canonical_slug(ref)) in self._ids:
            story = self._stories.get(self._ids[slug])
        if story is not None:
            story.used_at = now
        return story

    def add(self, head: StoryHead, *, now: float) -> LiveStory:
        """Add a story and return it; one of that id that is here already is returned as it is."""
        story = self._stories.get(head.story)
        if story is None:
            story = self._stories[head.story] = LiveStory(head, limits=self._limits, used_at=now)
        self.add_name(head.slug, story)
        return story

    def add_name(self, ref: str, story: LiveStory) -> None:
        """Register the story under one more name, which is folded: of spellings there are too many to keep.

        A slug never comes to mean another story.
        """
        self._ids[ref] = story.id

    def remove(self, story: LiveStory) -> None:
        """Remove the story and its names."""
        if self._stories.get(story.id) is story:
            del self._stories[story.id]
            self._ids = {ref: named for ref, named in self._ids.items() if named != story.id}

    def sweep(self, *, now: float) -> None:
        """Remove unused stories, then empty the least recently used rings until all rings are within their limit.

        A reader who is behind where a ring was emptied is served from the tables.
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
