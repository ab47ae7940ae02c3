"""The services of one process: the hub, public reads, the newsroom and its stream, each with what it needs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fastapi import FastAPI
from pydantic_core import from_json

from app.api.application import build_application
from app.api.http.comments.services import CommentServices
from app.api.http.state import AppState
from app.api.routes.asyncapi import asyncapi_document
from app.brokers.broker import Broker
from app.brokers.local import LocalBroker
from app.brokers.local_frames import Outdated
from app.composition.admin_token import agree_on_admin_token, digest_of_token
from app.composition.cached_text import CachedText
from app.composition.cluster import SETTINGS, WRITTEN
from app.composition.limits import comment_limits_of, comment_policy_of, live_limits_of, session_limits_of
from app.composition.media import load_signing_key
from app.composition.process import Process
from app.composition.reader import require_signing_key
from app.jobs.demo_story import DEMO_SLUG
from app.live.hub.hub import Hub
from app.newsroom.comments.attention import Attention, read_closed
from app.newsroom.comments.intake import CommentIntake
from app.newsroom.comments.limits import CommentLimiter
from app.newsroom.comments.receipts import show_receipt
from app.newsroom.comments.signer import CommentSigner
from app.newsroom.context.newsroom import AdminToken, Newsroom
from app.newsroom.queries.stream_feed import (
    admit_by_ticket,
    admit_by_token,
    begin_watching,
    find_principals,
    find_watched_story,
    read_news,
)
from app.newsroom_stream.stream import NewsroomFeed, NewsroomStream
from app.reading.comment_pages import CommentPages
from app.reading.comments import CommentsRequest
from app.reading.discovery.discovery_reads import DiscoveryReads
from app.reading.feed_reads import FeedReads
from app.reading.media import PublicMedia
from app.reading.page_reads import PageReads
from app.reading.reading import Reading
from app.reading.representations import PAGES_LIMIT_BYTES, Representations
from app.reading.site import SiteDescriptions
from app.reading.story_lists import StoryLists
from app.reading.story_log import PublicStoryLog
from app.settings import PREFIX, UnusableSettings
from app.storage.database.commit_listeners import Commit
from app.storage.database.database_clock import DatabaseClock
from app.storage.database.group_commit import GroupCommit
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import Database
from app.storage.public.comments import CommentOrder
from app.storage.public.heads import PublicHeads
from app.web.discovery.structured_data import StructuredData
from app.web.own_words import UnusableWords, read_own_words
from app.web.page_comments import FormToken
from app.web.page_responses import PageResponses
from app.web.routes import web_routes
from app.web.themes.themes import Themes
from app.web.words import Catalogue


def make_hub(process: Process, snapshots: Snapshots) -> Hub:
    """Make the hub, which is not started yet; its connections are logged where requests are."""
    return Hub(
        PublicHeads(snapshots),
        PublicStoryLog(snapshots, links=process.links),
        clock=process.clock,
        heartbeat_seconds=process.settings.heartbeat_seconds,
        log_line=_discard if process.access_log is None else process.access_log.add_event,
        reconcile_seconds=process.capacity.reconcile_seconds,
        limits=live_limits_of(process.settings),
    )


def listen_to_commits(
    process: Process,
    database: Database,
    *,
    broker: Broker,
    newsroom_stream: NewsroomStream,
    cached_text: CachedText,
    reading: Reading,
    tell: Callable[[str], None],
) -> None:
    """Publish each commit's announcements, wake the newsroom's stream for what it recorded in the audit, and drop what
    is cached where it purged text or changed a site: before that is answered, since the loop is told of it first.

    `tell` tells other processes of what they find in the tables no sooner than by looking.
    Which media are public is forgotten before: who is sent an event must not get a picture that it has taken back.
    """
    loop = asyncio.get_running_loop()

    def publish(commit: Commit) -> None:
        if commit.announcements:
            reading.media.forget()
            reading.feeds.outdate()
            reading.discovery.outdate()
        for announcement in commit.announcements:
            broker.publish(announcement)

    def wake(commit: Commit) -> None:
        if commit.is_audited:
            reading.comments.outdate()
            newsroom_stream.wake()
            tell(WRITTEN)

    def forget(commit: Commit) -> None:
        if commit.sites is not None:
            process.take_sites(commit.sites)
        if commit.is_purge or commit.sites is not None:
            loop.call_soon_threadsafe(cached_text.forget)
            tell(SETTINGS)

    database.subscribe(publish)
    database.subscribe(wake)
    database.subscribe(forget)
    if isinstance(broker, LocalBroker):
        database.subscribe(partial(_tell_followers, broker))


def _tell_followers(broker: LocalBroker, commit: Commit) -> None:
    """Tell the processes that read what else a commit made outdated, behind its announcements."""
    outdated = Outdated(comments=commit.is_audited, sites=commit.sites is not None, texts=commit.is_purge)
    if outdated:
        broker.publish_outdated(outdated)


def make_reading(process: Process, snapshots: Snapshots, hub: Hub) -> Reading:
    """Make what public reads are answered from."""
    return Reading(
        snapshots=snapshots,
        representations=Representations(snapshots, hub.stories, links=process.links),
        pages=Representations(snapshots, hub.stories, links=process.links, limit_bytes=PAGES_LIMIT_BYTES),
        story_lists=StoryLists(snapshots, monotonic=time.monotonic),
        media=PublicMedia(snapshots, monotonic=time.monotonic),
        comments=CommentPages(snapshots, links=process.links, monotonic=time.monotonic),
        feeds=FeedReads(
            snapshots,
            hub.stories,
            links=process.links,
            limit=process.settings.feed_entries,
            monotonic=time.monotonic,
        ),
        discovery=DiscoveryReads(
            snapshots, hub.stories, links=process.links, clock=process.clock, monotonic=time.monotonic
        ),
        sites=SiteDescriptions(process.links),
        links=process.links,
    )


def make_routes(
    process: Process,
    app_state: Callable[[], AppState],
    *,
    responses: PageResponses,
    themes: Themes,
    structured: StructuredData,
    catalogue: Catalogue,
) -> FastAPI:
    """Make every route, of the API and of the pages, which reach what is public by what they are handed alone.

    `app_state` is called for each page: FastAPI's own caches keep the routes for good, and must not keep what is read.
    """
    reads = PageReads(lambda: app_state().reading)
    pages = web_routes(
        links=process.links,
        read_story=reads.read_story,
        list_stories=reads.list_stories,
        comments=_PageComments(app_state),
        feeds=lambda: app_state().reading.feeds,
        discovery=lambda: app_state().reading.discovery,
        structured=structured,
        catalogue=catalogue,
        live_document=asyncapi_document,
        feed_text=process.settings.feed_text,
        demo_story=DEMO_SLUG if process.settings.serves_demo else None,
        responses=responses,
        themes=themes,
    )
    return build_application(pages)


def make_catalogue(process: Process) -> Catalogue:
    """Make the words of the pages. Raises UnusableSettings for a file of the operator's that cannot be used."""
    own = process.settings.words
    try:
        return Catalogue(None if own is None else read_own_words(own))
    except UnusableWords as error:
        raise UnusableSettings("\n".join(f"{PREFIX}WORDS: {line}" for line in str(error).splitlines())) from None


