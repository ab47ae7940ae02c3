"""Why the server ends connections that could go on, and what each of their readers is told."""

from __future__ import annotations

from dataclasses import dataclass

from app.live.effects import Close
from app.live.packets import Message
from app.wire.close_codes import DRAIN
from app.wire.messages import encode_goodbye


@dataclass(frozen=True, slots=True)
class Farewell:
    """A goodbye and the close behind it; one serves everybody it is said to."""

    goodbye: Message
    close: Close


def draining(reconnect_after_ms: tuple[int, int]) -> Farewell:
    """The server stops."""
    goodbye = encode_goodbye(reason="drain", reconnect_after_ms=reconnect_after_ms)
    return Farewell(Message(goodbye, type="goodbye"), Close(DRAIN, "drain"))
