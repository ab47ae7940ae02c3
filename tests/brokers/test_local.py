"""The broker of one machine's processes: what one commits the others hear in order, whatever becomes of either."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from app.brokers.local import LocalBroker
from app.brokers.local_follower import LocalFollower
from app.brokers.local_frames import (
    Frame,
    FrameReader,
    Kind,
    MalformedFrame,
    Outdated,
    encode_frame,
    encode_hello,
)
from app.brokers.memory import MemoryBroker
from app.domain.identifiers import StoryId
from app.server.control_socket import listen_for_followers
from tests.brokers.local_brokers import following, running
from tests.live.hubs import reach, running_hub
from tests.live.model import ModelLog, story
from tests.waiting import until

pytestmark = pytest.mark.anyio

LONG = 5.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.sock"


async def test_every_follower_hears_each_commit_once_and_in_order_with_the_time_of_its_commit(path: Path) -> None:
    model = story()
    async with running(path) as broker, following(path, 3) as followers:
        times: list[float | None] = []
        followers[0].broker.subscribe(lambda _, at: times.append(at))
        published = [model.publish(f"text {number}") for number in range(200)]

        def publish() -> None:
            for each in published:
                broker.publish(each)

        thread = threading.Thread(target=publish)
        before = asyncio.get_running_loop().time()
        thread.start()
        await until(lambda: all(len(each.announcements) == 200 for each in followers))
        thread.join()
        for each in followers:
            assert each.announcements == published
        assert all(at is not None and before <= at for at in times)
        assert times == sorted(times, key=lambda at: at or 0)


async def test_a_write_waits_until_every_process_has_applied_it_and_no_longer_than_it_may(path: Path) -> None:
    model = story()
    async with running(path) as broker, following(path, 2) as followers:
        await until(lambda: broker.follower_count == 2)
        assert await broker.wait_known(LONG)
        broker.publish(model.publish())
        assert await broker.wait_known(LONG)
        assert [len(each.announcements) for each in followers] == [1, 1]
        followers[0].gate = asyncio.Event()
        broker.publish_outdated(Outdated(sites=True))
        assert broker.health().late == 0
        assert not await broker.wait_known(0.02), "one has not dropped it yet"
        broker.publish(model.publish())
        assert await broker.wait_known(LONG), "who is late is not waited for again"
        assert broker.health().late == 1
        followers[0].gate.set()
        followers[0].gate = None
        await until(lambda: all(each.told[-1] != "missed" for each in followers))
        broker.publish_outdated(Outdated(texts=True))
        await until(lambda: followers[0].told[-1] == Outdated(texts=True))
        assert await broker.wait_known(LONG)


async def test_whoever_follows_later_is_told_that_it_may_have_missed_something_and_nobody_waits_without(
    path: Path,
) -> None:
    model = story()
    async with running(path) as broker:
        broker.publish(model.publish())
        assert await broker.wait_known(LONG), "nobody follows"
        async with following(path) as (follower,):
            await until(lambda: follower.told)
            assert follower.told == ["missed"]
            assert follower.broker.health().is_connected
            broker.publish(later := model.publish())
            await until(lambda: len(follower.told) > 1)
            assert follower.told == ["missed", later]
        await until(lambda: broker.follower_count == 0)
        assert await broker.wait_known(LONG)


async def test_a_follower_comes_back_to_a_broker_that_was_away_and_says_meanwhile_that_it_hears_nothing(
    path: Path,
) -> None:
    model = story()
    async with following(path) as (follower,):
        assert not follower.broker.health().is_connected
        async with running(path) as first:
            await until(lambda: follower.broker.health().is_connected)
            first.publish(model.publish())
            await until(lambda: follower.announcements)
        await until(lambda: not follower.broker.health().is_connected)
        async with running(path) as second:
            await until(lambda: follower.told.count("missed") == 2)
            second.publish(last := model.publish())
            await until(lambda: follower.told[-1] == last)
            assert follower.broker.health().is_connected


async def test_one_that_takes_nothing_holds_nobody_is_bounded_and_is_told_what_it_missed(path: Path) -> None:
    model = story()
    async with running(path, waiting_limit_bytes=64 * 1024) as broker, following(path) as (prompt,):
        await until(lambda: broker.follower_count == 1)
        stuck = socket.socket(socket.AF_UNIX)
        stuck.setblocking(False)
        stuck.connect(str(path))
        stuck.send(encode_hello(1))
        await until(lambda: broker.follower_count == 2)
        published = []
        for _ in range(60):
            published.append(model.publish("x" * 20_000))
            broker.publish(published[-1])
            assert await broker.wait_known(LONG)
        assert prompt.announcements == published
        lost = broker.health().announcements_lost
        assert 0 < lost < 60
        reader, kinds = FrameReader(), list[int]()

        def has_missed() -> bool:
            with suppress(BlockingIOError):
                kinds.extend(frame.kind for frame in reader.feed(stuck.recv(1 << 20)))
            with suppress(BlockingIOError):
                stuck.send(encode_frame(Kind.PING, number=1))
            return Kind.MISSED in kinds

        await until(has_missed)
        assert kinds.count(Kind.COMMIT) == 60 - lost
        stuck.close()


async def test_a_commit_that_is_too_large_goes_as_its_number_and_is_known_once_the_tables_were_read(
    path: Path,
) -> None:
    model = story()
    async with running(path, frame_limit_bytes=4096) as broker, following(path) as (follower,):
        await until(lambda: broker.follower_count == 1 and follower.told)
        broker.publish(large := model.publish("x" * 10_000))
        assert await broker.wait_known(LONG)
        await until(lambda: len(follower.told) == 3)
        assert follower.told[1:] == [(large.head.story, large.head.cursor), "read on"]


async def test_a_hub_behind_a_follower_advances_its_stories_without_a_read(path: Path) -> None:
    model = story()
    log = ModelLog(model)
    async with running(path) as broker, following(path) as (follower,), running_hub(log) as hub:
        await hub.stories.open("one")
        follower.broker.subscribe(hub.accept)
        await until(lambda: follower.broker.health().is_connected)
        for _ in range(20):
            broker.publish(model.publish())
        await reach(hub, model.seq)
        assert hub.stories.head("one") == model.head
        assert log.reads == ["find"]


@pytest.mark.parametrize(
    "greeting",
    [
        encode_frame(Kind.HELLO, content=b"liveblog commits 999"),
        encode_frame(Kind.COMMIT, number=1),
        b"GET / HTTP/1.1\r\nHost: nobody\r\nX: 0123456789\r\n\r\n",
        encode_frame(Kind.HELLO)[:1] + b"\xff" * 20,
    ],
    ids=["another version", "no greeting", "another protocol", "an endless frame"],
)
async def test_who_says_something_else_is_cut_off_by_either_side_and_harms_nobody(path: Path, greeting: bytes) -> None:
    model = story()
    async with running(path) as broker, following(path) as (follower,):
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(greeting)
        await asyncio.wait_for(_read_to_the_end(reader), LONG)
        writer.close()
        broker.publish(announced := model.publish())
        await until(lambda: follower.announcements == [announced])
    elsewhere = path.with_name("e.sock")

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await _read_to_the_end(reader)
        writer.close()

    async with await asyncio.start_unix_server(say, str(elsewhere)), following(elsewhere) as (other,):
        assert not other.broker.health().is_connected
        assert other.told == []


async def test_a_broker_that_falls_silent_is_not_believed_to_be_there(path: Path) -> None:
    async def greet_and_say_no_more(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode_hello())
        await _read_to_the_end(reader)
        writer.close()

    now = 0.0
    async with await asyncio.start_unix_server(greet_and_say_no_more, str(path)):
        follower = LocalFollower(
            path, on_missed=_nothing, on_outdated=_nothing, read_on=_nothing, random=Random(1), monotonic=lambda: now
        )
        await follower.start()
        assert follower.health().is_connected
        now = 2.1
        assert not follower.health().is_connected
        await follower.stop()


async def test_a_commit_that_is_passed_over_is_known_and_not_announced(path: Path) -> None:
    one, other = story(), story("two")
    passed: list[str] = []

    def pass_over(of: StoryId) -> bool:
        passed.append(of)
        if len(passed) == 3:
            raise ValueError("passing over fails once")
        return of == other.id

    async with running(path) as broker, following(path, on_commit=pass_over) as [follower]:
        published = [each.publish("text") for each in (one, other, other, other, one)]
        for each in published:
            broker.publish(each)
        await until(lambda: len(follower.announcements) == 3)
        assert await broker.wait_known(LONG)
        assert follower.announcements == [published[0], published[2], published[4]]
    assert passed == [each.head.story for each in published]


async def test_what_came_together_and_needs_no_reading_is_acknowledged_at_once(path: Path) -> None:
    """Each acknowledgement is a write of the follower's and a read of the other side's, for every commit."""
    told: list[Frame] = []
    outdated: list[Outdated] = []

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode_hello())
        frames = FrameReader()
        while data := await reader.read(1024):
            told.extend(frames.feed(data))
            if told[-1].kind == Kind.HELLO:
                content = Outdated(comments=True).to_bytes()
                writer.write(b"".join(encode_frame(Kind.OUTDATED, number=n, content=content) for n in (1, 2, 3)))
        writer.close()

    async with await asyncio.start_unix_server(say, str(path)):
        follower = LocalFollower(
            path, on_missed=_nothing, on_outdated=outdated.append, read_on=_nothing, random=Random(1)
        )
        await follower.start()
        await until(lambda: any(each.kind == Kind.KNOWN and each.number == 3 for each in told))
        await follower.stop()
    assert outdated == [Outdated(comments=True)] * 3
    assert [each.number for each in told if each.kind == Kind.KNOWN and each.number] == [3]


async def _read_to_the_end(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionResetError):
        while await reader.read(1024):
            pass


async def _nothing(*_: object) -> None:
    return


def test_frames_are_read_however_they_are_cut() -> None:
    frames = [encode_frame(Kind.COMMIT, number=n, at_seconds=n / 2, content=b"c" * n) for n in range(50)]
    data = b"".join(frames)
    for size in (1, 7, 22, 1000, len(data)):
        reader = FrameReader()
        found = [each for at in range(0, len(data), size) for each in reader.feed(data[at : at + size])]
        assert [(each.number, len(each.content), each.at_seconds) for each in found] == [
            (n, n, n / 2) for n in range(50)
        ]


def test_what_is_outdated_survives_its_bytes() -> None:
    for number in range(8):
        outdated = Outdated(comments=bool(number & 1), sites=bool(number & 2), texts=bool(number & 4))
        assert Outdated.from_bytes(outdated.to_bytes()) == outdated
        assert bool(outdated) == (number > 0)
    with pytest.raises(MalformedFrame):
        Outdated.from_bytes(b"")


async def test_one_that_says_nothing_for_long_is_cut_off_and_let_in_again(path: Path) -> None:
    now = 0.0
    broker = LocalBroker(MemoryBroker(), lambda: listen_for_followers(path), monotonic=lambda: now)
    await broker.start()
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(encode_hello(7))
    await until(lambda: broker.follower_count == 1)
    now = 5.1
    await until(lambda: broker.follower_count == 0)
    await _read_to_the_end(reader)
    writer.close()
    async with following(path):
        await until(lambda: broker.follower_count == 1)
    await broker.stop()
