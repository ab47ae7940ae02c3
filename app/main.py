"""The composition root: opens one process's server, puts its parts together, and closes them again.

The parts are made in app/composition; this file has their order, in which each step needs those before it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TextIO

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.forwarding.writer_access import WriterAccess
from app.api.http.machine.sibling_answers import SiblingAnswers
from app.api.http.metrics.request_metrics import RequestMetrics
from app.api.http.state import AppState, MediaServices
from app.composition.admin_token import digest_of_token
from app.composition.background import Looking, make_jobs
from app.composition.brokers import ProcessBroker, follow_secrets, make_broker
from app.composition.cached_text import CachedText
from app.composition.cluster import begin_gossip, tell_of_writes
from app.composition.edge import Edge, make_accept_context, make_edge
from app.composition.media import close_media, make_media
from app.composition.operator_files import read_operator_files
from app.composition.process import Process, make_process
from app.composition.reader import WriterNews, make_writer_access, open_database_of, read_sites
from app.composition.readiness import make_readiness
from app.composition.roles import ALONE, Worker
from app.composition.services import (
    listen_to_commits,
    make_catalogue,
    make_comment_services,
    make_hub,
    make_newsroom,
    make_newsroom_stream,
    make_reading,
    make_routes,
)
from app.composition.siblings import make_siblings
from app.domain.clock import Clock, system_clock
from app.domain.errors import Unavailable
from app.domain.identifiers import RandomSource, SystemRandomSource
from app.jobs.job import JobRecords, run_in_thread, run_jobs
from app.live.hub.cluster import Cluster
from app.live.hub.hub import Hub
from app.live.native.handshake import AcceptContext
from app.metrics.disk_room import DiskRoom
from app.metrics.histogram import LATENESS_BOUNDS, Histogram
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.due.backoff import Backoff
from app.newsroom.due.due_work import run_due_work
from app.newsroom_stream.stream import NewsroomStream
from app.reading.reading import Reading
from app.reading.representations import Representation
from app.server.stopping import CALLS_END_SECONDS, GOODBYE_SECONDS
from app.settings import Settings
from app.storage.database.database_clock import DatabaseClock
from app.storage.database.failures import describe_failure
from app.storage.database.health import DatabaseUnusable
from app.storage.database.snapshots import Snapshots
from app.storage.database.threads import Threads
from app.storage.database.transactions import Database
from app.storage.database.write_probe import probe_writing
from app.storage.upkeep.migrations import require_current_schema, require_open
from app.web.discovery.structured_data import StructuredData
from app.web.page_responses import PageResponses
from app.web.themes.themes import Themes


@dataclass(frozen=True, slots=True)
class _Opened:
    """One lifespan's parts. `edge` answers every request; `routes` are inside of its layers."""

    app_state: AppState
    newsroom_stream: NewsroomStream
    routes: FastAPI
    edge: Edge
    accept_context: AcceptContext
    writer: WriterAccess | None


