"""The goodbyes with which the server closes or refuses connections: it stops, or is overloaded."""

from __future__ import annotations

from dataclasses import dataclass

from app.live.session.effects import Close
from app.live.story.packets import Message
from app.wire.close_codes import DRAIN
from app.wire.close_codes import OVERLOADED as OVERLOADED_CODE
from app.wire.messages import encode_goodbye

DRAIN_WINDOW_LIMITS_MS = (1_000, 45_000)
"""A thousand readers a second is what any server can take back; no reader is asked to wait longer than a minute."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """A goodbye and the close behind it; one object serves all connections.

    `code` and `detail` are the problem with which a handshake is refused meanwhile; readers come back after a time
    drawn from `window_ms`.
    """

    goodbye: Message
    close: Close
    code: str
    detail: str
    window_ms: tuple[int, int]

    @property
    def retry_after_seconds(self) -> int:
        """Return when the window begins, as `Retry-After` has it."""
        return self.window_ms[0] // 1000


def drain_window_ms(readers: int, *, spread_seconds: float) -> int:
    """Return how long the readers of a process that stops have for coming back, from when each is sent away."""
    shortest, longest = DRAIN_WINDOW_LIMITS_MS
    return shortest if spread_seconds else min(longest, max(shortest, readers))


def draining(window_ms: tuple[int, int]) -> Goodbye:
    """Make the goodbye of a server that stops."""
    goodbye = encode_goodbye(reason="drain", reconnect_after_ms=window_ms)
    return Goodbye(
        Message(goodbye, type="goodbye"),
        Close(DRAIN, "drain"),
        code="unavailable",
        detail="The server is being replaced; connect again in a moment.",
        window_ms=window_ms,
    )


def overloaded(window_ms: tuple[int, int], *, poll_seconds: int) -> Goodbye:
    """Make the goodbye of a server that is late with everything: some readers had better poll for a while."""
    goodbye = encode_goodbye(reason="overload", reconnect_after_ms=window_ms, poll_seconds=poll_seconds)
    return Goodbye(
        Message(goodbye, type="goodbye"),
        Close(OVERLOADED_CODE, "overload"),
        code="overloaded",
        detail="The server has more readers than it can serve now; poll for changes, and connect again later.",
        window_ms=window_ms,
    )


STOPPING = draining((5_000, 10_000))
"""For connections that come while the server stops."""

OVERLOADED = overloaded((15_000, 45_000), poll_seconds=10)
"""A poll of ten seconds is answered from memory or a cache; the window is longer than a short overload lasts."""
