"""Presence on the newsroom's stream: who works on what, story by story. It locks nothing, and expires in a minute."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Generic, TypeVar

from app.domain.identifiers import StoryId
from app.wire.newsroom_stream_messages import Presence

PRESENCE_SECONDS = 60.0
"""How long a presence lasts without being sent again."""

Member = TypeVar("Member")


class PresenceBoard(Generic[Member]):
    """The presence of all members connected to this process."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._by_story: dict[StoryId, dict[Member, tuple[Presence, float]]] = {}

    @property
    def stories(self) -> Collection[StoryId]:
        """Return the stories with any presence."""
        return tuple(self._by_story)

    def of(self, story: StoryId, member: Member) -> Presence | None:
        """Return the member's presence in the story."""
        entry = self._by_story.get(story, {}).get(member)
        return None if entry is None else entry[0]

    def all_in(self, story: StoryId) -> list[tuple[Member, Presence]]:
        """Return all members in the story, with their presence."""
        return [(member, presence) for member, (presence, _) in self._by_story.get(story, {}).items()]

    def others(self, story: StoryId, member: Member) -> list[Presence]:
        """Return the presence of all other members in the story."""
        return [presence for other, (presence, _) in self._by_story.get(story, {}).items() if other is not member]

    def put(self, story: StoryId, member: Member, presence: Presence | None) -> bool:
        """Set the member's presence, None for none any more; return whether it changed."""
        before = self.of(story, member)
        here = self._by_story.setdefault(story, {})
        here.pop(member, None)
        if presence is not None:
            here[member] = (presence, self._monotonic())
        elif not here:
            del self._by_story[story]
        return presence != before

    def expired(self) -> list[tuple[StoryId, Member]]:
        """Return the stories and members whose presence has expired."""
        oldest = self._monotonic() - PRESENCE_SECONDS
        return [
            (story, member)
            for story, here in self._by_story.items()
            for member, (_, set_at) in here.items()
            if set_at < oldest
        ]
