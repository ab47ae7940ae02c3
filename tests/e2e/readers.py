"""Readers of the real server who keep to the client law, on every transport, over a network that breaks."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from liveblog_client.apply import State, bound_of, missing_entries, named_entries, sort_key_of
from liveblog_client.reader import Mode, Reader, Verdict, empty_state, fold_changes, receive
from liveblog_client.window import changes_wanted_after, merge_named, merge_page
from tests.loopback import NO_CERTIFICATES

Json = dict[str, Any]
RECONNECT_SECONDS = (0.05, 0.3)


class Transport(StrEnum):
    """The transport over which a reader receives."""

    WEBSOCKET = "websocket"
    EVENTS = "events"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class Habit:
    """A reader's habits: `page_size` None asks for everything (`after=0`), else it begins with a page of that size.

    `whole` readers load older pages down to the end. `breaks` is how often the connection is lost on the way.
    `deflate` readers offer to have a WebSocket compressed, as browsers do.
    """

    transport: Transport
    body: str = "html"
    page_size: int | None = 20
    whole: bool = True
    breaks: int = 0
    deflate: bool = False


class Follower:
    """One reader of one story. `log` is what it was told, for a person who looks into a failure; `hear` may be set to
    be given every message and reply whole. `is_compressed` says what its last WebSocket agreed to. Answers of the
    statuses in `unserved`, those of a proxy whose nodes are away, are to it connections that were lost."""

    def __init__(self, client: httpx.AsyncClient, story: str, habit: Habit, chance: random.Random) -> None:
        self.client = client
        self.story = story
        self.habit = habit
        self.chance = chance
        self.reader = Reader(empty_state(story))
        self.log: list[str] = []
        self.connections = 0
        self.is_compressed = False
        self.hear: Callable[[Json], None] | None = None
        self.unserved: frozenset[int] = frozenset()
        self._page: Json | None = None

    @property
    def state(self) -> State:
        """Return the state it holds now."""
        return self.reader.state

    async def begin(self) -> None:
        """Take the state it goes on from."""
        if self.habit.page_size is not None:
            self.reader = Reader(await self._snapshot(self.habit.page_size))

    async def follow(self, until: Callable[[State], bool]) -> None:
        """Read, lose the connection, come back, until what it holds satisfies `until` and nothing is left to load."""
        while not self._is_done(until):
            budget = self.chance.randrange(8) if self.connections < self.habit.breaks else None
            self.connections += 1
            self.log.append(f"connect after {self.state['head']}, {budget} messages")
            try:
                await self._connection(until, budget)
            except (OSError, httpx.TransportError, WebSocketException) as error:
                self.log.append(repr(error))
                await asyncio.sleep(self.chance.uniform(*RECONNECT_SECONDS))  # a client waits before it connects again
        while self.habit.whole and self.state["timeline"]["next"] is not None:
            await self._photograph()
            await self._merge()
        await self._fetch_missing()

    async def _fetch_missing(self) -> None:
        """Ask for the entries that pins and key points name and that are held nowhere; what is gone by now is left."""
        for missing in missing_entries(self.state):
            page = f"/v1/stories/{self.story}/entries?around={missing}&limit=1&body={self.habit.body}"
            answer = await self.client.get(page)
            self._require_served(answer)
            self.log.append(f"fetch {missing}: {answer.status_code}")
            assert answer.status_code in {200, 404, 410}, answer.text
            if answer.status_code == 200:
                replies = await self._replies_for(answer.json())
                self.reader = Reader(merge_named(self.state, answer.json(), replies), self.reader.mode)

    def _is_done(self, until: Callable[[State], bool]) -> bool:
        return self.reader.mode is Mode.LIVE and until(self.state)

    async def _connection(self, until: Callable[[State], bool], budget: int | None) -> None:
        match self.habit.transport:
            case Transport.WEBSOCKET:
                await self._read_websocket(until, budget)
            case Transport.EVENTS:
                await self._read_events(until, budget)
            case Transport.POLL:
                await self._poll(until, budget)

    async def _read_websocket(self, until: Callable[[State], bool], budget: int | None) -> None:
        address = f"{self.client.base_url}".replace("http", "ws", 1).rstrip("/")
        where = f"{address}/v1/stories/{self.story}/live?{self._resume_query()}"
        compression = "deflate" if self.habit.deflate else None
        async with connect(where, proxy=None, compression=compression, max_size=None, close_timeout=5) as socket:
            self.is_compressed = bool(socket.protocol.extensions)
            count = 0
            while not self._is_done(until):
                if count == budget:
                    socket.transport.abort()
                    return
                count += 1
                if self._take(json.loads(await socket.recv())) is Verdict.RESUME:
                    request = {"type": "subscribe", "story": self.story, "after": self.state["head"]}
                    await socket.send(json.dumps(request))
                await self._load_older_sometimes()

    async def _read_events(self, until: Callable[[State], bool], budget: int | None) -> None:
        where = f"/v1/stories/{self.story}/events?{self._resume_query()}"
        async with self.client.stream("GET", where) as answer, aclosing(messages_of(answer)) as messages:
            self._require_served(answer)
            assert answer.status_code == 200
            count = 0
            async for message in messages:
                if self._take(message) is Verdict.RESUME or self._is_done(until) or count == budget:
                    return
                count += 1
                await self._load_older_sometimes()
        await asyncio.sleep(self.chance.uniform(*RECONNECT_SECONDS))  # the server has ended it

    async def _poll(self, until: Callable[[State], bool], budget: int | None) -> None:
        count = 0
        while not self._is_done(until):
            ask = {"after": self.state["head"], "body": self.habit.body}
            ask |= {"wait": "5", "limit": str(self.chance.choice([1, 3, 200]))}
            asking = self.client.get(f"/v1/stories/{self.story}/changes", params=ask)
            if count == budget:
                # The answer is on its way or not; this reader will never know.
                with_luck = self.chance.random() * 0.02
                await asyncio.wait([task := asyncio.ensure_future(asking)], timeout=with_luck)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                return
            answer = await asking
            self._require_served(answer)
            if answer.status_code == 410:
                self.log.append("410: begins again")
                self._page = None
                self.reader = Reader(await self._snapshot(self.habit.page_size or 20))
                continue
            assert answer.status_code in {200, 503}, answer.text
            if answer.status_code == 200:
                await self._fold(answer.json())
            count += 1

    async def _fold(self, reply: Json) -> None:
        if self.hear is not None:
            self.hear(reply)
        self.log.append(f"changes {[event['seq'] for event in reply['events']]} to {reply['cursor']}")
        self.reader, verdict = fold_changes(self.reader, reply)
        while verdict is Verdict.RESUME:
            ask = {"after": self.state["head"], "body": self.habit.body}
            more = await self.client.get(f"/v1/stories/{self.story}/changes", params=ask)
            self._require_served(more)
            assert more.status_code == 200, more.text
            if self.hear is not None:
                self.hear(more.json())
            self.reader, verdict = fold_changes(self.reader, more.json())
        await self._load_older_sometimes()

    def _take(self, message: Json) -> Verdict:
        if self.hear is not None:
            self.hear(message)
        self.reader, verdict = receive(self.reader, message)
        self.log.append(f"{message.get('seq', message['type'])} {message.get('cursor', '')} {verdict}")
        if verdict is Verdict.REPLACED:
            self._page = None
        return verdict

    async def _load_older_sometimes(self) -> None:
        if self.reader.mode is Mode.LIVE and self.chance.random() < 0.2:
            await self._fetch_missing()
        if self._page is None and self.chance.random() < 0.1:
            await self._photograph()
        elif self._page is not None and self.chance.random() < 0.3:
            await self._merge()

    async def _photograph(self) -> None:
        """Ask for the next older page; it is merged later, when it may be behind."""
        if self._page is None and self.state["timeline"]["next"] is not None:
            self._page = await self._get(self.state["timeline"]["next"])

    async def _merge(self) -> None:
        page, self._page = self._page, None
        if page is None:
            return
        replies = await self._replies_for(page)
        self.log.append(f"merge {len(page['items'])} with {len(replies)} replies")
        self.reader = Reader(merge_page(self.state, page, replies), self.reader.mode)

    async def _replies_for(self, page: Json) -> list[Json]:
        """The `changes` without which the page is behind what is held, in order."""
        replies: list[Json] = []
        while (wanted := changes_wanted_after(self.state, page, replies)) is not None:
            ask = f"/v1/stories/{self.story}/changes?after={wanted}&body={self.habit.body}&limit=7"
            replies.append(await self._get(ask))
        return replies

    def _resume_query(self) -> str:
        return f"after={quote(self.state['head'])}&body={self.habit.body}"

    async def _snapshot(self, page_size: int) -> Json:
        """The story with a first page of that size, both of one moment."""
        while True:
            state = await self._get(f"/v1/stories/{self.story}?body={self.habit.body}")
            page = await self._get(f"/v1/stories/{self.story}/entries?limit={page_size}&body={self.habit.body}")
            if page.pop("head") == state["head"]:
                return {**state, "timeline": page}

    async def _get(self, url: str) -> Json:
        answer = await self.client.get(url)
        self._require_served(answer)
        assert answer.status_code == 200, f"{url}: {answer.text}"
        body: Json = answer.json()
        return body

    def _require_served(self, answer: httpx.Response) -> None:
        if answer.status_code in self.unserved:
            raise httpx.RemoteProtocolError(f"answered {answer.status_code}", request=answer.request)


async def fresh_state(client: httpx.AsyncClient, story: str, *, body: str, bound: list[str] | None) -> Json:
    """The story as somebody who comes now sees it, down to `bound`, in the shape of `held_state`."""
    state: Json = (await client.get(f"/v1/stories/{story}", params={"body": body})).json()
    items: list[Json] = []
    following: str | None = f"/v1/stories/{story}/entries?limit=100&body={body}"
    while following is not None:
        page = (await client.get(following)).json()
        assert page["head"] == state["head"], "the story changed while it was compared"
        items += page["items"]
        following = page["next"]
    assert state["timeline"]["items"] == items[:20]
    timeline = [e for e in items if bound is None or sort_key_of(e) >= (bound[0], bound[1])]
    held, named = {e["id"] for e in timeline}, named_entries(state)
    state = _without_comments(state)
    return {**state, "timeline": timeline, "included": [e for e in items if e["id"] in named and e["id"] not in held]}


def held_state(state: State) -> Json:
    """Return a reader's state without where its pages end, which is its own; without entries, it counts none."""
    counted = {"entry_count": 0, "last_entry_at": None, **_without_comments(state)}
    return {**counted, "timeline": list(state["timeline"]["items"])}


