"""A process that only reads: the database it opens, what it hears of the one that writes, and its link to it."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from random import Random
from typing import cast

from app import __version__
from app.api.forwarding.writer_access import WriterAccess
from app.api.forwarding.writer_link import WriterLink
from app.brokers.broker import Broker
from app.brokers.local_follower import LocalFollower
from app.brokers.local_frames import Outdated
from app.composition.cached_text import CachedText
from app.composition.process import Process
from app.domain.cursor import Cursor
from app.domain.identifiers import StoryId
from app.domain.sites import SiteList
from app.jobs.job import run_in_thread
from app.live.hub.hub import Hub
from app.reading.reading import Reading
from app.storage.database.health import DatabaseUnusable
from app.storage.database.opening import open_database, open_for_reading
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import read_signing_key
from app.storage.newsroom.sites import list_sites
from app.storage.upkeep.migrations import newest_revision
from app.storage.upkeep.releases import name_connections
from app.wire.announcement import Announcement


def open_database_of(process: Process) -> Database:
    """Open the database as the process's role has it. Raises StoreLocked, DatabaseUnusable."""
    url, connections = process.settings.database_url, process.capacity.database_connections
    if not process.worker.duties.writes:
        return open_for_reading(url, connections=connections)
    settings = process.settings
    return open_database(
        url,
        connections=connections,
        allow_unsafe=settings.allow_unsafe_database,
        may_share=settings.broker_url != "auto",
        connection_name=name_connections(schema=newest_revision(), release=__version__, node=settings.node_name),
    )


def read_sites(database: Database) -> SiteList:
    """Read every site."""
    with database.snapshot() as tx:
        return list_sites(tx)


def require_signing_key(database: Database) -> str:
    """Return the key of signed addresses, which a process that writes has made. Raises DatabaseUnusable."""
    with database.snapshot() as tx:
        key = read_signing_key(tx)
    if key is None:
        raise DatabaseUnusable("The process that writes has not begun: it makes what this one reads.")
    return key


class WriterNews:
    """Applies in a process that reads the news of the one that writes. It belongs to the event loop.

    `cached_text` is set once there is any.
    """

    def __init__(self, process: Process, database: Database, hub: Hub, reading: Reading) -> None:
        self.cached_text: CachedText | None = None
        self._process = process
        self._database = database
        self._hub = hub
        self._reading = reading

    def accept(self, announcement: Announcement, published_at: float | None) -> None:
        """Apply a commit of the writer as one of this process: what is public may have changed before it is sent."""
        self._outdate_public()
        self._hub.accept(announcement, published_at)

    def pass_over(self, story: StoryId) -> bool:
        """Apply a commit whose events nobody here needs, and return True; False for any other."""
        if not self._hub.pass_over(story):
            return False
        self._outdate_public()
        return True

    def accept_head(self, story: StoryId, head: Cursor) -> None:
        """Apply a commit of which only the number came."""
        self._outdate_public()
        self._hub.accept_head(story, head)

    def outdate(self, outdated: Outdated) -> Awaitable[None] | None:
        """Drop what a commit made outdated; return what has to be read for it, if there is anything."""
        if outdated.comments:
            self._reading.comments.outdate()
        if outdated.sites:
            return self._read_sites()
        if outdated.texts:
            self._forget()
        return None

    async def catch_up(self) -> None:
        """Drop what may be outdated, and read what was committed meanwhile: something may have been missed."""
        self._outdate_public()
        # Its connections too: the file may be another one, which was restored while nobody wrote.
        await run_in_thread(self._database.scrub)
        self._reading.comments.outdate()
        await self._read_sites()
        await self._hub.stories.refresh()

    async def _read_sites(self) -> None:
        self._process.take_sites(await run_in_thread(partial(read_sites, self._database)))
        self._forget()

    def _outdate_public(self) -> None:
        self._reading.media.forget()
        self._reading.feeds.outdate()
        self._reading.discovery.outdate()

    def _forget(self) -> None:
        if self.cached_text is not None:
            self.cached_text.forget()


def make_follower(process: Process, hub: Hub, news: WriterNews) -> Broker:
    """Make the broker of a process that reads; it is not started yet."""
    follower = LocalFollower(
        process.worker.announcing_socket,
        on_missed=news.catch_up,
        on_outdated=news.outdate,
        read_on=hub.stories.refresh,
        on_commit=news.pass_over,
        random=Random(),  # noqa: S311 - pauses
    )
    follower.subscribe(news.accept)
    follower.subscribe_heads(news.accept_head)
    hub.hear_others(lambda: follower.health().is_connected)
    return follower


def make_writer_access(process: Process, broker: Broker) -> WriterAccess:
    """Make what the process forwards by."""
    follower = cast(LocalFollower, broker)  # every process that reads has one
    link = WriterLink(process.worker.forwarding_socket, is_heard=lambda: follower.health().is_connected)
    return WriterAccess(link, wait_applied=follower.wait_applied)
