"""What one reader may ask of this process, and what it keeps in memory for all: the operator's limits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """Each has a setting of its own; docs/settings.md says what it is good for, and what happens without it."""

    stories: int = 32
    """Stories one connection may follow: each is a place in memory, and a read when it is joined."""

    message_bytes: int = 4096
    """The largest message a reader may send, inflated: a subscription is under 200 bytes."""

    messages_per_second: float = 10.0
    """How often a reader may speak: enough for 32 subscriptions in a few seconds."""

    header_seconds: float = 10.0
    """Time for a connection's first byte, and from there for a request's head: who sends a byte a second would
    otherwise hold a connection for ever."""

    stall_seconds: float = 30.0
    """A peer that has taken no byte of what waits for it for this long is cut; it resumes when it can."""

    ring_events: int = 256
    ring_bytes: int = 512 * 1024
    """A story's newest events in memory: readers who lack no more than these cost no read."""

    rings_bytes: int = 64 * 1024 * 1024
    """Those of all stories together; the least recently used are forgotten first."""

    overload_lag_seconds: float = 2.0
    """How late the process may be before it sends readers away; 0: it never does."""


NORMAL_LIMITS = LiveLimits()
