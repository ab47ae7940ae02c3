"""The composition root: the only file that knows every room, puts them together, and takes them apart again."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from random import Random
from typing import Any, TextIO

from pydantic_core import from_json
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.application import build_application
from app.api.http.readiness import Readiness
from app.api.http.request_metrics import RequestMetrics
from app.api.http.state import AppState
from app.api.http.threads import Threads
from app.api.layers.access_log import AccessLog
from app.api.layers.cors import ANYONE, CrossOrigin
from app.api.layers.default_headers import DefaultHeaders
from app.api.layers.hot_create import HotCreate
from app.api.layers.hot_reads import HotReads
from app.api.layers.live_dispatch import LiveDispatch
from app.api.layers.middleware import Middleware
from app.api.layers.request_ids import RequestIds, is_readable_path, sent_request_id
from app.domain.clock import Clock, system_clock
from app.domain.errors import Redirected, Unavailable
from app.domain.identifiers import RandomSource, SystemRandomSource
from app.jobs.checkpointing import checkpoint_job
from app.jobs.demo import demo_job, local_api
from app.jobs.demo_story import DEMO_STORY, load_demo_story
from app.jobs.due_work import LOOK_SECONDS, LOOK_SHARED_SECONDS, DueWork
from app.jobs.job import Job, run_in_thread, run_jobs
from app.jobs.retention import retention_job
from app.jobs.token_usage import token_usage_job
from app.live.hub.admission_limits import AdmissionLimits, ConnectionLimiter, connections_possible
from app.live.hub.hub import Hub
from app.live.native.handshake import AcceptContext
from app.live.story.limits import LiveLimits
from app.newsroom.context.newsroom import Newsroom, SessionLimits
from app.newsroom.due.backoff import Backoff
from app.newsroom.due.due_work import run_due_work
from app.newsroom.queries import stream_feed as watching
from app.newsroom_stream.stream import NewsroomFeed, NewsroomStream
from app.newsroom_stream.websocket_route import NewsroomStreamRoute
from app.reading.reading import Reading
from app.reading.representations import Representations
from app.reading.site import represent_site
from app.reading.snapshots import Snapshots
from app.reading.story_lists import StoryLists
from app.reading.story_log import PublicStoryLog
from app.reading.views import View, read_state_at
from app.settings import Settings, load_or_make_admin_token
from app.storage.database.opening import open_database
from app.storage.database.transactions import Database, ReadTransaction
from app.storage.upkeep.migrations import require_current_schema
from app.web.reader_pages import StoryPage
from app.web.routes import web_routes
from app.wire.encoding import BodyVariant
from app.wire.links import Links, Site

new_request_id = RequestIds()

WRITES_AT_ONCE = 2
"""SQLite commits one at a time: one thread waits for the disk while the other prepares. More only take the interpreter
from the loop: with eight, readers' handshakes took half as long again while eight writers posted."""

WRITES_AT_ONCE_SHARED = 8
"""PostgreSQL has a connection for each, and writers of different stories do not wait for each other."""

READS_AT_ONCE = 4
"""The newsroom's own; what readers need read from the tables has threads of its own."""

GOODBYE_SECONDS = 0.8
"""How long readers may take to answer our goodbye before they are cut; the whole stop has five seconds."""

CALLS_END_SECONDS = 1.0
"""How long the end of a process waits for the calls under way; what is stuck longer than that is stuck for good."""

RECONCILE_SECONDS = 1.0
RECONCILE_SHARED_SECONDS = 0.25
"""On PostgreSQL other processes write too, and nobody tells this one: how late their events may be, at most."""


