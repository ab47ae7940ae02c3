"""The operator's limits on one reader's demands, and on the memory kept for all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """Limits with a setting each; docs/settings.md has its purpose, and what happens without it."""

    stories: int = 32
    """Stories one connection may follow: each is a subscription in memory, and a read when it begins."""

    message_bytes: int = 4096
    """The largest message a reader may send, inflated: a subscription is under 200 bytes."""

    messages_per_second: float = 10.0
    """Messages a reader may send: enough for 32 subscriptions in a few seconds."""

    header_seconds: float = 10.0
    """Time for a connection's first byte, and from there for a request's head: else a client that sends a byte a second
    would keep a connection for ever."""

    body_seconds: float = 30.0
    """Time for a request's body. A reporter's phone sends 100 KB in less; one who never ends holds nothing for long."""

    idle_seconds: float = 75.0
    """Time until the next request on a kept connection: longer than the 60 s after which common proxies drop one, so
    that they, not we, end it first."""

    stall_seconds: float = 30.0
    """A peer that has read no byte of its full buffer for this long is cut; it resumes when it can."""

    ended_socket_seconds: float = 300.0
    """How long a socket whose only story has ended stays open after its goodbye. Common clients reconnect whatever the
    close code, every few seconds; this is how seldom they do."""

    ring_events: int = 256
    ring_bytes: int = 512 * 1024
    """A story's newest events in memory: readers who lack no more than these cost no read."""

    rings_bytes: int = 64 * 1024 * 1024
    """The rings of all stories together; the least recently used are emptied first."""

    overload_lag_seconds: float = 2.0
    """How late the process may be before it sends readers away, in seconds; 0: it never does."""


NORMAL_LIMITS = LiveLimits()
