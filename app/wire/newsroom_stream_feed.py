"""What the newsroom hands to its stream: who is let in, and what there is to tell whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.identifiers import StoryId
from app.wire.newsroom_stream_messages import Principal


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who opened the stream."""

    who: Principal
    role: str


@dataclass(frozen=True, slots=True)
class WatchedStory:
    """A story that somebody asked to watch and may see."""

    story: StoryId
    slug: str


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """How far the writes were read: the newest number, and those near it that were told already."""

    newest: int
    told: frozenset[int]


@dataclass(frozen=True, slots=True)
class FeedMessage:
    """One message, and the tokens whose holders may see what it is about."""

    story: StoryId
    message: bytes
    audience: frozenset[str]


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """What one read found: news in order, whose right to the stream is over and why, and stories lost from sight."""

    mark: FeedPosition
    news: tuple[FeedMessage, ...]
    ended: Mapping[str, str]
    lost: Mapping[str, frozenset[StoryId]]
