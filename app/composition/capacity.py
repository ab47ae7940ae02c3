"""The capacity of one process: its threads, connections and pauses, computed in one place and passed down."""

from __future__ import annotations

import resource
from dataclasses import dataclass

from app.composition.roles import ALONE, Worker
from app.jobs.due_work import LOOK_SECONDS, LOOK_SHARED_SECONDS
from app.settings import Settings
from app.storage.database.snapshots import LIVE_READ_THREADS, REQUEST_READ_THREADS

WRITE_THREADS = 2
"""SQLite commits one at a time: one thread waits for the disk while the other prepares. More only take the interpreter
from the loop: with eight, readers' handshakes took half as long again while eight writers posted."""

WRITE_THREADS_SHARED = 8
"""PostgreSQL has a connection for each, and writers of different stories do not wait for each other."""

NEWSROOM_READ_THREADS = 4
"""For the newsroom's own reads; public reads have threads of their own."""

STREAM_THREADS = 2
"""For the newsroom's stream: one read of its news, and one caller who is being admitted."""

POOL_CONNECTIONS_SHARED = 12
"""PostgreSQL's pool, which opens four more in a rush. A thread beyond those waits for one that comes back."""

POOL_CONNECTIONS_OF_A_WORKER = 8
"""The pool of each of several workers, which share the writes: docs/workers.md has the sum."""

RECONCILE_SECONDS = 1.0
RECONCILE_SHARED_SECONDS = 0.25
"""The greatest delay of other processes' events where no announcement brings them to this one."""

KEPT_DESCRIPTORS = 192
"""Left for the listening sockets, the database, logs, health checks and the machine's administrators."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """The counts of one process. `reader_connections` 0: the system sets no limit, and neither does the operator."""

    write_threads: int
    newsroom_read_threads: int
    stream_threads: int
    database_connections: int
    reader_connections: int
    reconcile_seconds: float
    due_look_seconds: float


def capacity_of(settings: Settings, worker: Worker = ALONE) -> Capacity:
    """Compute the counts of a process with these settings: other processes share PostgreSQL, and none SQLite."""
    shared = is_shared(settings)
    reading_threads = REQUEST_READ_THREADS + LIVE_READ_THREADS + NEWSROOM_READ_THREADS + STREAM_THREADS
    return Capacity(
        write_threads=WRITE_THREADS_SHARED if shared else WRITE_THREADS,
        newsroom_read_threads=NEWSROOM_READ_THREADS,
        stream_threads=STREAM_THREADS,
        # SQLite: a connection for each thread that reads, so that none waits for one; the writer's is one more.
        database_connections=_pool_connections(worker) if shared else reading_threads,
        reader_connections=worker.share(settings.max_connections) or connections_possible(),
        reconcile_seconds=RECONCILE_SHARED_SECONDS if shared or not worker.duties.writes else RECONCILE_SECONDS,
        due_look_seconds=LOOK_SHARED_SECONDS if shared else LOOK_SECONDS,
    )


def _pool_connections(worker: Worker) -> int:
    return POOL_CONNECTIONS_SHARED if worker.count == 1 else POOL_CONNECTIONS_OF_A_WORKER


def is_shared(settings: Settings) -> bool:
    """Return whether other processes may write to the same database."""
    return not settings.database_url.startswith("sqlite")


def connections_possible() -> int:
    """Return how many connections the system has descriptors for; 0 when it sets no limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 0 if hard == resource.RLIM_INFINITY else max(1, hard - KEPT_DESCRIPTORS)