class Application:
    """One process's server as an ASGI application. Its lifespan opens everything; `drain` begins its end."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._opened: _Opened | None = None

    @property
    def app_state(self) -> AppState:
        """Return what the lifespan has opened. RuntimeError outside it."""
        return self._require_opened().app_state

    @property
    def routes(self) -> FastAPI:
        """Return the routes without the layers around them. RuntimeError outside the lifespan."""
        return self._require_opened().routes

    @property
    def accept_context(self) -> AcceptContext:
        """Return what native connections share. RuntimeError outside the lifespan."""
        return self._require_opened().accept_context

    @property
    def sibling_answers(self) -> ASGIApp:
        """Return the application that answers the other processes of this machine."""
        return SiblingAnswers(lambda: self.app_state)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, connection or lifespan (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._serve_lifespan(receive, send)
        else:
            await self._require_opened().edge.app(scope, receive, send)

    def answer_at_once(self, scope: Scope) -> tuple[bytes, bytes] | None:
        """Return a GET's head and body that are in memory; None: call this (app/live/native/read_protocol.py)."""
        return self._require_opened().edge.answer_at_once(scope)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[AppState]:
        """Open everything, and close it again at the end.

        Raises WrongSchema, StoreLocked, UnusableSettings, DatabaseUnusable.
        """
        process = self._process
        database, duties = open_database_of(process), process.worker.duties
        try:
            database_clock = DatabaseClock(process.clock) if process.follows_database else None
            await run_in_thread(partial(_require_usable, database, database_clock, is_written=duties.writes))
            themes = await read_operator_files(process.settings)
            process.take_sites(await run_in_thread(partial(read_sites, database)))
            snapshots = Snapshots(database, rests=duties.serves_public)
            hub = make_hub(process, snapshots)
            reading = make_reading(process, snapshots, hub)
            # Before the hub starts, which counts every pause of the loop as lag.
            pages = PageResponses()
            catalogue = make_catalogue(process)
            structured = StructuredData(self._read_markup, catalogue.words_for)
            routes = make_routes(
                process,
                lambda: self.app_state,
                responses=pages,
                themes=themes,
                structured=structured,
                catalogue=catalogue,
            )
            news = WriterNews(process, database, hub, reading)
            clock = database_clock or process.clock
            made = await make_broker(process, hub, reading, news, database=database, clock=clock)
            broker = made.broker
            await hub.start()
            try:
                await broker.start()
                records = JobRecords()
                media = make_media(process.settings)
                writer = None if duties.writes else make_writer_access(process, broker)
                newsroom = make_newsroom(process, database, database_clock, themes)
                app_state = self._make_state(
                    newsroom,
                    database_clock,
                    reading=reading,
                    hub=hub,
                    made=made,
                    media=media,
                    records=records,
                    themes=themes,
                    structured=structured,
                    writer=writer,
                )
                stream = make_newsroom_stream(process, app_state.newsroom)
                routes.state.app_state = app_state
                edge = make_edge(
                    process, app_state, routes=routes, newsroom_stream=stream, broker=broker, writer=writer
                )
                accept_context = make_accept_context(process, hub, app_state.request_metrics)
                self._opened = _Opened(app_state, stream, routes, edge, accept_context, writer)
                if duties.runs_due_work:
                    await run_in_thread(partial(run_due_work, app_state.newsroom, app_state.backoff))
                cached_text = news.cached_text = CachedText(reading, hub, stream, pages)
                listen_to_commits(
                    process,
                    database,
                    broker=broker,
                    newsroom_stream=stream,
                    cached_text=cached_text,
                    reading=reading,
                    tell=tell_of_writes(made.notes),
                )
                looking = Looking()
                jobs = make_jobs(
                    process,
                    app_state,
                    api=self,
                    cached_text=cached_text,
                    looking=looking,
                    follow=partial(follow_secrets, newsroom, made),
                )
                jobs += begin_gossip(made.notes, app_state.cluster, stream, reading, looking=looking.all)
                hub.connections.watch(accept_context.pending, due_at=hub.seconds())
                app_state.readiness.phase = "ready"
                async with run_jobs(jobs, records=records):
                    yield app_state
                if duties.writes and database.health.is_reachable:
                    await _write_usage(app_state)
            finally:
                if self._opened is not None:
                    await _close(self._opened)
                self._opened = None
                await broker.stop()
                await hub.stop()
                snapshots.close(within_seconds=0)  # what reads changes nothing
                self.flush_logs()
        finally:
            database.close()

    @property
    def own_token(self) -> str:
        """Return a token with the admin's rights that opens this process alone: for its own commands."""
        return self._process.own_token

    def has_agreed_on(self, token: str | None) -> bool:
        """Return whether this is the installation's admin token. RuntimeError outside the lifespan."""
        newsroom = self._require_opened().app_state.newsroom
        return token is not None and digest_of_token(token) == newsroom.admin_token.sha256

    def flush_logs(self) -> None:
        """Write the lines about requests that are still waiting."""
        if self._process.access_log is not None:
            self._process.access_log.flush()

    def count_readers(self) -> int:
        """Count readers' live connections now."""
        return 0 if self._opened is None else self._opened.app_state.hub.connection_count

    def count_connections(self) -> int:
        """Count the connections that are no HTTP: readers', and those that have not sent a byte yet."""
        if self._opened is None:
            return 0
        context = self._opened.accept_context
        return self.count_readers() + len(context.pending) + context.opening

    async def drain(self) -> None:
        """Begin the end: unready at once, then every reader is sent when and how to come back."""
        opened = self._require_opened()
        opened.app_state.readiness.phase = "draining"
        opened.accept_context.pending.close()
        opened.newsroom_stream.drain()
        if opened.writer is not None:
            await opened.writer.drain()
        spread_seconds = self._process.settings.drain_seconds
        await opened.app_state.hub.drain(spread_seconds=spread_seconds, timeout_seconds=GOODBYE_SECONDS)

    async def _read_markup(self, ref: str) -> Representation:
        return await self.app_state.reading.discovery.read_story(ref)

    def _require_opened(self) -> _Opened:
        if self._opened is None:
            raise RuntimeError("the application's lifespan has not begun, or has ended")
        return self._opened

    async def _serve_lifespan(self, receive: Receive, send: Send) -> None:
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

    def _make_state(
        self,
        newsroom: Newsroom,
        database_clock: DatabaseClock | None,
        *,
        reading: Reading,
        hub: Hub,
        made: ProcessBroker,
        media: MediaServices,
        records: JobRecords,
        themes: Themes,
        structured: StructuredData,
        writer: WriterAccess | None,
    ) -> AppState:
        capacity, settings = self._process.capacity, self._process.settings
        rests = self._process.worker.duties.serves_public
        metrics_token = settings.metrics_token
        link = None if writer is None else writer.link
        return AppState(
            reading=reading,
            newsroom=newsroom,
            hub=hub,
            cluster=None if made.notes is None else Cluster(hub, monotonic=time.monotonic),
            write_threads=Threads(capacity.write_threads, name="write", rests=rests),
            read_threads=Threads(capacity.newsroom_read_threads, name="read", rests=rests),
            parse_threads=Threads(1, name="parse"),
            comments=make_comment_services(self._process, newsroom),
            request_metrics=RequestMetrics(),
            backoff=Backoff(),
            due_lateness=Histogram(LATENESS_BOUNDS),
            disk_room=DiskRoom(),
            media=media,
            readiness=make_readiness(
                self._process,
                newsroom.database,
                database_clock,
                reading=reading,
                hub=hub,
                broker=made.broker,
                media=media,
                records=records,
                has_themes=lambda: themes.are_well(each.site for each in newsroom.links.of_every_site()),
                writer=link,
            ),
            writer=link,
            siblings=self._process.siblings,
            node=f"{settings.node_name}:{settings.port}",
            metrics_token_sha256=None if metrics_token is None else digest_of_token(metrics_token.get_secret_value()),
            job_figures=lambda: records.all,
            broker_figures=made.broker.health,
            theme_failures=lambda: themes.failures,
            structured_data=structured.representation,
            database_clock=database_clock,
        )


