"""The states of a connection before it is a reader's, with the time limit of each. docs/connections.md is the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import ItemsView, Iterator, Mapping
from enum import StrEnum
from typing import Protocol

from app.live.story.limits import LiveLimits

LINGER_SECONDS = 5.0
"""How long a peer that was answered may take to close: one round trip, or the rest of a body on a slow line.
An operator who gives readers less gives these less too."""

ANSWER_GRACE_SECONDS = 2.0
"""The application answers a body that took too long with 408; the connection is cut this long after, if it did not."""


class ConnectionState(StrEnum):
    """The state of one connection: each waits for one thing."""

    __hash__ = str.__hash__
    """Enum's own is ten times as slow, and each request asks twice for a time limit."""

    FIRST_BYTE = "first_byte"
    """Accepted; it has sent nothing."""
    HEAD = "head"
    """A request's head has begun and has no end yet."""
    BODY = "body"
    """The application has the request, and its body has no end yet."""
    ANSWER = "answer"
    """The request is here whole; the application is at work, or waits for a story's next event."""
    UNREAD = "unread"
    """Bytes of a response wait for a client to read them."""
    IDLE = "idle"
    """Answered; the next request has not begun, whatever blank lines came."""
    OPENING = "opening"
    """A reader's handshake that waits for its story to be read."""
    UPGRADED = "upgraded"
    """A WebSocket of the application: the newsroom's stream, or a reader's of `--portable`."""
    LINGERING = "lingering"
    """Answered for the last time: what the peer still sends is dropped until it closes."""


class InAState(Protocol):
    """A connection, or what waits for one."""

    @property
    def state(self) -> ConnectionState:
        """Return the state it is in now."""
        ...


class ConnectionsByState(Mapping[ConnectionState, int]):
    """The number of connections in each state: counted at a look, and not at every request."""

    def __init__(self) -> None:
        self._connections: set[InAState] = set()

    def add(self, connection: InAState) -> None:
        """Count this connection, in whatever state it will be."""
        self._connections.add(connection)

    def discard(self, connection: InAState) -> None:
        """Count it no more."""
        self._connections.discard(connection)

    def __getitem__(self, state: ConnectionState) -> int:
        return self._counted()[state]

    def __iter__(self) -> Iterator[ConnectionState]:
        return iter(ConnectionState)

    def __len__(self) -> int:
        return len(ConnectionState)

    def items(self) -> ItemsView[ConnectionState, int]:
        """Count all at once."""
        counted = self._counted()
        return {state: counted[state] for state in ConnectionState}.items()

    def _counted(self) -> Counter[ConnectionState]:
        return Counter(each.state for each in tuple(self._connections))


def deadlines_of(limits: LiveLimits) -> Mapping[ConnectionState, float]:
    """Return the seconds each state may last. A state without any is bounded by what happens in it."""
    return {
        ConnectionState.FIRST_BYTE: limits.header_seconds,
        ConnectionState.HEAD: limits.header_seconds,
        ConnectionState.BODY: limits.body_seconds + ANSWER_GRACE_SECONDS,
        ConnectionState.UNREAD: limits.stall_seconds,
        ConnectionState.IDLE: limits.idle_seconds,
        ConnectionState.OPENING: limits.header_seconds,
        ConnectionState.LINGERING: min(LINGER_SECONDS, limits.stall_seconds),
    }
