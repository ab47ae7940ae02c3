"""The types that the newsroom passes to its stream: the watchers, and the messages with their audiences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.clock import Micros
from app.domain.identifiers import StoryId
from app.wire.newsroom_stream_messages import Principal


@dataclass(frozen=True, slots=True)
class Watcher:
    """The person or bot that opened the stream, and its role."""

    who: Principal
    role: str


@dataclass(frozen=True, slots=True)
class WatchedStory:
    """A story that a watcher asked for and may see."""

    story: StoryId
    slug: str


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """The position in the audit log: a number after which all is read, and what of it was sent already.

    That is known by number and time: a failover that loses writes gives their numbers to others.
    """

    after: int
    sent: frozenset[tuple[int, Micros]]
    pending: Mapping[StoryId, int] = field(default_factory=dict)
    """How many comments waited in each story that had any waiting."""


@dataclass(frozen=True, slots=True)
class FeedMessage:
    """One message, and the tokens whose holders may see its object."""

    story: StoryId
    message: bytes
    audience: frozenset[str]


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """The result of one read: messages in order, tokens that lost the stream and why, and stories no longer visible."""

    mark: FeedPosition
    news: tuple[FeedMessage, ...]
    ended: Mapping[str, str]
    lost: Mapping[str, frozenset[StoryId]]
