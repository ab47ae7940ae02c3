"""A standby that lacks commits takes its primary's place: who has read what is lost is begun anew, and nobody else."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import AsyncGenerator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from liveblog_client.apply import seq_of
from liveblog_client.reader import Mode
from tests.e2e.readers import Follower, Habit, Transport, differences, reading_client
from tests.e2e.server import Server, make_story, serving
from tests.faults.listening import close_code, summary, told_on_event_stream, told_on_websocket
from tests.faults.posting import Post
from tests.faults.tables import numbers_of, select, visible_entries
from tests.faults.test_failover import Pair, run_pair
from tests.postgres import crash
from tests.waiting import await_true, until

pytestmark = pytest.mark.slow

Json = dict[str, Any]
KEPT, LOST, NEW = 6, 5, 12
"""Entries that the standby has, that it lacks, and that come after it was promoted: more than were lost."""
RESET_SECONDS = 5
"""Readers are begun anew this soon after their node is ready again."""
HEAR_SECONDS = 20
TRY_SECONDS = 60
THE_LAST = "The last."
HABITS = (
    Habit(Transport.WEBSOCKET, page_size=None),
    Habit(Transport.WEBSOCKET, page_size=4, whole=False),
    Habit(Transport.EVENTS, page_size=None),
)


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A primary that waits for nobody, and its standby."""
    with run_pair() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Listener:
    """One reader, where they began, and every message of their connection."""

    follower: Follower
    began_at: str
    told: list[Json] = field(default_factory=list)

    @property
    def connections_and_snapshots(self) -> tuple[int, list[str]]:
        """Count the connections, and list the reasons of the snapshots."""
        reasons = [message["reason"] for message in self.told if message["type"] == "snapshot"]
        return self.follower.connections, reasons

    @property
    def cursors_around_snapshot(self) -> tuple[list[str], list[str]]:
        """The cursors of the events before the snapshot, and of those behind it."""
        [at] = [number for number, message in enumerate(self.told) if message["type"] == "snapshot"]
        before, after = self.told[:at], self.told[at:]
        return [each["cursor"] for each in before if "seq" in each], [each["cursor"] for each in after if "seq" in each]

    def begun_at(self, log: Sequence[str]) -> list[str]:
        """List the cursors of a log that the reader is to hear: all, or those after the page it began with."""
        return [cursor for cursor in log if seq_of(cursor) > seq_of(self.began_at)]

    def is_at(self, head: str) -> bool:
        """Return whether the reader holds everything up to this cursor, and knows it."""
        return self.follower.reader.mode is Mode.LIVE and self.follower.state["head"] == head


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Two nodes on a pair of databases, with a story that loses entries and one that does not, and their readers."""

    pair: Pair
    nodes: tuple[Server, Server]
    story: str
    calm: str
    listeners: list[Listener] = field(default_factory=list)

    def of(self, story: str) -> list[Listener]:
        """The readers of one of the stories."""
        return [each for each in self.listeners if each.follower.story == story]

    def publish(self, story: str, texts: Sequence[str]) -> None:
        """Post each text by turns on both nodes, again and again until it is acknowledged."""
        for number, text in enumerate(texts):
            _publish(self.nodes[number % 2], story, text)

    def events(self, story: str) -> list[Json]:
        """Read the log of a story from its first event on."""
        with self.nodes[0].reader() as reader:
            events: list[Json] = reader.get(f"/v1/stories/{story}/changes", params={"after": "0"}).json()["events"]
        return events

    def head(self, story: str) -> str:
        """Read the cursor of the newest event of a story in the tables."""
        query = "SELECT epoch, head_seq, head_check FROM public_stories WHERE story_id = :story"
        [parts] = select(self.pair.url, query, story=story)
        return ".".join(map(str, parts))

    def await_readiness(self, *, is_ready: bool) -> None:
        """Wait until both nodes say that they are ready, or that they are not."""
        for node in self.nodes:
            with node.reader() as reader:
                await_true(
                    lambda reader=reader: (reader.get("/readyz").json()["status"] == "ready") is is_ready,  # type: ignore[misc]
                    seconds=TRY_SECONDS,
                    or_say=lambda node=node: node.log,  # type: ignore[misc]
                )

    async def await_head(self, listeners: Sequence[Listener], head: str, *, seconds: float = HEAR_SECONDS) -> None:
        """Wait until these readers hold everything up to a cursor."""
        try:
            await until(lambda: all(each.is_at(head) for each in listeners), seconds=seconds, pause_seconds=0.02)
        except TimeoutError:
            late = [(each.follower.habit, each.follower.log[-8:]) for each in listeners if not each.is_at(head)]
            pytest.fail(f"not at {head} after {seconds} s: {late}; {self.nodes[0].log} {self.nodes[1].log}")

    async def require_equal(self) -> None:
        """Compare what every reader holds with what either node tells somebody who comes now, and with the tables."""
        promoted = self.pair.standby.url(self.pair.name)
        for node in self.nodes:
            async with reading_client(node.url) as client:
                for each in self.listeners:
                    assert await differences(each.follower, client) == []
                for story in (self.story, self.calm):
                    page = (await client.get(f"/v1/stories/{story}/entries", params={"limit": 100})).json()["items"]
                    kept = await asyncio.to_thread(visible_entries, promoted, story)
                    assert {item["id"] for item in page} == kept.keys()

    def require_reset(self, cursor: str, head: str) -> None:
        """Resume from a cursor on every transport of each node, and be begun anew at this head."""
        for node in self.nodes:
            with node.reader() as reader:
                for query in ({}, {"wait": "1"}):
                    asked = {"after": cursor, **query}
                    answer = reader.get(f"/v1/stories/{self.story}/changes", params=asked)
                    assert (answer.status_code, answer.json().get("code")) == (410, "cursor_unusable")
            for told in (
                told_on_websocket(node, self.story, after=cursor),
                told_on_event_stream(node, self.story, after=cursor),
                told_on_event_stream(node, self.story, cursor),
            ):
                assert summary(told) == ["subscribed reset", "snapshot fork", "caught_up"]
                assert {told[1]["state"]["head"], told[2]["cursor"]} == {head}

    def require_exact(self, cursor: str, events: Sequence[Json]) -> None:
        """Resume from a cursor on each node, and be given these events alone."""
        for node in self.nodes:
            told = told_on_websocket(node, self.story, after=cursor)
            assert told[0]["resume"] == "exact"
            assert [message["cursor"] for message in told if "seq" in message] == [each["cursor"] for each in events]


@asynccontextmanager
async def _newsroom(pair: Pair, folder: Path) -> AsyncGenerator[Newsroom]:
    """Start it, with readers who have what the standby has too, and follow until they are told THE_LAST."""
    async with AsyncExitStack() as stack:
        settings = {"DRAIN_SECONDS": "0", "PUBLIC_URL": "https://live.example"}
        a, b = (stack.enter_context(serving(pair.url, folder, name=name, **settings)) for name in ("a", "b"))
        newsroom = Newsroom(pair, (a, b), make_story(a), make_story(a, "Flood watch"))
        for story in (newsroom.story, newsroom.calm):
            await asyncio.to_thread(newsroom.publish, story, [f"Kept {number}." for number in range(KEPT)])
        clients = [await stack.enter_async_context(reading_client(node.url)) for node in newsroom.nodes]
        async with asyncio.TaskGroup() as tasks:
            for client, story, habit in product(clients, (newsroom.story, newsroom.calm), HABITS):
                follower = Follower(client, story, habit, random.Random(0))
                await follower.begin()
                listener = Listener(follower, began_at=follower.state["head"])
                follower.hear = listener.told.append
                newsroom.listeners.append(listener)
                tasks.create_task(follower.follow(_has_the_last))
            for story in (newsroom.story, newsroom.calm):
                await newsroom.await_head(newsroom.of(story), newsroom.head(story))
            yield newsroom


def _has_the_last(state: Any) -> bool:
    return any(THE_LAST in item["body_html"] for item in state["timeline"]["items"])


def _publish(node: Server, story: str, text: str) -> None:
    post, key = Post(node, story, text), str(uuid.uuid4())

    def is_acknowledged() -> bool:
        post.send(key=key)
        assert post.answers[-1].status_code in {201, 503}, post.answers[-1].text
        return post.answers[-1].status_code == 201

    await_true(is_acknowledged, seconds=TRY_SECONDS, or_say=lambda: node.log)


def _leave_behind(pair: Pair) -> None:
    """Let the standby have all there is, and nothing that comes: it does not receive any more."""
    receiving = "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'"
    with pair.primary.connect(pair.name) as primary, pair.standby.connect(pair.name) as standby:
        await_true(lambda: standby.execute(receiving).fetchone() == (1,))
        flushed = primary.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
        replayed = "SELECT pg_last_wal_replay_lsn() >= %s"
        await_true(lambda: standby.execute(replayed, flushed).fetchone() == (True,))
        standby.execute("ALTER SYSTEM SET primary_conninfo = ''")
        standby.execute("SELECT pg_reload_conf()")
        await_true(lambda: standby.execute("SELECT count(*) FROM pg_stat_wal_receiver").fetchone() == (0,))
        await_true(lambda: primary.execute("SELECT count(*) FROM pg_stat_replication").fetchone() == (0,))


def _promote(pair: Pair) -> None:
    with pair.standby.connect(pair.name) as standby:
        assert standby.execute("SELECT pg_promote(true)").fetchone() == (True,)


async def _lose(newsroom: Newsroom) -> list[Json]:
    """Publish what the standby lacks, and let every reader have it; return the events."""
    kept = len(newsroom.events(newsroom.story))
    await asyncio.to_thread(newsroom.publish, newsroom.story, [f"Lost {number}." for number in range(LOST)])
    await newsroom.await_head(newsroom.of(newsroom.story), newsroom.head(newsroom.story))
    lost = newsroom.events(newsroom.story)[kept:]
    assert len(lost) == LOST
    standby = newsroom.pair.standby.url(newsroom.pair.name)
    assert len(await asyncio.to_thread(visible_entries, standby, newsroom.story)) == KEPT, "it lacks nothing"
    return lost


def _begin_posting(newsroom: Newsroom, threads: ThreadPoolExecutor) -> list[Future[None]]:
    """Post new entries to both stories on both nodes from now on, again and again until each is acknowledged."""
    return [
        threads.submit(_publish, node, story, f"New {number} of node {node.port}.")
        for number, node, story in product(range(NEW // 2), newsroom.nodes, (newsroom.story, newsroom.calm))
    ]


@contextmanager
def _following(node: Server, story: str) -> Iterator[ClientConnection]:
    """Open a page that has the whole story."""
    where = f"{node.url.replace('http', 'ws', 1)}/v1/stories/{story}/live?after=0"
    with connect(where, proxy=None, compression=None) as socket:
        while json.loads(socket.recv(timeout=HEAR_SECONDS))["type"] != "caught_up":
            pass
        yield socket


async def _finish(newsroom: Newsroom, lost: Sequence[Json]) -> None:
    """Publish some more; compare what everybody holds, and what each reader was told of the whole night."""
    for story in (newsroom.story, newsroom.calm):
        await asyncio.to_thread(newsroom.publish, story, ["Another.", THE_LAST])
        await newsroom.await_head(newsroom.of(story), newsroom.head(story))
    await newsroom.require_equal()
    log, calm = ([event["cursor"] for event in newsroom.events(story)] for story in (newsroom.story, newsroom.calm))
    gone = [event["cursor"] for event in lost]
    assert not {*gone} & {*log}
    for each in newsroom.of(newsroom.story):
        assert each.connections_and_snapshots == (1, ["fork"]), each.follower.log
        before, after = each.cursors_around_snapshot
        assert before == each.begun_at(log[: KEPT + 1]) + gone, "of the new history nothing was told on top of the lost"
        assert after == log[len(log) - len(after) :], "each once and in order, and none left out"
    for each in newsroom.of(newsroom.calm):
        assert each.connections_and_snapshots == (1, []), each.follower.log
        assert [message["cursor"] for message in each.told if "seq" in message] == each.begun_at(calm)
    await asyncio.to_thread(newsroom.require_reset, gone[0], log[-1])
    await asyncio.to_thread(newsroom.require_reset, gone[-1], log[-1])
    promoted = newsroom.pair.standby.url(newsroom.pair.name)
    for story, cursors in ((newsroom.story, log), (newsroom.calm, calm)):
        assert list(await asyncio.to_thread(numbers_of, promoted, story)) == list(range(1, 1 + len(cursors)))


async def test_readers_of_what_a_promoted_standby_lacks_are_begun_anew_within_five_seconds_and_others_go_on(
    anyio_backend: str, pair: Pair, tmp_path: Path
) -> None:
    async with _newsroom(pair, tmp_path) as newsroom, AsyncExitStack() as stack:
        kept = newsroom.head(newsroom.story)
        _leave_behind(pair)
        lost = await _lose(newsroom)
        vanished = make_story(newsroom.nodes[0], "Nobody has it")
        sockets = [stack.enter_context(_following(node, vanished)) for node in newsroom.nodes]
        with newsroom.nodes[1].reader() as reader:
            remembered = reader.get(f"/v1/stories/{newsroom.story}")
        assert remembered.json()["head"] == lost[-1]["cursor"]
        crash(pair.primary)
        await asyncio.to_thread(newsroom.await_readiness, is_ready=False)
        await asyncio.to_thread(_promote, pair)
        await asyncio.to_thread(newsroom.await_readiness, is_ready=True)
        await newsroom.await_head(newsroom.of(newsroom.story), kept, seconds=RESET_SECONDS)
        await newsroom.require_equal()
        with newsroom.nodes[1].reader() as reader:
            known = {"if-none-match": remembered.headers["etag"]}
            again = reader.get(f"/v1/stories/{newsroom.story}", headers=known)
            assert (again.status_code, again.json()["head"]) == (200, kept)
            gone = lost[0]["entry"]["id"]
            assert reader.get(f"/v1/stories/{newsroom.story}/entries/{gone}").status_code == 404
            assert reader.get(f"/v1/stories/{vanished}").status_code == 404
        assert [await asyncio.to_thread(close_code, socket) for socket in sockets] == [4504, 4504]
        for event in lost:
            await asyncio.to_thread(newsroom.require_reset, event["cursor"], kept)
        await asyncio.to_thread(newsroom.require_exact, kept, [])
        await _finish(newsroom, lost)


async def test_readers_of_what_is_lost_are_begun_anew_when_a_promoted_standby_has_more_numbers_at_once(
    anyio_backend: str, pair: Pair, tmp_path: Path
) -> None:
    async with _newsroom(pair, tmp_path) as newsroom:
        kept = newsroom.head(newsroom.story)
        _leave_behind(pair)
        lost = await _lose(newsroom)
        crash(pair.primary)
        with ThreadPoolExecutor(4 * NEW) as threads:
            posting = _begin_posting(newsroom, threads)
            await asyncio.to_thread(newsroom.await_readiness, is_ready=False)
            await asyncio.to_thread(_promote, pair)
            for each in posting:
                await asyncio.wrap_future(each)
        await asyncio.to_thread(newsroom.await_readiness, is_ready=True)
        for story in (newsroom.story, newsroom.calm):
            await newsroom.await_head(newsroom.of(story), newsroom.head(story), seconds=RESET_SECONDS)
        await newsroom.require_equal()
        events = newsroom.events(newsroom.story)
        assert len(events) == 1 + KEPT + NEW
        assert len(events) > 1 + KEPT + LOST, "the numbers of what is lost are taken"
        for event in lost:
            await asyncio.to_thread(newsroom.require_reset, event["cursor"], events[-1]["cursor"])
        await asyncio.to_thread(newsroom.require_exact, kept, events[1 + KEPT :])
        await _finish(newsroom, lost)
