"""The roles of processes on one machine: what each does, and its place among its siblings.

What a role goes without is decided here, once; whoever makes a part asks `worker.duties`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """The role of one process, in the word that starts it."""

    ALL = "all"
    WRITER = "writer"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Duties:
    """The duties of a role. `serves_public`: it has a listening socket, for readers and all others.

    `writes`: it opens the database for writing, and answers writes, the newsroom and its stream itself; who does not
    forwards them to the writer. `runs_due_work`: it publishes what is due and runs the jobs that change the database.
    """

    serves_public: bool
    writes: bool
    runs_due_work: bool


_DUTIES = {
    Role.ALL: Duties(serves_public=True, writes=True, runs_due_work=True),
    Role.WRITER: Duties(serves_public=False, writes=True, runs_due_work=True),
    Role.READER: Duties(serves_public=True, writes=False, runs_due_work=False),
}


@dataclass(frozen=True, slots=True)
class Worker:
    """One process among those of its machine that serve one port.

    `count` are the workers that have a listening socket, numbered from 1; a writer beside them is 0. `folder` is the
    one of the processes' Unix sockets, which this account alone may open; None for a process that is alone.
    """

    role: Role = Role.ALL
    number: int = 1
    count: int = 1
    folder: Path | None = None
    has_writer: bool = False
    """Whether one of the processes is a writer."""

    @property
    def duties(self) -> Duties:
        """Return what this process does."""
        return _DUTIES[self.role]

    @property
    def is_alone(self) -> bool:
        """Return whether no supervisor started this process, so that it has no siblings."""
        return self.folder is None

    @property
    def name(self) -> str:
        """Return the name of this process in logs, metrics and readiness."""
        return process_name(self.number)

    @property
    def siblings(self) -> list[str]:
        """Return the names of all other processes."""
        first = 0 if self.has_writer else 1
        every = [] if self.is_alone else [process_name(number) for number in range(first, self.count + 1)]
        return [name for name in every if name != self.name]

    def sibling_socket(self, name: str) -> Path:
        """Return the socket on which the process of that name tells its siblings its counts."""
        return self._folder / f"{name}.sock"

    @property
    def forwarding_socket(self) -> Path:
        """Return the socket on which the writer answers what others forward to it."""
        return self._folder / "forwarded.sock"

    @property
    def announcing_socket(self) -> Path:
        """Return the socket on which the writer tells the others of its commits."""
        return self._folder / "commits.sock"

    @property
    def _folder(self) -> Path:
        if self.folder is None:
            raise RuntimeError("a process that is alone has no sockets")
        return self.folder

    def share(self, limit: int) -> int:
        """Return this process's share of a limit of the machine: connections are spread evenly. 0 stays 0: no limit."""
        return math.ceil(limit / self.count)

    def share_of_few(self, limit: int) -> int:
        """Return the share of a limit on few, such as those of one address, which chance spreads unevenly.

        Three standard deviations above the mean: who keeps to the limit is all but never refused by one process.
        """
        mean = limit / self.count
        return min(limit, math.ceil(mean + 3 * math.sqrt(mean)))


ALONE = Worker()
"""The only process of its machine, as `liveblog serve` without workers is."""


def process_name(number: int) -> str:
    """Return the name of a process: `writer` for 0."""
    return f"worker-{number}" if number else "writer"
