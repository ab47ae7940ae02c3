"""The broker of one process, and what goes with it: the key that it signs with, and the notes of other processes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from random import Random

import structlog

from app.brokers.broker import Broker, Notes
from app.brokers.channel_broker import ChannelBroker
from app.brokers.local import LocalBroker
from app.brokers.memory import MemoryBroker
from app.brokers.messages import Messages, SharedKey
from app.brokers.redis_channel import RedisChannel, UnusableBrokerAddress, check_redis_url
from app.channels.channel import Channel, OnMessage
from app.composition.broker_key import load_broker_keys
from app.composition.capacity import is_shared
from app.composition.process import Process
from app.composition.reader import WriterNews, make_follower
from app.composition.roles import Role
from app.domain.clock import Clock
from app.domain.cursor import Cursor
from app.domain.identifiers import StoryId
from app.jobs.job import run_in_thread
from app.live.hub.hub import Hub
from app.newsroom.context.newsroom import Newsroom
from app.reading.reading import Reading
from app.server.control_socket import listen_for_followers
from app.settings import PREFIX, UnusableSettings
from app.storage.database.notifications import Notifications
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import SharedSecrets
from app.wire.announcement import Announcement

_log = structlog.get_logger(__name__)

PAYLOAD_LIMIT_BYTES = 256 * 1024
"""An announcement that is longer goes over Redis as its number: whoever has readers reads it once from the tables."""


@dataclass(frozen=True, slots=True)
class ProcessBroker:
    """A process's broker; with `notes` and `key` where there are other processes that can be told."""

    broker: Broker
    notes: Notes | None = None
    key: SharedKey | None = None


async def make_broker(
    process: Process, hub: Hub, reading: Reading, news: WriterNews, *, database: Database, clock: Clock
) -> ProcessBroker:
    """Make the broker through which announcements reach the hub; it is not started yet.

    Processes that share PostgreSQL tell each other by it, or by Redis, of what they commit, unless the operator does
    not want that; one that writes to SQLite alone tells those that read, which apply it as `news`. `clock` is the one
    that all of them have. Raises UnusableSettings.
    """
    if not process.worker.duties.writes:
        return ProcessBroker(make_follower(process, hub, news))
    own = MemoryBroker()
    settings, name = process.settings, secrets.token_hex(8)
    if process.worker.role is Role.WRITER:
        own.subscribe(hub.accept)
        return ProcessBroker(LocalBroker(own, partial(listen_for_followers, process.worker.announcing_socket)))
    if not is_shared(settings) or settings.broker_url == "none":
        own.subscribe(hub.accept)
        return ProcessBroker(own)
    redis_url = None if settings.broker_url == "auto" else _redis_url(settings.broker_url)
    keys = await run_in_thread(partial(load_broker_keys, database, process.random))
    key = SharedKey(keys.key, keys.before_at(clock()))
    random = Random()  # noqa: S311 - for pauses

    def open_channel(on_message: OnMessage) -> Channel:
        if redis_url is None:
            return Notifications(settings.database_url, on_message=on_message, random=random)
        channel = f"liveblog:{keys.channel}"
        return RedisChannel(redis_url, name=channel, process=name, on_message=on_message, random=random)

    broker = ChannelBroker(
        own,
        open_channel,
        messages=Messages(process=name, key=key, clock=clock),
        key=key,
        payload_limit_bytes=0 if redis_url is None else PAYLOAD_LIMIT_BYTES,
    )
    _bring_to_hub(broker, hub, reading)
    return ProcessBroker(broker, notes=broker, key=key)


def follow_secrets(newsroom: Newsroom, made: ProcessBroker, found: SharedSecrets) -> None:
    """Let an admin token, and a key of the broker, count that another process or a command has made."""
    if found.admin_token_sha256 is not None and found.admin_token_sha256 != newsroom.admin_token.sha256:
        newsroom.admin_token.sha256 = found.admin_token_sha256
        _log.warning("admin_token_replaced")
    keys = found.broker
    if made.key is not None and keys is not None and made.key.replace(keys.key, keys.before_at(newsroom.clock())):
        _log.info("broker_key_replaced")


def _bring_to_hub(broker: Broker, hub: Hub, reading: Reading) -> None:
    """Let the hub take what this process and others commit; what is kept of public reads is outdated before."""

    def outdate() -> None:
        reading.media.forget()
        reading.feeds.outdate()
        reading.discovery.outdate()

    def take(announcement: Announcement, published_at: float | None) -> None:
        if published_at is not None:  # a commit of this process, which has outdated it already
            hub.accept(announcement, published_at)
            return
        outdate()
        hub.accept_heard(announcement)

    def take_head(story: StoryId, head: Cursor) -> None:
        outdate()
        hub.accept_head(story, head)

    broker.subscribe(take)
    broker.subscribe_heads(take_head)
    hub.hear_others(lambda: broker.health().is_connected)


def _redis_url(url: str) -> str:
    try:
        return check_redis_url(url)
    except UnusableBrokerAddress as error:
        raise UnusableSettings(f"{PREFIX}BROKER_URL: {error}") from None