class _PageComments:
    """app.web.page_comments.PageComments over the services of the process."""

    def __init__(self, app_state: Callable[[], AppState]) -> None:
        self._app_state = app_state
        self._attention = Attention(self._read_closed, monotonic=time.monotonic)

    async def read(self, story: str, query: Mapping[str, str | None]) -> dict[str, Any]:
        order: CommentOrder = "oldest" if query.get("order") == "oldest" else "newest"
        asked = CommentsRequest(
            entry=query.get("entry"), parent=query.get("parent"), order=order, position=query.get("position")
        )
        page = await self._app_state().reading.comments.current(story, asked)
        found: dict[str, Any] = from_json(page.plain)
        return found

    def form_token(self, story: str) -> FormToken:
        app_state = self._app_state()
        signer, now = app_state.comments.signer, app_state.newsroom.clock()
        return FormToken(signer.make_form_token(story, now), signer.form_period(now))

    async def closed(self, story: str) -> str | None:
        return await self._attention.closed(story)

    async def _read_closed(self, story: str) -> str | None:
        app_state = self._app_state()
        return await app_state.read_threads.run(partial(read_closed, app_state.newsroom, story))

    async def receipt(self, secret: str) -> dict[str, Any]:
        app_state = self._app_state()
        work = partial(show_receipt, app_state.newsroom, app_state.comments.signer, secret)
        found: dict[str, Any] = from_json((await app_state.read_threads.run(work)).body)
        return found


def make_newsroom(
    process: Process, database: Database, database_clock: DatabaseClock | None, themes: Themes
) -> Newsroom:
    """Make what every use case is given. Raises UnusableSettings for an admin token that is not safe."""
    return Newsroom(
        database=database,
        clock=database_clock or process.clock,
        read_time=None if database_clock is None else database_clock.read,
        random=process.random,
        links=process.links,
        admin_token=AdminToken(agree_on_admin_token(process.settings, database)),
        own_token_sha256=digest_of_token(process.own_token),
        session_limits=session_limits_of(process.settings),
        own_bylines=process.settings.own_bylines,
        signing_key=(
            load_signing_key(database, process.random)
            if process.worker.duties.writes
            else require_signing_key(database)
        ),
        comments=comment_policy_of(process.settings),
        themes=frozenset(themes.known) or None,
    )


def make_comment_services(process: Process, newsroom: Newsroom) -> CommentServices:
    """Make what takes readers' comments, with a writer of its own. It belongs to the loop that it is made on."""
    signer = CommentSigner(newsroom.signing_key)
    intake = CommentIntake(newsroom, signer, monotonic=time.monotonic)
    return CommentServices(
        signer=signer,
        limiter=CommentLimiter(comment_limits_of(process.settings, process.worker), monotonic=time.monotonic),
        intake=intake,
        writer=GroupCommit(intake.take, name="comments"),
    )


def make_newsroom_stream(process: Process, newsroom: Newsroom) -> NewsroomStream:
    """Make the newsroom's stream, and hand it the queries that feed it."""
    feed = NewsroomFeed(
        admit_by_token=partial(admit_by_token, newsroom),
        admit_by_ticket=partial(admit_by_ticket, newsroom),
        find_story=partial(find_watched_story, newsroom),
        begin=partial(begin_watching, newsroom),
        read=partial(read_news, newsroom),
        find_principals=partial(find_principals, newsroom),
    )
    return NewsroomStream(
        feed,
        clock=process.clock,
        monotonic=time.monotonic,
        poll_seconds=process.capacity.reconcile_seconds,
        threads=process.capacity.stream_threads,
    )


def _discard(event: str, **fields: str | float) -> None:
    """Log nothing: the operator does not want to see lines of this level."""
