"""The simulation: readers who are connected, wait, or queue; nodes and proxies that admit one after the other.

Each simulated reader stands for `weight` real ones, so that ten millions fit into a minute.
Every step is drawn from one seed.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count

from benchmarks.simulation.clients import FIRST_WORD_SECONDS, PRESENT, BackOff, Client
from benchmarks.simulation.fleet import Fleet

ROUND_TRIP_SECONDS = 0.02
BIN_SECONDS = 1.0


class State(IntEnum):
    """What a reader is doing; each is in exactly one state at any time."""

    CONNECTED = 0
    WAITING = 1
    QUEUED = 2


@dataclass(slots=True)
class Node:
    """One node: the moment until which it has work, its readers, and the handshakes that came in each second."""

    number: int
    is_up: bool = True
    takes_new: bool = True
    free_at: float = 0.0
    load: int = 0
    arrived: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Reader:
    """One simulated reader."""

    client: Client
    state: State = State.CONNECTED
    node: Node | None = None
    since: float = 0.0
    away_since: float | None = None


class Site:
    """A fleet with its readers, all connected and evenly spread at second 0."""

    def __init__(self, fleet: Fleet, *, simulated: int, seed: int, back_off: BackOff = PRESENT) -> None:
        self.fleet = fleet
        self.weight = fleet.readers / simulated
        self.nodes = [Node(number) for number in range(fleet.nodes)]
        self.readers = [Reader(Client(back_off), since=-3600.0) for _ in range(simulated)]
        self.now = 0.0
        self.is_reachable = True
        self.counts = Counter({State.CONNECTED: simulated})
        self.tries = self.requests = self.given_up = 0
        self.longest_queue = self.last_connected = 0.0
        self.away: list[float] = []
        self.random = random.Random(seed).random
        self._order = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._proxy_free_at = 0.0
        for number, reader in enumerate(self.readers):
            reader.node = self.nodes[number % len(self.nodes)]
            reader.node.load += 1

    def at(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something at a moment."""
        heapq.heappush(self._due, (seconds, next(self._order), action))

    def run(self, *, until: float, look: Callable[[], None] = lambda: None) -> None:
        """Let time pass until nothing is due, or `until`; `look` is called before each step."""
        while self._due and self._due[0][0] <= until:
            self.now, _, action = heapq.heappop(self._due)
            look()
            action()

    def lose(self, node: Node) -> None:
        """End a node at once, as a kill does: the system tells its readers."""
        node.is_up = node.takes_new = False
        for reader in self.readers:
            if reader.node is node and reader.state is State.CONNECTED:
                self._cut(reader)

    def lose_silently(self, node: Node, *, noticed: Callable[[], float]) -> None:
        """End a node without a word, as a cable does: each reader notices after seconds of their own."""
        node.is_up = node.takes_new = False
        for reader in self.readers:
            if reader.node is node and reader.state is State.CONNECTED:
                reader.away_since = self.now
                self.at(self.now + noticed(), lambda reader=reader: self._cut(reader))  # type: ignore[misc]

    def cut_all(self) -> None:
        """End every connection at once, as a proxy in front of all does."""
        self.is_reachable = False
        for reader in self.readers:
            if reader.state is State.CONNECTED:
                self._cut(reader)

    def come_back(self) -> None:
        """Let connections through again."""
        self.is_reachable = True

    def drain(self, node: Node, *, over_seconds: float, window_seconds: float, then: Callable[[], None]) -> None:
        """Send a node's readers away, evenly, each with a window to come back in; `then` follows the last of them."""
        node.takes_new = False
        leaving = [each for each in self.readers if each.node is node and each.state is State.CONNECTED]
        for number, reader in enumerate(leaving):
            told = self.now + over_seconds * number / max(1, len(leaving))
            wait = self.random() * window_seconds
            self.at(told, lambda reader=reader, wait=wait: self._send_away(reader, wait))  # type: ignore[misc]
        self.at(self.now + over_seconds, then)

    def replace(self, node: Node) -> None:
        """Put an empty node in the place of one that has gone."""
        node.is_up = node.takes_new = True
        node.free_at = self.now

    def busiest_second(self) -> float:
        """Return the most handshakes that came to one node in a second."""
        return max((most for node in self.nodes for most in node.arrived.values()), default=0) * self.weight

    def _cut(self, reader: Reader) -> None:
        if reader.state is not State.CONNECTED:
            return
        self._left(reader)
        wait = reader.client.closed(self.random, heard=True, lived=self.now - reader.since)
        self._wait(reader, wait)

    def _send_away(self, reader: Reader, wait_seconds: float) -> None:
        if reader.state is State.CONNECTED:
            self._left(reader)
            self._wait(reader, wait_seconds)

    def _left(self, reader: Reader) -> None:
        assert reader.node is not None
        reader.node.load -= 1
        reader.node = None
        if reader.away_since is None:
            reader.away_since = self.now

    def _wait(self, reader: Reader, seconds: float) -> None:
        self._move(reader, State.WAITING)
        self.at(self.now + seconds, lambda: self._try(reader))

    def _try(self, reader: Reader) -> None:
        self.tries += 1
        self._move(reader, State.QUEUED)
        node = self._choose() if self.is_reachable else None
        if node is None:
            self.at(self.now + ROUND_TRIP_SECONDS, lambda: self._failed(reader))
            return
        begins = self._through_proxies()
        done = None if begins is None else self._admit(node, begins)
        if done is None or done - self.now > FIRST_WORD_SECONDS:
            self.given_up += 1
            self.at(self.now + FIRST_WORD_SECONDS, lambda: self._failed(reader))
            return
        node.load += 1
        reader.node = node
        self.at(done, lambda: self._connected(reader, node))

    def _choose(self) -> Node | None:
        open_nodes = [each for each in self.nodes if each.takes_new]
        return min(open_nodes, key=lambda each: each.load) if open_nodes else None

    def _through_proxies(self) -> float | None:
        """Return when the proxies are done with it; None: its client has gone before its turn, which costs nothing."""
        begins = max(self.now, self._proxy_free_at)
        if begins - self.now > FIRST_WORD_SECONDS:
            return None
        self._proxy_free_at = begins + self.weight / self.fleet.proxied_per_second
        return self._proxy_free_at

    def _admit(self, node: Node, begins: float) -> float | None:
        """Return when the node has admitted it; None as above."""
        self.requests += 1
        node.arrived[int(begins / BIN_SECONDS)] += 1
        begins = max(begins, node.free_at)
        if begins - self.now > FIRST_WORD_SECONDS:
            return None
        node.free_at = begins + self.weight / self.fleet.handshakes_per_second
        self.longest_queue = max(self.longest_queue, node.free_at - self.now)
        return node.free_at

    def _connected(self, reader: Reader, node: Node) -> None:
        if not node.is_up or not self.is_reachable:
            node.load -= 1
            reader.node = None
            self._failed(reader)
            return
        self._move(reader, State.CONNECTED)
        reader.since = self.last_connected = self.now
        if reader.away_since is not None:
            self.away.append(self.now - reader.away_since)
            reader.away_since = None
        if reader.client.heard():  # a socket is tried beside it, and takes over
            begins = self._through_proxies()
            if begins is not None:
                self._admit(node, begins)
            reader.client.took_over()

    def _failed(self, reader: Reader) -> None:
        self._wait(reader, reader.client.closed(self.random, heard=False))

    def _move(self, reader: Reader, state: State) -> None:
        self.counts[reader.state] -= 1
        reader.state = state
        self.counts[state] += 1
