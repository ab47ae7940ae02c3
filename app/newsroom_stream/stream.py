"""The newsroom's own stream: drafts and submissions as they change, and members' presence.

It shares nothing with readers' connections. Commits wake it, it reads its news from the tables, and each read checks
anew who may receive them. Presence is kept in memory, and ends with the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TypeVar

import structlog

from app.domain.clock import Clock
from app.domain.identifiers import StoryId
from app.domain.slugs import canonical_slug
from app.live.session.effects import Close
from app.live.tasks import Tasks
from app.newsroom_stream.presence import PresenceBoard
from app.newsroom_stream.remote_presence import RemoteMember, RemotePresence, SaidPresence
from app.storage.database.threads import Threads
from app.wire.close_codes import DRAIN, NOT_SIGNED_IN, TOKEN_EXPIRED, TOO_SLOW
from app.wire.messages import encode_goodbye, encode_refused
from app.wire.newsroom_stream_feed import FeedBatch, FeedPosition, WatchedStory, Watcher
from app.wire.newsroom_stream_messages import (
    Doing,
    Presence,
    Principal,
    encode_presence,
    encode_watching,
    encode_watching_all,
)

OUTBOX_LIMIT = 1_000
"""Messages a member may be behind. A page that reads nothing for so long reads its lists anew when it is back."""

STORIES_LIMIT = 32
DRAIN_RECONNECT_MS = (0, 2_000)

_log = structlog.get_logger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class NewsroomFeed:
    """The newsroom's calls for its stream, handed across by the composition root. All calls block."""

    admit_by_token: Callable[[str], Watcher]
    admit_by_ticket: Callable[[str], Watcher]
    find_story: Callable[[str, str], WatchedStory]
    begin: Callable[[], FeedPosition]
    read: Callable[[FeedPosition, Mapping[str, frozenset[StoryId]]], FeedBatch]
    find_principals: Callable[[Collection[str]], Mapping[str, Principal]]


@dataclass(eq=False, slots=True)
class StreamMember:
    """One open connection of the newsroom: the stories it watches, and its outbox."""

    watcher: Watcher
    wake: Callable[[], None]
    watching: dict[StoryId, str] = field(default_factory=dict)
    watches_all: bool = False
    outbox: list[bytes] = field(default_factory=list)
    close: Close | None = None
    number: int = field(default_factory=count(1).__next__)
    """Among the members that this process has had."""

    @property
    def token(self) -> str:
        """Return the id of the token the member signed in with."""
        return self.watcher.who.token

    def send(self, message: bytes) -> None:
        """Append `message` to the outbox; close a member that is too far behind instead."""
        if self.close is not None:
            return
        if len(self.outbox) >= OUTBOX_LIMIT:
            self.outbox.clear()
            self.close = Close(TOO_SLOW, "too far behind")
        else:
            self.outbox.append(message)
        self.wake()

    def end(self, close: Close) -> None:
        """Close after the messages in the outbox."""
        self.close = self.close or close
        self.wake()


