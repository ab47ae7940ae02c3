"""The broker of processes that share a database and have a channel between them, whatever carries it.

Own announcements go their way in this process; other processes are sent each as it is, where the channel takes so much,
and its number alone otherwise. What others commit arrives as one or the other. Anybody may send such messages: nothing
that is not signed with the database's key is more than a number, for which the tables are read.
"""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import structlog

from app.brokers.broker import BrokerHealth, OnAnnouncement, OnHead, OnNote
from app.brokers.memory import MemoryBroker
from app.brokers.messages import Heard, HeardNumber, Messages, Note, SharedKey
from app.channels.channel import OpenChannel
from app.wire.announcement import Announcement

START_SECONDS = 1.0
"""Time for the channel to be heard before the process serves; it goes on trying after that."""
STOP_SECONDS = 0.3

_log = structlog.get_logger(__name__)


class ChannelBroker:
    """A Broker over a channel. `payload_limit_bytes` is the longest announcement that is sent whole; 0 for none."""

    def __init__(
        self,
        own: MemoryBroker,
        open_channel: OpenChannel,
        *,
        messages: Messages,
        key: SharedKey,
        payload_limit_bytes: int = 0,
    ) -> None:
        self._own = own
        self._messages = messages
        self._key = key
        self._payload_limit_bytes = payload_limit_bytes
        self._channel = open_channel(self._receive)
        self._on_heads: tuple[OnHead, ...] = ()
        self._on_notes: tuple[OnNote, ...] = ()
        self._noted = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0

    async def start(self) -> None:
        """Begin, and wait a moment until other processes are heard."""
        await self._own.start()
        self._loop, self._loop_thread = asyncio.get_running_loop(), threading.get_ident()
        self._channel.start()
        await asyncio.to_thread(self._channel.wait_connected, START_SECONDS)

    async def stop(self) -> None:
        """End; announcements published from now on are lost."""
        await self._own.stop()
        self._loop = None
        await asyncio.to_thread(partial(self._channel.stop, within_seconds=STOP_SECONDS))

    def publish(self, announcement: Announcement) -> None:
        """Pass an announcement on within this process, and to the others. Never raises, never waits."""
        self._own.publish(announcement)
        if self._loop is None:
            return
        head = announcement.head
        # What waits while nothing arrives is old by then: of each story its newest number is enough.
        if self._payload_limit_bytes and self._channel.is_connected:
            message = self._messages.encode_announcement(announcement)
            if len(message) <= self._payload_limit_bytes:
                self._channel.send(f"{head.story} {head.cursor.seq}", message)
                return
        self._channel.send(head.story, self._messages.encode_number(head))

    def tell(self, kind: str, body: bytes, *, part: str = "") -> None:
        """Send all other processes a few bytes, from any thread. Never raises, never waits."""
        if self._loop is not None:
            self._noted += 1  # of two threads at once both may have the same number: the kinds and parts differ
            self._channel.send(f"{kind} {part}", self._messages.encode_note(kind, self._noted, body))

    def subscribe(self, on_announcement: OnAnnouncement) -> None:
        """Call `on_announcement` on the loop with every announcement, of this process and of others."""
        self._own.subscribe(on_announcement)

    def subscribe_heads(self, on_head: OnHead) -> None:
        """Call `on_head` on the loop with every head that another process told of by its number alone."""
        self._on_heads += (on_head,)

    def subscribe_notes(self, on_note: OnNote) -> None:
        """Call `on_note` on the loop with what another process tells."""
        self._on_notes += (on_note,)

    def health(self) -> BrokerHealth:
        """Return whether this process hears the others, how many announcements were lost, and what was refused."""
        own = self._own.health()
        return BrokerHealth(
            own.is_connected and self._channel.is_connected,
            own.announcements_lost + self._channel.lost,
            refused=self._key.refused,
        )

    def _receive(self, message: bytes) -> None:
        loop, heard = self._loop, self._messages.decode(message)
        if heard is None or loop is None:
            return
        if threading.get_ident() == self._loop_thread:
            self._deliver(heard)
            return
        try:
            loop.call_soon_threadsafe(self._deliver, heard)
        except RuntimeError:  # the loop was closed
            return

    def _deliver(self, heard: Heard) -> None:
        if isinstance(heard, Announcement):
            self._own.deliver(heard, None)
        elif isinstance(heard, Note):
            for on_note in self._on_notes:
                try:
                    on_note(heard.kind, heard.process, heard.number, heard.body)
                except Exception:  # noqa: BLE001 - the other subscribers get it all the same
                    _log.exception("note_failed", kind=heard.kind)
        else:
            self._deliver_number(heard)

    def _deliver_number(self, heard: HeardNumber) -> None:
        for on_head in self._on_heads:
            try:
                on_head(heard.story, heard.cursor)
            except Exception:  # noqa: BLE001 - as above
                _log.exception("head_failed", story=heard.story)
