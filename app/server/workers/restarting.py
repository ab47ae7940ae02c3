"""The rules of replacing processes: how long a failing one is waited with, what hangs, and what leaks descriptors."""

from __future__ import annotations

from dataclasses import dataclass

STOP_SECONDS = 6.0
"""What a process may take to stop beside LIVEBLOG_DRAIN_SECONDS: it ends itself a second before."""

CAUSES = ("died", "hung", "leaked", "rolled")
"""Why a process is replaced. Each is counted from 0 on: who watches a count that begins at 1 does not see it rise."""


@dataclass(frozen=True, slots=True)
class Times:
    """The supervisor's times, in seconds.

    `stop` is what one process may take to end by itself after its signal; one that is ready has told its own time,
    which it has from the settings that it was started with.
    """

    stop: float
    start: float = 120.0
    """A process that is not ready by then is ended: opening a database takes a second, restoring its log some more."""
    beat: float = 1.0
    """Between two heartbeats."""
    stable: float = 60.0
    """A process that was ready for so long did not fail at its start: the next is started at once."""
    unserved: float = 5.0
    """What the kernel gives to a process that has ended waits for its successor so long, then another accepts it. Not
    at once: all who come back at the same time would be at that other one for good."""
    longest_wait: float = 30.0
    """The longest wait before another attempt; a tenth of a core goes into starting one that fails."""


HANG_BEATS = 10
"""Heartbeats in a row without an answer after which a process is ended. They are counted and not timed: while the
supervisor itself is stopped nobody's time runs out. An event loop that is this late serves nobody."""

LATE_BEATS = 5
"""Heartbeats in a row without an answer after which another process accepts for it."""

DESCRIPTOR_BEATS = 5
"""Heartbeats between two looks at a process's descriptors."""
LEAKING_LOOKS = 3
"""Looks in a row that find too many: a connection is counted a moment after it has its descriptor."""
LEAK_LEAST = 384
"""Fewer descriptors than this are no leak: listening sockets, database, logs and files are two hundred at most."""
LEAK_SHARE = 0.25
"""The share of the limit which descriptors that are no connections may have."""


def wait_before_start(failures: int, chance: float, *, longest: float) -> float:
    """Return how long to wait before the next start: nothing after the first failure, then doubling from a second.

    `failures` are those in a row, one or more. `chance`, from 0 to 1, shortens the wait by up to a half, so that
    workers that failed together do not start together.
    """
    if failures <= 1:
        return 0.0
    return float(min(longest, 2.0 ** (failures - 2)) * (1.0 - chance / 2))


def is_leaking(descriptors: int, connections: int, limit: int) -> bool:
    """Return whether more descriptors are open than connections and the process's own work explain."""
    return descriptors - connections > max(LEAK_LEAST, int(limit * LEAK_SHARE))
