"""The state of the running application that its routes use, put together by main and typed here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Protocol

import structlog
from fastapi import Depends, Request

from app.api.http.comments.services import CommentServices
from app.api.http.machine.siblings import NoSiblings, Siblings
from app.api.http.metrics.request_metrics import RequestMetrics
from app.api.http.readiness import Readiness
from app.domain.errors import Unavailable
from app.live.hub.cluster import Cluster
from app.live.hub.hub import Hub
from app.media.decoder import Decoder
from app.media.files import MediaFiles
from app.media.incoming import IncomingFolder
from app.metrics.disk_room import DiskRoom
from app.metrics.histogram import Histogram
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.due.backoff import Backoff
from app.reading.reading import Reading
from app.reading.representations import Representation
from app.storage.database.database_clock import DatabaseClock
from app.storage.database.threads import Threads

DELETED_AT_ONCE = 16
"""Uploads whose files are deleted side by side: a bucket takes a tenth of a second for each."""

_log = structlog.get_logger(__name__)


class JobFigures(Protocol):
    """One background job's figures: attempts that failed, attempts not waited for, and how old its last success is."""

    name: str
    failures: int
    abandoned: int

    @property
    def age_seconds(self) -> float: ...


class WriterFigures(Protocol):
    """The figures of a process that reads about the one that it forwards to: whether it answers, and how often not."""

    forwarded: int
    failures: int

    @property
    def is_up(self) -> bool: ...


@dataclass(slots=True)
class MediaServices:
    """The services of uploads: the decoder, the store of their files, and the folder of those that come in.

    `quota_bytes` is for all files together, 0 for none. `shared_cache_seconds` is how long caches between us and
    readers may keep a file without asking. `accel_redirect` is the location from which nginx sends the files of the
    folder in our place, "" where we send them. `uploads` counts those that were kept.
    """

    decoder: Decoder
    files: MediaFiles
    incoming: IncomingFolder
    quota_bytes: int = 0
    shared_cache_seconds: int = 2
    accel_redirect: str = ""
    uploads: int = 0
    receiving: int = 0
    """Uploads whose bodies are coming in now; RECEIVING_LIMIT at most."""

    async def delete_files(self, names: Sequence[str]) -> None:
        """Delete the files of uploads whose rows are gone; the job finds those that the store keeps from us now."""
        left = 0
        for start in range(0, len(names), DELETED_AT_ONCE):
            deleting = (self.files.delete(name) for name in names[start : start + DELETED_AT_ONCE])
            outcomes = await asyncio.gather(*deleting, return_exceptions=True)
            for failed in [each for each in outcomes if isinstance(each, BaseException)]:
                if not isinstance(failed, Unavailable):
                    raise failed
                left += 1
        if left:
            _log.warning("media_files_left", uploads=left, until="the job finds that they have no row")


class BrokerFigures(Protocol):
    """The state of this process's broker, and what it has counted since the start."""

    @property
    def is_connected(self) -> bool:
        """Return whether this process hears of other processes' commits; True where there is none to hear of."""
        ...

    @property
    def announcements_lost(self) -> int:
        """Count the announcements that it could not hand on."""
        ...

    @property
    def refused(self) -> int:
        """Count the messages of other processes that were not what they said."""
        ...

    @property
    def late(self) -> int:
        """Count the writes that were answered before a process of this machine had applied them."""
        ...


@dataclass(frozen=True, slots=True)
class AppState:
    """The services and counters of one running process: `app.state.app_state` of the FastAPI application."""

    reading: Reading
    newsroom: Newsroom
    hub: Hub
    cluster: Cluster | None
    """The readers of all processes that tell each other over a broker; None where there is none that carries notes."""
    write_threads: Threads
    read_threads: Threads
    """For the newsroom's reads, so that none of them keeps a write waiting."""
    parse_threads: Threads
    """For large bodies alone, which come from whoever sends them: they keep no writer waiting."""
    comments: CommentServices
    """For what readers send, which has a writer of its own."""
    request_metrics: RequestMetrics
    backoff: Backoff
    due_lateness: Histogram
    """How long after its time what is scheduled was done."""
    disk_room: DiskRoom
    media: MediaServices
    readiness: Readiness
    job_figures: Callable[[], Sequence[JobFigures]]
    broker_figures: Callable[[], BrokerFigures]
    theme_failures: Callable[[], int]
    """How many pages a theme's templates could not draw."""
    structured_data: Callable[[str], Awaitable[Representation]]
    """Makes a story's structured data, from which its pages have theirs."""
    database_clock: DatabaseClock | None
    """The clock of a database that processes share; None for one that is this process's alone."""
    writer: WriterFigures | None = None
    """The process that this one forwards to; None for one that writes itself."""
    siblings: Siblings = field(default_factory=NoSiblings)
    """The processes that serve the same port of this machine."""
    node: str = "this node"
    """The name of this process among others: its machine and its port."""
    metrics_token_sha256: str | None = None
    """The digest of the token that opens `/metrics` and nothing else; None where there is none."""


async def _reading(request: Request) -> Reading:
    app_state: AppState = request.app.state.app_state
    return app_state.reading


async def _hub(request: Request) -> Hub:
    app_state: AppState = request.app.state.app_state
    return app_state.hub


PublicReading = Annotated[Reading, Depends(_reading)]
LiveHub = Annotated[Hub, Depends(_hub)]
