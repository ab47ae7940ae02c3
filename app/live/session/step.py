"""The next step of a session's shell, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.live.session.effects import Ask, Close
from app.live.session.subscription import PendingSubscription, Subscription
from app.live.story.packets import Message


@dataclass(slots=True)
class Step:
    """The shell's next step: write these in order, ask these, then close if `close` is set.

    `is_piece`: more is likely to follow, and is to wait until the peer has taken this.
    """

    writes: list[Message] = field(default_factory=list)
    asks: list[tuple[Subscription | PendingSubscription, Ask]] = field(default_factory=list)
    close: Close | None = None
    is_piece: bool = False