class Application:
    """One process's server as an ASGI application. Its lifespan opens everything; `drain` begins its end."""

    def __init__(self, settings: Settings, *, clock: Clock, random: RandomSource, access_stream: TextIO) -> None:
        self._settings = settings
        self._clock = clock
        self._random = random
        self._links = _links_of(settings)
        self._app_state: AppState | None = None
        self._edge: ASGIApp | None = None
        self.newsroom_stream: NewsroomStream | None = None
        self._metrics = RequestMetrics()
        self.accept_context = _accept_context_of(settings)
        self._access_log = _access_log_of(settings, clock, access_stream)
        pages = web_routes(site=self._links.site, read_story=self._read_story, list_stories=self._list_stories)
        self.routes = build_application(pages)

    @property
    def _is_shared(self) -> bool:
        """Whether other processes may write to the same database."""
        return not self._settings.database_url.startswith("sqlite")

    @property
    def app_state(self) -> AppState:
        """What the lifespan has opened. RuntimeError outside it."""
        if self._app_state is None:
            raise RuntimeError("the application's lifespan has not begun, or has ended")
        return self._app_state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._edge is None:
            raise RuntimeError("the application's lifespan has not begun, or has ended")
        else:
            await self._edge(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[AppState]:
        """Open everything, and put it away again at the end. Raises WrongSchema, StoreLocked, UnusableSettings."""
        database = open_database(self._settings.database_url)
        try:
            require_current_schema(database)
            snapshots = Snapshots(database)
            hub = self._make_hub(snapshots)
            keepers = await _started(hub)
            try:
                app_state = self._open_state(database, snapshots, hub, keepers)
                self.newsroom_stream = self._make_newsroom_stream(app_state.newsroom)
                await run_in_thread(partial(run_due_work, app_state.newsroom, app_state.backoff))
                database.announce_to(hub.post, audited=self.newsroom_stream.poke)
                self._open_edge(app_state, self.newsroom_stream)
                async with run_jobs(self._jobs(app_state)):
                    yield app_state
                with suppress(Unavailable):  # when a token was used last is not worth a stop that fails
                    await token_usage_job(app_state.newsroom).run()
            finally:
                if self._app_state is not None:
                    for threads in (self._app_state.write_threads, self._app_state.read_threads):
                        await run_in_thread(partial(threads.close, within_seconds=CALLS_END_SECONDS))
                if self.newsroom_stream is not None:
                    await self.newsroom_stream.stop()
                self._app_state = self._edge = self.newsroom_stream = self.accept_context.hub = None
                await hub.stop()
                self.flush_logs()
        finally:
            database.close()

    def flush_logs(self) -> None:
        """Write the lines about requests that are still waiting."""
        if self._access_log is not None:
            self._access_log.flush()

    def count_readers(self) -> int:
        """Readers' live connections now."""
        return 0 if self._app_state is None else self._app_state.hub.connection_count

    async def drain(self) -> None:
        """Begin the end: unready at once, then every reader is told when and how to come back."""
        self.app_state.readiness.phase = "draining"
        self.accept_context.waiting.close()
        if self.newsroom_stream is not None:
            self.newsroom_stream.drain()
        await self.app_state.hub.drain(spread_seconds=self._settings.drain_seconds, timeout_seconds=GOODBYE_SECONDS)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        step = "startup"
        try:
            async with self.running():
                await send({"type": "lifespan.startup.complete"})
                await receive()
                step = "shutdown"
        except Exception as error:
            await send({"type": f"lifespan.{step}.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})

    def _make_hub(self, snapshots: Snapshots) -> Hub:
        return Hub(
            PublicStoryLog(snapshots, links=self._links),
            clock=self._clock,
            heartbeat_seconds=self._settings.heartbeat_seconds,
            log_line=_silence if self._access_log is None else self._access_log.add_event,
            reconcile_seconds=RECONCILE_SHARED_SECONDS if self._is_shared else RECONCILE_SECONDS,
            limits=_live_limits_of(self._settings),
        )

    def _open_state(
        self, database: Database, snapshots: Snapshots, hub: Hub, keepers: frozenset[asyncio.Task[Any]]
    ) -> AppState:
        reading = Reading(
            snapshots=snapshots,
            representations=Representations(snapshots, hub, links=self._links),
            story_lists=StoryLists(snapshots, links=self._links, monotonic=time.monotonic),
            site=represent_site(self._links),
            links=self._links,
        )
        admin_token = load_or_make_admin_token(self._settings)
        newsroom = Newsroom(
            database=database,
            clock=self._clock,
            random=self._random,
            links=self._links,
            admin_token_sha256=hashlib.sha256(admin_token.encode()).hexdigest(),
            session_limits=SessionLimits(
                lifetime_seconds=self._settings.session_days * 86_400,
                idle_seconds=self._settings.session_idle_hours * 3_600,
            ),
        )
        return AppState(
            reading=reading,
            newsroom=newsroom,
            hub=hub,
            write_threads=Threads(WRITES_AT_ONCE_SHARED if self._is_shared else WRITES_AT_ONCE, name="write"),
            read_threads=Threads(READS_AT_ONCE, name="read"),
            requests=self._metrics,
            backoff=Backoff(),
            readiness=Readiness(
                probes={"database": _probe_of(snapshots)},
                is_alive=lambda: not any(task.done() for task in keepers),
            ),
        )

    def _make_newsroom_stream(self, newsroom: Newsroom) -> NewsroomStream:
        feed = NewsroomFeed(
            admit_by_token=partial(watching.admit_by_token, newsroom),
            admit_by_ticket=partial(watching.admit_by_ticket, newsroom),
            find_story=partial(watching.find_watched_story, newsroom),
            begin=partial(watching.begin_watching, newsroom),
            read=partial(watching.read_news, newsroom),
        )
        poll_seconds = RECONCILE_SHARED_SECONDS if self._is_shared else RECONCILE_SECONDS
        return NewsroomStream(feed, clock=self._clock, monotonic=time.monotonic, poll_seconds=poll_seconds)

    def _open_edge(self, app_state: AppState, newsroom_stream: NewsroomStream) -> None:
        self.routes.state.app_state = app_state
        self._app_state = app_state
        newsroom_stream_route = NewsroomStreamRoute(
            newsroom_stream,
            clock=self._clock,
            monotonic=time.monotonic,
            heartbeat_seconds=self._settings.heartbeat_seconds,
        )
        self._edge = Middleware(
            HotReads(
                LiveDispatch(
                    DefaultHeaders(HotCreate(self.routes, app_state)),
                    app_state.hub,
                    newsroom_stream=newsroom_stream_route,
                ),
                app_state.reading,
            ),
            cross_origin=CrossOrigin(self._settings.cors_origins),
            metrics=self._metrics,
            access_log=self._access_log,
        )
        self.accept_context.hub = app_state.hub
        app_state.hub.connections.watch(self.accept_context.waiting, due_at=app_state.hub.seconds())
        app_state.readiness.phase = "ready"

    def _jobs(self, app_state: AppState) -> list[Job]:
        database, token = app_state.newsroom.database, load_or_make_admin_token(self._settings)
        posting = demo_job(
            database,
            load_demo_story(self._settings.public_url),
            count_readers=lambda: app_state.hub.reader_count(DEMO_STORY),
            connect=lambda: local_api(self, token),
            random=Random(),  # noqa: S311 - how long until the next entry is no secret
        )
        due_work = DueWork(
            partial(run_due_work, app_state.newsroom, app_state.backoff),
            clock=self._clock,
            look_seconds=LOOK_SHARED_SECONDS if self._is_shared else LOOK_SECONDS,
        )
        retention = retention_job(database, clock=self._clock)
        return [due_work.job(), checkpoint_job(database), retention, token_usage_job(app_state.newsroom), posting]

    async def _read_story(self, ref: str, position: str | None, around: str | None) -> StoryPage | None:
        reading = self.app_state.reading
        if position is None and around is None:
            try:
                body = (await reading.representations.current(ref, View("state", BodyVariant.HTML))).plain
            except Redirected as moved:
                return StoryPage({}, redirect_slug=moved.slug)
        else:
            view = await reading.snapshots.read(
                lambda tx: read_state_at(tx, ref, position=position, around=around, links=reading.links)
            )
            body = view.body
        state = from_json(body)
        return StoryPage(state, redirect_slug=None if ref == state["slug"] else state["slug"])

    async def _list_stories(self) -> list[dict[str, Any]]:
        page: dict[str, Any] = from_json((await self.app_state.reading.story_lists.first()).plain)
        items: list[dict[str, Any]] = page["items"]
        return items


def create_app(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    random: RandomSource | None = None,
    access_stream: TextIO = sys.stderr,
) -> Application:
    """The application for these settings. Nothing is opened before its lifespan begins."""
    return Application(settings, clock=clock, random=random or SystemRandomSource(), access_stream=access_stream)


async def _started(hub: Hub) -> frozenset[asyncio.Task[Any]]:
    """Start the hub; the tasks it runs as long as the process lives."""
    before = asyncio.all_tasks()
    await hub.start()
    return frozenset(asyncio.all_tasks() - before)


def _links_of(settings: Settings) -> Links:
    site = Site(settings.site_name, settings.site_url, settings.site_logo or None)
    return Links(public_url=settings.public_url, site=site)


def _live_limits_of(settings: Settings) -> LiveLimits:
    return LiveLimits(
        stories=settings.max_stories_per_connection,
        message_bytes=settings.max_message_bytes,
        messages_per_second=settings.max_messages_per_second,
        header_seconds=settings.header_seconds,
        stall_seconds=settings.stall_seconds,
        ring_events=settings.ring_events,
        ring_bytes=settings.ring_kilobytes * 1024,
        rings_bytes=settings.rings_megabytes * 1024 * 1024,
        overload_lag_seconds=settings.overload_lag_seconds,
    )


def _accept_context_of(settings: Settings) -> AcceptContext:
    """What readers' connections come in by; for the server whose protocol takes them off HTTP itself."""
    limits = AdmissionLimits(
        total=settings.max_connections or connections_possible(),
        per_second=settings.max_handshakes_per_second,
        per_address=settings.max_connections_per_address,
        trusted_proxies=settings.trusted_proxies,
    )
    limiter = ConnectionLimiter(limits, now=time.monotonic())
    return AcceptContext(
        limiter, common_headers=_common_headers, is_readable=is_readable_path, compress=settings.compression
    )


def _common_headers(request: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What the shell adds to every answer, for those the shell does not see."""
    sent = next((value for name, value in request if name == b"x-request-id"), None)
    request_id = sent_request_id(sent) or new_request_id()
    return [(b"x-request-id", request_id.encode()), *ANYONE]


def _silence(event: str, **fields: str | float) -> None:
    """What is logged at a level that nobody wants to see."""


def _access_log_of(settings: Settings, clock: Clock, stream: TextIO) -> AccessLog | None:
    if settings.log_level not in {"debug", "info"}:
        return None
    return AccessLog(form=settings.log_format, stream=stream, clock=clock)


def _probe_of(snapshots: Snapshots) -> Callable[[], Awaitable[bool]]:
    def anything(tx: ReadTransaction) -> bool:
        return bool(tx.connection.exec_driver_sql("SELECT 1").scalar_one())

    return lambda: snapshots.read(anything)
