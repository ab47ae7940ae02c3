"""The reads and writes a session asks of its shell, and the answers it receives, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.cursor import Cursor
from app.live.story.live_story import LiveStory
from app.live.story.packets import Message, Packet
from app.live.story.story_log import UnusableReason
from app.wire.announcement import StoryHead
from app.wire.close_codes import CloseCode
from app.wire.encoding import BodyVariant
from app.wire.messages import SnapshotReason


@dataclass(frozen=True, slots=True)
class OpenStory:
    """A request to find a story by id or slug. Answered by Opened, StoryMissing, StoryWithdrawn or Failed."""

    ref: str


@dataclass(frozen=True, slots=True)
class ReadChanges:
    """A request for the changes after a cursor (None: all). Answered by ChangesRead, Unusable, or as ReadSnapshot.

    `in_parts`: everything is to be sent however much it is, so that a small page is enough. Otherwise the page says
    whether the reader is too far behind.
    """

    story: LiveStory
    after: Cursor | None
    generation: int
    in_parts: bool = False


@dataclass(frozen=True, slots=True)
class ReadSnapshot:
    """A request for the story's state. Answered by SnapshotRead, StoryMissing, StoryWithdrawn or Failed."""

    story: LiveStory
    reason: SnapshotReason
    variant: BodyVariant
    generation: int


Read = ReadChanges | ReadSnapshot
Ask = OpenStory | Read


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer that the story is in memory."""

    story: LiveStory


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ChangesRead:
    """One page of changes: the reader is at `cursor` after `packets`; `more`: events were left over."""

    packets: tuple[Packet, ...]
    cursor: Cursor
    head: StoryHead
    more: bool


@dataclass(frozen=True, slots=True)
class SnapshotRead:
    """The state at `head`, as one message."""

    head: StoryHead
    message: Message


@dataclass(frozen=True, slots=True)
class Unusable:
    """The answer that the cursor cannot be continued from."""

    reason: UnusableReason


@dataclass(frozen=True, slots=True)
class StoryMissing:
    """The answer that there is no such public story."""


@dataclass(frozen=True, slots=True)
class StoryWithdrawn:
    """The answer that the story was public and has been withdrawn."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer that the tables could not be read now."""


ReadAnswer = ChangesRead | SnapshotRead | Unusable | StoryMissing | StoryWithdrawn | Failed
Answer = Opened | ReadAnswer


@dataclass(frozen=True, slots=True)
class Close:
    """The close of the connection, once everything before it is written."""

    code: CloseCode
    reason: str
