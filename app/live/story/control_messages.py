"""The messages around a story's events: made once for each head, and shared by all subscribers."""

from __future__ import annotations

from collections.abc import Callable

from app.live.story.packets import FINAL_SSE_ID, Message
from app.wire.announcement import StoryHead
from app.wire.messages import Resume, encode_caught_up, encode_goodbye, encode_subscribed

ENDED_POLL_SECONDS = 30
"""How often readers of an ended story may look for a correction: seldom, and as long as caches keep such a story."""


class ControlMessages:
    """The control messages of one story."""

    __slots__ = ("_kept", "_kept_for")

    def __init__(self) -> None:
        self._kept_for: StoryHead | None = None
        self._kept: dict[str, Message] = {}

    def subscribed(self, head: StoryHead, *, resume: Resume) -> Message:
        """Return the first message to a new subscriber."""
        return self._once(head, resume, lambda: Message(encode_subscribed(head, resume=resume), type="subscribed"))

    def caught_up(self, head: StoryHead) -> Message:
        """Return the message to a subscriber that holds the state at `head`."""

        def make() -> Message:
            return Message(encode_caught_up(head), type="caught_up", sse_id=str(head.cursor))

        return self._once(head, "caught_up", make)

    def ended(self, head: StoryHead, *, is_final: bool) -> Message:
        """Return the goodbye of a story that has ended; `is_final`: the connection ends with it."""

        def make() -> Message:
            goodbye = encode_goodbye(reason="ended", story=head.story, poll_seconds=ENDED_POLL_SECONDS)
            return Message(goodbye, type="goodbye", sse_id=FINAL_SSE_ID if is_final else None)

        return self._once(head, "ended finally" if is_final else "ended", make)

    def _once(self, head: StoryHead, name: str, make: Callable[[], Message]) -> Message:
        if self._kept_for is not head:
            self._kept_for, self._kept = head, {}
        message = self._kept.get(name)
        if message is None:
            message = self._kept[name] = make()
        return message