class NewsroomStream:
    """The members connected to this process, and the reads that serve them."""

    def __init__(
        self,
        feed: NewsroomFeed,
        *,
        clock: Clock,
        monotonic: Callable[[], float],
        poll_seconds: float,
        threads: int,
    ) -> None:
        """`poll_seconds`: how late the writes of other processes may be sent; those of this one wake it at once."""
        self._feed = feed
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._threads = Threads(threads, name="newsroom-stream")
        self._is_failing = False
        self._tasks = Tasks()
        self._members: set[StreamMember] = set()
        self._presence: PresenceBoard[StreamMember | RemoteMember] = PresenceBoard(monotonic)
        self._monotonic = monotonic
        self._remote = RemotePresence()
        self._principals: dict[str, Principal] = {}
        self._is_applying = False
        self._on_presence: Callable[[], None] = lambda: None
        self._unsent_presence: set[tuple[StoryId, StreamMember]] = set()
        """Presence not sent yet to members who watch all stories: whether they may see it is to be checked first."""
        self._woken = asyncio.Event()
        self._reading = asyncio.Lock()
        self._mark: FeedPosition | None = None
        self._loop = asyncio.get_running_loop()
        self.draining = False

    def wake(self) -> None:
        """Read the tables soon: something was written. Call from any thread."""
        if self._members:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def admit(self, *, token: str | None = None, ticket: str | None = None) -> Watcher:
        """Return the watcher of a token or ticket. Raises NotAuthenticated, NotAllowed, Unavailable."""
        if ticket is not None:
            return await self._run(partial(self._feed.admit_by_ticket, ticket))
        return await self._run(partial(self._feed.admit_by_token, token or ""))

    async def join(self, member: StreamMember) -> None:
        """Add a member, which can then watch; call `leave` at its end. Raises Unavailable, and it is no member."""
        async with self._reading:
            if self._mark is None:
                self._mark = await self._run(self._feed.begin)
                self._tasks.spawn(self._follow())
            self._members.add(member)
        if self.draining:  # since it was admitted
            _say_goodbye(member)

    def leave(self, member: StreamMember) -> None:
        """Remove a member whose connection has ended, with its presence."""
        self._members.discard(member)
        self._unsent_presence = {(story, other) for story, other in self._unsent_presence if other is not member}
        for story in self._presence.stories:
            self._set_presence(story, member, None)

    async def watch(self, member: StreamMember, ref: str | None) -> None:
        """Send the member the news of a story, or of all. Raises NotFound, NotAuthenticated."""
        if ref is None:
            async with self._reading:
                member.watches_all = True
            member.send(encode_watching_all())
            self._unsent_presence.update((story, member) for story in self._presence.stories)
            self._woken.set()
            return
        if len(member.watching) >= STORIES_LIMIT:
            member.send(encode_refused(ref, status=400, code="too_many_stories"))
            return
        found = await self._run(partial(self._feed.find_story, member.token, ref))
        # Not while the tables are read for those who watched before: the member would miss what is read then.
        async with self._reading:
            member.watching[found.story] = found.slug
        member.send(encode_watching(found.story, slug=found.slug, people=self._presence.others(found.story, member)))

    def unwatch(self, member: StreamMember, ref: str | None) -> None:
        """Send the member no more of a story, or of all."""
        if ref is None:
            member.watches_all = False
            return
        story = _named(member, ref)
        if story is not None:
            del member.watching[story]
            self._set_presence(story, member, None)

    def show_presence(self, member: StreamMember, ref: str, *, doing: Doing | None, entry: str | None) -> None:
        """Send the member's presence to all who watch the story. It must watch the story itself."""
        story = _named(member, ref)
        if story is None:
            member.send(encode_refused(ref, status=404, code="story_not_watched"))
            return
        if doing is None:
            self._set_presence(story, member, None)
            return
        who, before = member.watcher.who, self._presence.of(story, member)
        is_same = before is not None and (before.doing, before.entry) == (doing, entry)
        since = before.since if before is not None and is_same else self._clock()
        self._set_presence(story, member, Presence(who.person, who.name, doing, entry, since))

    def tell_presence(self, on_presence: Callable[[], None]) -> None:
        """Call this whenever the presence of a member of this process changes, so that other processes learn of it."""
        self._on_presence = on_presence

    def presence_here(self) -> list[SaidPresence]:
        """Return the presence of the members of this process."""
        return [
            SaidPresence(member.number, member.token, story, each.doing, each.entry, each.since)
            for story in self._presence.stories
            for member, each in self._presence.all_in(story)
            if isinstance(member, StreamMember)
        ]

    def hear_presence(self, process: str, number: int, body: bytes) -> None:
        """Show what another process says of its members' presence."""
        if self._remote.hear(process, number, body, now=self._monotonic()):
            self.refresh_presence()

    def refresh_presence(self) -> None:
        """Show what other processes have said, without those that are not heard any more. Call every few seconds."""
        if not self._is_applying:
            self._is_applying = True
            self._tasks.spawn(self._apply_remote_presence())

    def forget(self) -> None:
        """Drop every message that is not sent yet, because text was purged; who waits for one comes back and reads."""
        self._principals.clear()
        for member in self._members:
            if member.outbox:
                member.outbox.clear()
                member.end(Close(TOO_SLOW, "text was purged"))

    def drain(self) -> None:
        """Send every member a goodbye to come back soon, and close: they are few, and at work."""
        self.draining = True
        for member in tuple(self._members):
            _say_goodbye(member)

    async def stop(self) -> None:
        """Stop reading the tables; a read that hangs is not waited for."""
        await self._tasks.stop()
        self._threads.close(within_seconds=0)

    async def _follow(self) -> None:
        while self._members:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._woken.wait()
            self._woken.clear()
            try:
                async with self._reading:
                    await self._read()
                self._is_failing = False
            except Exception as error:  # noqa: BLE001  (whatever the database raises, the next read sends what this missed)
                if not self._is_failing:  # once, not with each of four attempts a second
                    self._is_failing = True
                    _log.warning("newsroom_stream_read_failed", cause=str(error) or repr(error))
                await asyncio.sleep(self._poll_seconds)
            for story, member in self._presence.expired():
                self._set_presence(story, member, None)
        self._mark = None

    async def _read(self) -> None:
        if self._mark is None:
            return
        watched: dict[str, frozenset[StoryId]] = {}
        for member in self._members:
            watched[member.token] = watched.get(member.token, frozenset()) | frozenset(member.watching)
        # Kept until the read has succeeded; what is added meanwhile is sent after the next.
        unsent = {(story, member) for story, member in self._unsent_presence if member in self._members}
        for story, member in unsent:
            watched[member.token] |= {story}
        found = await self._run(partial(self._feed.read, self._mark, watched))
        self._mark = found.mark
        self._unsent_presence -= unsent
        for member in tuple(self._members):
            self._send_news(member, found)
        self._send_presence(unsent, found)

    def _send_news(self, member: StreamMember, found: FeedBatch) -> None:
        code = found.ended.get(member.token)
        if code is not None:
            member.end(Close(TOKEN_EXPIRED if code == "token_expired" else NOT_SIGNED_IN, code))
            return
        for story in found.lost.get(member.token, frozenset()) & member.watching.keys():
            del member.watching[story]
            self._set_presence(story, member, None)
            member.send(encode_refused(story, status=404, code="story_not_found"))
        for news in found.news:
            if member.token in news.audience and (member.watches_all or news.story in member.watching):
                member.send(news.message)

    def _set_presence(self, story: StoryId, member: StreamMember | RemoteMember, presence: Presence | None) -> None:
        if not self._presence.put(story, member, presence):
            return
        if isinstance(member, StreamMember):
            self._on_presence()
        for other in [each for each in self._members if each is not member]:
            if story in other.watching:
                other.send(encode_presence(story, self._presence.others(story, other)))
            elif other.watches_all:
                self._unsent_presence.add((story, other))
                self._woken.set()

    def _send_presence(self, unsent: set[tuple[StoryId, StreamMember]], found: FeedBatch) -> None:
        for story, member in unsent:
            is_lost = story in found.lost.get(member.token, frozenset())
            if not is_lost and member in self._members and member.watches_all and story not in member.watching:
                member.send(encode_presence(story, self._presence.others(story, member)))

    async def _apply_remote_presence(self) -> None:
        try:
            said = list(self._remote.all(now=self._monotonic()))
            unknown = {member.token for member, _ in said} - self._principals.keys()
            if unknown:
                self._principals |= await self._run(partial(self._feed.find_principals, unknown))
        except Exception as error:  # noqa: BLE001  (whatever the database raises, the next refresh reads again)
            _log.debug("presence_names_not_read", cause=str(error) or repr(error))
            return
        finally:
            self._is_applying = False
        present = {member.token for member, _ in said}
        self._principals = {token: who for token, who in self._principals.items() if token in present}
        shown = {(each.story, member): each for member, each in self._remote.all(now=self._monotonic())}
        for story in self._presence.stories:
            for member, _ in tuple(self._presence.all_in(story)):
                if isinstance(member, RemoteMember) and (story, member) not in shown:
                    self._set_presence(story, member, None)
        for (story, member), each in shown.items():
            who = self._principals.get(member.token)
            if who is not None:
                self._set_presence(story, member, Presence(who.person, who.name, each.doing, each.entry, each.since))

    async def _run(self, call: Callable[[], Result]) -> Result:
        return await self._threads.run(call)


def _say_goodbye(member: StreamMember) -> None:
    member.send(encode_goodbye(reason="drain", reconnect_after_ms=DRAIN_RECONNECT_MS))
    member.end(Close(DRAIN, "drain"))


def _named(member: StreamMember, ref: str) -> StoryId | None:
    named = canonical_slug(ref)
    return next((story for story, slug in member.watching.items() if named in (story, slug)), None)
