"""Who is at work on what, story by story, as those who do it say. It locks nothing, and a word holds for a minute."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Generic, TypeVar

from app.domain.identifiers import StoryId
from app.wire.newsroom_stream_messages import Presence

PRESENCE_SECONDS = 60.0
"""How long a word about what somebody does holds without being said again."""

Member = TypeVar("Member")


class PresenceBoard(Generic[Member]):
    """What everybody who is connected to this process is doing."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._said: dict[StoryId, dict[Member, tuple[Presence, float]]] = {}

    @property
    def stories(self) -> Collection[StoryId]:
        """Where somebody is at work."""
        return tuple(self._said)

    def of(self, story: StoryId, member: Member) -> Presence | None:
        """What `member` is doing there."""
        said = self._said.get(story, {}).get(member)
        return None if said is None else said[0]

    def others(self, story: StoryId, member: Member) -> list[Presence]:
        """What everybody else is doing there."""
        return [presence for other, (presence, _) in self._said.get(story, {}).items() if other is not member]

    def put(self, story: StoryId, member: Member, presence: Presence | None) -> bool:
        """Take a word, None for nothing any more; whether it is another than before."""
        before = self.of(story, member)
        here = self._said.setdefault(story, {})
        here.pop(member, None)
        if presence is not None:
            here[member] = (presence, self._monotonic())
        elif not here:
            del self._said[story]
        return presence != before

    def silent(self) -> list[tuple[StoryId, Member]]:
        """Whose word does not hold any more."""
        too_long_ago = self._monotonic() - PRESENCE_SECONDS
        return [
            (story, member)
            for story, here in self._said.items()
            for member, (_, said_at) in here.items()
            if said_at < too_long_ago
        ]