def create_app(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    random: RandomSource | None = None,
    access_stream: TextIO = sys.stderr,
    follows_database: bool = True,
    worker: Worker = ALONE,
    count_replaced: Callable[[], Mapping[str, int]] = dict,
) -> Application:
    """Create the application for these settings. Nothing is opened before its lifespan begins.

    With `follows_database` the newsroom's time is that of a database which other processes share.
    `worker` is the process's role and its place among those of its machine, of which the supervisor
    has replaced `count_replaced` until now, by cause.
    """
    process = make_process(
        settings,
        clock=clock,
        random=random or SystemRandomSource(),
        access_stream=access_stream,
        follows_database=follows_database,
        worker=worker,
        siblings=make_siblings(worker, count_replaced),
    )
    return Application(process)


def _require_usable(database: Database, database_clock: DatabaseClock | None, *, is_written: bool) -> None:
    """Raise WrongSchema or DatabaseUnusable, unless the database has our tables and takes what is written, if it is."""
    try:
        require_current_schema(database)
        require_open(database)
        if is_written:
            probe_writing(database)
        if database_clock is not None:
            with database.snapshot() as tx:
                database_clock.read(tx)
    except Unavailable as error:
        health = database.health
        if (cause := health.cause("unwritable")) is not None:
            raise DatabaseUnusable(f"The database can be read and not written: {cause}.") from error
        cause = health.cause("unreachable") or health.cause("refused")
        raise DatabaseUnusable(describe_failure(error) or f"The database cannot be used: {cause}.") from error


async def _write_usage(app_state: AppState) -> None:
    """Write when tokens were used last, which is not worth a stop that fails or hangs."""
    with suppress(Unavailable, TimeoutError):
        async with asyncio.timeout(CALLS_END_SECONDS):
            await app_state.write_threads.run(lambda: app_state.newsroom.usage.write(app_state.newsroom.database))


async def _close(opened: _Opened) -> None:
    state = opened.app_state
    pools = (state.write_threads, state.read_threads, state.parse_threads, state.comments.writer)
    await asyncio.gather(*(run_in_thread(partial(each.close, within_seconds=CALLS_END_SECONDS)) for each in pools))
    await opened.newsroom_stream.stop()
    if opened.writer is not None:
        await opened.writer.close()
    await close_media(state.media)
    opened.routes.state.app_state = None  # FastAPI's own caches keep the routes for good, and nothing else
