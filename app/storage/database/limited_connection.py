"""PostgreSQL connections that give up on a silent server, and the options with which they are opened.

The kernel notices a host that is gone: keep-alives while we wait for an answer, `tcp_user_timeout` while it waits for
the receipt of what we sent. Neither notices a server that is frozen, or a proxy that takes everything and passes
nothing on, so each wait for an answer has a limit here as well.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, cast

CONNECT_SECONDS = 4
"""Time to connect to each address of a host."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The longest waits: of a connection for its server, and those that the server allows our sessions."""

    ping_seconds: float = 3.0
    """Time for the first answer on a connection that was idle, and for what a new connection is asked first."""
    silence_seconds: float = 10.0
    """Time in which something must come of an answer. Longer than the statement's: a server that works says so."""
    transaction_seconds: float = 20.0
    """Time for a whole transaction, its COMMIT included: its caller has given up by then."""
    statement_milliseconds: int = 8_000
    """No statement of ours takes longer; one that does is stuck, and must not keep a story locked for ever."""
    lock_milliseconds: int = 3_000
    """A writer whose story is locked for so long is told to come again."""
    idle_milliseconds: int = 5_000
    """A transaction of a process that does nothing (frozen, gone) is ended by the server, and its locks with it."""


SOCKET_OPTIONS: Mapping[str, str] = {
    "connect_timeout": str(CONNECT_SECONDS),
    "keepalives": "1",
    "keepalives_idle": "4",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}


def socket_options(url_query: Mapping[str, Any]) -> dict[str, str]:
    """Return the options of the socket for `connect_args`, but for those that the operator's URL names."""
    return {name: value for name, value in SOCKET_OPTIONS.items() if name not in url_query}


_READ, _WRITE = 1, 2
_EVENTS = {_READ: select.POLLIN, _WRITE: select.POLLOUT, _READ | _WRITE: select.POLLIN | select.POLLOUT}
"""What psycopg's generators wait for and are answered with (`psycopg.waiting`), in the system's terms."""


class _Limited:
    """A psycopg connection whose waits end: `wait` is where all of its answers are waited for, once it is open."""

    silence_seconds: float
    deadline: float | None = None
    """When the transaction must be over, in monotonic seconds; None outside of one."""

    def wait(self, answer: Generator[Any, Any, Any], *_arguments: Any, **_options: Any) -> Any:
        """Wait as psycopg does, within the limits. Raises its OperationalError and closes the connection past them.

        Its own wait has a limit in its newest versions only, and in others it cannot be left from within.
        """
        socket = cast("Any", self).pgconn.socket
        poll, registered = select.poll(), 0
        try:
            if self.deadline is not None and time.monotonic() > self.deadline:
                self._give_up(answer, "the transaction took too long")  # before it sends another statement, or COMMIT
            wanted = next(answer)
            while True:
                if wanted != registered:
                    poll.register(socket, _EVENTS[wanted])
                    registered = wanted
                wanted = answer.send(self._poll(poll, answer))
        except StopIteration as end:
            return end.value

    def _poll(self, poll: select.poll, answer: Generator[Any, Any, Any]) -> int:
        """Return what the socket is ready for, in psycopg's numbers; give up on one that is ready for nothing."""
        seconds, cause = self.silence_seconds, f"the server has not answered for {self.silence_seconds:g} seconds"
        if self.deadline is not None and self.deadline - time.monotonic() < seconds:
            seconds, cause = max(0.0, self.deadline - time.monotonic()), "the transaction took too long"
        events = poll.poll(seconds * 1000)
        if not events:
            self._give_up(answer, cause)
        _, event = events[0]
        return (_READ if event & ~select.POLLOUT else 0) | (_WRITE if event & select.POLLOUT else 0)

    def _give_up(self, answer: Generator[Any, Any, Any], cause: str) -> None:
        connection = cast("Any", self)
        answer.close()
        connection.close()
        raise connection.OperationalError(cause)


def make_connect(connection_class: Any, limits: ConnectionLimits) -> Callable[..., Any]:
    """Make the function that opens limited connections of psycopg's class: this module must be readable without it."""
    limited = type("LimitedConnection", (_Limited, connection_class), {"silence_seconds": limits.ping_seconds})
    return cast("Callable[..., Any]", cast("Any", limited).connect)


def begin_limits(connection: Any, limits: ConnectionLimits) -> None:
    """Give a connection the limits of a transaction that begins now."""
    connection.silence_seconds = limits.silence_seconds
    connection.deadline = time.monotonic() + limits.transaction_seconds


def end_limits(connection: Any, limits: ConnectionLimits) -> None:
    """Give a connection that goes back to its pool the limits of one that is idle."""
    connection.silence_seconds = limits.ping_seconds
    connection.deadline = None
