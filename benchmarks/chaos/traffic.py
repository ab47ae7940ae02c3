"""Writers and readers by the protocol alone: who posts says again what was not answered, who reads comes back."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx

from liveblog_client.apply import State
from tests.e2e.readers import Follower, Habit, Transport
from tests.e2e.server import ADMIN_TOKEN
from tests.loopback import NO_CERTIFICATES

PAUSE_SECONDS = 0.1
AGAIN_SECONDS = 0.1
ANSWER_SECONDS = 5.0
"""A writer waits no longer for an answer before it says the same again, which nginx may give to the other node."""
PATIENCE_SECONDS = 90.0
AWAY = frozenset({502, 503, 504})
"""The answers of nginx while its nodes are away, and of a node that cannot write now."""
LAST = "That was all."


@dataclass
class Posts:
    """What was posted to one story: when each entry was acknowledged, by its id."""

    story: str
    acknowledged: dict[str, float] = field(default_factory=dict)
    longest_write_seconds: float = 0.0
    is_over: bool = False
    _count: int = 0

    async def write(self, address: str) -> None:
        """Post one entry after the other until it is over."""
        while not self.is_over:
            await self.post(address, "Still counting.")
            await asyncio.sleep(PAUSE_SECONDS)

    async def post(self, address: str, text: str) -> str:
        """Post one entry, again and again under one key, until it is acknowledged; return its id."""
        self._count += 1
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Idempotency-Key": f"{self.story}-{self._count}"}
        began = time.monotonic()
        while True:
            answer = await self._send(address, text, headers)
            if answer is not None and answer.status_code == 201:
                break
            assert answer is None or answer.status_code in AWAY | {429}, answer.text
            assert time.monotonic() - began < PATIENCE_SECONDS, "an entry was not taken"
            await asyncio.sleep(AGAIN_SECONDS)
        entry: str = answer.json()["id"]
        self.acknowledged[entry] = time.monotonic()
        self.longest_write_seconds = max(self.longest_write_seconds, time.monotonic() - began)
        return entry

    async def _send(self, address: str, text: str, headers: dict[str, str]) -> httpx.Response | None:
        try:
            async with asking_client(address, timeout=ANSWER_SECONDS) as client:
                return await client.post(f"/v1/stories/{self.story}/entries", json={"text": text}, headers=headers)
        except httpx.TransportError:
            return None


@dataclass
class Reader:
    """One reader, and when it was told of which event."""

    follower: Follower
    is_direct: bool
    """Whether it asks a node itself: while that is away it has nowhere to go, and its time is not a reader's."""
    told: list[tuple[float, int, str]] = field(default_factory=list)
    """The time, the number of the event, and the entry if that was published."""

    def hear(self, message: dict[str, Any]) -> None:
        """Note the events of a message or of a reply."""
        now = time.monotonic()
        for each in message.get("events", [message]):
            if each.get("type", "").startswith("entry."):
                self.told.append((now, each["seq"], each["entry"]["id"] if each["type"] == "entry.published" else ""))

    @property
    def held(self) -> set[str]:
        """Return the ids of the entries it holds."""
        return {item["id"] for item in self.follower.state["timeline"]["items"]}

    @property
    def doubled(self) -> int:
        """Count the events it was told of again."""
        return sum(times - 1 for times in Counter(seq for _, seq, _ in self.told).values())

    @property
    def out_of_order(self) -> int:
        """Count the events it was told of behind a later one."""
        return sum(later < earlier for earlier, later in pairwise(seq for _, seq, _ in self.told))

    def silence(self, began: float, ended: float) -> float:
        """Return the longest time in which it was told of nothing, of those between two moments."""
        moments = [began, *(moment for moment, _, _ in self.told if began < moment < ended), ended]
        return max(later - earlier for earlier, later in pairwise(moments))

    def lateness(self, acknowledged: dict[str, float]) -> float:
        """Return the longest time from an acknowledgement to its being told, 0 if it was always told before."""
        late = [moment - acknowledged[entry] for moment, _, entry in self.told if entry in acknowledged]
        return max(0.0, *late) if late else 0.0


@dataclass(frozen=True, slots=True)
class ReaderCounts:
    """How many readers there are on each transport through nginx; a WebSocket and an event stream are at each node."""

    websockets: int = 8
    events: int = 4
    polls: int = 2

    def gather(self, story: str, front: httpx.AsyncClient, nodes: list[httpx.AsyncClient]) -> list[Reader]:
        """Return the readers, who have not begun."""
        kinds = {Transport.WEBSOCKET: self.websockets, Transport.EVENTS: self.events, Transport.POLL: self.polls}
        places = [(front, kind) for kind, count in kinds.items() for _ in range(count)]
        places += [(node, kind) for node in nodes for kind in (Transport.WEBSOCKET, Transport.EVENTS)]
        readers = []
        for seed, (client, kind) in enumerate(places):
            follower = Follower(client, story, Habit(kind), random.Random(seed))
            reader = Reader(follower, is_direct=client is not front)
            reader.follower.hear = reader.hear
            reader.follower.unserved = AWAY
            readers.append(reader)
        return readers


def has_last(state: State) -> bool:
    """Return whether a reader has the last entry."""
    items = state["timeline"]["items"]
    return bool(items) and LAST in str(items[0])


def asking_client(address: str, *, timeout: float) -> httpx.AsyncClient:
    """Return a client that opens a connection for each request: with workers, each goes to any of them."""
    return httpx.AsyncClient(
        base_url=address,
        trust_env=False,
        verify=NO_CERTIFICATES,
        timeout=timeout,
        limits=httpx.Limits(max_keepalive_connections=0),
    )


async def until_true(condition: Callable[[], bool], *, seconds: float, pause_seconds: float = 0.02) -> bool:
    """Wait until `condition` holds, not longer than this; return whether it does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(pause_seconds)
    return True