def _without_comments(state: State) -> Json:
    """Return a state without the numbers of comments, which are told when they have changed, and not with events."""
    return {name: value for name, value in state.items() if name not in {"comment_count", "comment_counts"}}


async def differences(follower: Follower, client: httpx.AsyncClient) -> list[str]:
    """Describe how the follower's state differs from that of a reader who joins now; empty if it does not."""
    bound = bound_of(follower.state["timeline"])
    fresh = await fresh_state(client, follower.story, body=follower.habit.body, bound=bound)
    held = held_state(follower.state)
    if held == fresh:
        return []
    names = [name for name in fresh.keys() | held.keys() if fresh.get(name) != held.get(name)]
    told = [f"{name}: holds {held.get(name)!r}, should hold {fresh.get(name)!r}" for name in names]
    return [f"{follower.habit} of {follower.story}: {told}", *follower.log]


async def messages_of(answer: httpx.Response) -> AsyncGenerator[Json]:
    """The JSON of each event-stream message, split as the standard says and never at other line ends; to be closed."""
    waiting = b""
    async with aclosing(answer.aiter_raw()) as chunks:  # type: ignore[type-var]  # a generator, declared as an iterator
        async for data in chunks:
            *lines, waiting = (waiting + data).split(b"\n")
            for line in lines:
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))


def reading_client(url: str) -> httpx.AsyncClient:
    """A client for any number of readers at once."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    return httpx.AsyncClient(base_url=url, trust_env=False, verify=NO_CERTIFICATES, timeout=40, limits=limits)
