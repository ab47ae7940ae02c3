"""What a session wants done, and what it is told: plain data between the pure part and its shells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.cursor import Cursor
from app.live.story.live_story import LiveStory
from app.live.story.packets import Message, Packet
from app.live.story.story_log import UnusableReason
from app.wire.announcement import StoryHead
from app.wire.close_codes import CloseCode
from app.wire.encoding import BodyVariant
from app.wire.messages import SnapshotReason

if TYPE_CHECKING:
    from app.live.session.subscription import PendingSubscription, Subscription


@dataclass(frozen=True, slots=True)
class OpenStory:
    """Find a story by id or slug. Answered by Opened, Missing, Withdrawn or Failed."""

    ref: str


@dataclass(frozen=True, slots=True)
class ReadChanges:
    """Read what came after a cursor (None: everything). Answered by CatchUp, Unusable, Missing, Withdrawn or Failed."""

    story: LiveStory
    after: Cursor | None
    generation: int


@dataclass(frozen=True, slots=True)
class ReadSnapshot:
    """Read the story's present state. Answered by SnapshotTaken, Missing, Withdrawn or Failed."""

    story: LiveStory
    reason: SnapshotReason
    variant: BodyVariant
    generation: int


Read = ReadChanges | ReadSnapshot
Ask = OpenStory | Read


@dataclass(frozen=True, slots=True)
class Opened:
    """The story is in memory."""

    story: LiveStory


@dataclass(frozen=True, slots=True)
class ChangesRead:
    """One page of changes: the reader stands at `cursor` after `packets`; `more` were left over."""

    packets: tuple[Packet, ...]
    cursor: Cursor
    head: StoryHead
    more: bool


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """The state at `head`, as one message."""

    head: StoryHead
    message: Message


@dataclass(frozen=True, slots=True)
class Unusable:
    """The cursor cannot be continued from."""

    reason: UnusableReason


@dataclass(frozen=True, slots=True)
class Missing:
    """No such public story."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The story was public and has been withdrawn."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The tables could not be read now."""


ReadAnswer = ChangesRead | SnapshotTaken | Unusable | Missing | Withdrawn | Failed
Answer = Opened | ReadAnswer


@dataclass(frozen=True, slots=True)
class Close:
    """End the connection, once everything before it is written."""

    code: CloseCode
    reason: str


@dataclass(slots=True)
class Step:
    """Everything a session wants now: write these in order, ask these, then end if `close` is set."""

    writes: list[Message] = field(default_factory=list)
    asks: list[tuple[Subscription | PendingSubscription, Ask]] = field(default_factory=list)
    close: Close | None = None
