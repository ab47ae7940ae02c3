"""The services of one process: the hub, what is read publicly, the newsroom and its stream, each with what it needs."""

from __future__ import annotations

import hashlib
import time
from functools import partial

from app.api.layers.access_log import AccessLog
from app.brokers.broker import Broker
from app.brokers.memory import MemoryBroker
from app.composition.capacity import Capacity
from app.composition.limits import live_limits_of, session_limits_of
from app.domain.clock import Clock
from app.domain.identifiers import RandomSource
from app.live.hub.hub import Hub
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.queries.stream_feed import (
    admit_by_ticket,
    admit_by_token,
    begin_watching,
    find_watched_story,
    read_news,
)
from app.newsroom_stream.stream import NewsroomFeed, NewsroomStream
from app.newsroom_stream.websocket_route import NewsroomStreamRoute
from app.reading.reading import Reading
from app.reading.representations import Representations
from app.reading.site import represent_site
from app.reading.story_lists import StoryLists
from app.reading.story_log import PublicStoryLog
from app.settings import Settings, load_or_make_admin_token
from app.storage.database.commit_listeners import Commit
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import Database
from app.storage.public.heads import PublicHeads
from app.wire.links import Links


def make_hub(
    snapshots: Snapshots,
    *,
    settings: Settings,
    capacity: Capacity,
    clock: Clock,
    links: Links,
    access_log: AccessLog | None,
) -> Hub:
    """Make the hub, which is not started yet; its connections are logged where requests are."""
    return Hub(
        PublicHeads(snapshots),
        PublicStoryLog(snapshots, links=links),
        clock=clock,
        heartbeat_seconds=settings.heartbeat_seconds,
        log_line=_discard if access_log is None else access_log.add_event,
        reconcile_seconds=capacity.reconcile_seconds,
        limits=live_limits_of(settings),
    )


def make_broker(hub: Hub) -> Broker:
    """Make the broker through which the process's own announcements reach its hub; it is not started yet."""
    broker = MemoryBroker(on_lost=hub.metrics.record_lost_announcement)
    broker.subscribe(hub.accept)
    return broker


def listen_to_commits(database: Database, *, broker: Broker, newsroom_stream: NewsroomStream) -> None:
    """Publish each commit's announcements, and wake the newsroom's stream for what it recorded in the audit."""

    def publish(commit: Commit) -> None:
        for announcement in commit.announcements:
            broker.publish(announcement)

    def wake(commit: Commit) -> None:
        if commit.is_audited:
            newsroom_stream.wake()

    database.subscribe(publish)
    database.subscribe(wake)


def make_reading(snapshots: Snapshots, hub: Hub, *, links: Links) -> Reading:
    """Make what public reads are answered from."""
    return Reading(
        snapshots=snapshots,
        representations=Representations(snapshots, hub.stories, links=links),
        story_lists=StoryLists(snapshots, links=links, monotonic=time.monotonic),
        site=represent_site(links),
        links=links,
    )


def make_newsroom(
    database: Database, *, settings: Settings, clock: Clock, random: RandomSource, links: Links
) -> Newsroom:
    """Make what every use case is given. Raises UnusableSettings for an admin token that is not safe."""
    admin_token = load_or_make_admin_token(settings)
    return Newsroom(
        database=database,
        clock=clock,
        random=random,
        links=links,
        admin_token_sha256=hashlib.sha256(admin_token.encode()).hexdigest(),
        session_limits=session_limits_of(settings),
    )


def make_newsroom_stream(newsroom: Newsroom, *, capacity: Capacity, clock: Clock) -> NewsroomStream:
    """Make the newsroom's stream, and hand it the queries that feed it."""
    feed = NewsroomFeed(
        admit_by_token=partial(admit_by_token, newsroom),
        admit_by_ticket=partial(admit_by_ticket, newsroom),
        find_story=partial(find_watched_story, newsroom),
        begin=partial(begin_watching, newsroom),
        read=partial(read_news, newsroom),
    )
    return NewsroomStream(
        feed,
        clock=clock,
        monotonic=time.monotonic,
        poll_seconds=capacity.reconcile_seconds,
        threads=capacity.stream_threads,
    )


def make_newsroom_stream_route(stream: NewsroomStream, *, settings: Settings, clock: Clock) -> NewsroomStreamRoute:
    """Make the route by which browsers of the newsroom reach its stream."""
    return NewsroomStreamRoute(
        stream, clock=clock, monotonic=time.monotonic, heartbeat_seconds=settings.heartbeat_seconds
    )


def _discard(event: str, **fields: str | float) -> None:
    """Log nothing: the operator does not want to see lines of this level."""
