"""NOTIFY and LISTEN between processes: what is sent arrives, and what breaks is mended by itself."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from random import Random

import pytest
from structlog.testing import capture_logs

from app.channels.waiting import WAITING_LIMIT
from app.storage.database.limited_connection import ConnectionLimits
from app.storage.database.notifications import CHANNEL, MESSAGE_LIMIT_BYTES, Notifications
from tests.faults.silent_proxy import silent_proxy
from tests.postgres import PostgresServer
from tests.waiting import await_true

PATIENCE_SECONDS = 20.0
SHORT = ConnectionLimits(ping_seconds=0.5, silence_seconds=0.5)


class Peer:
    """One process's end of the channel, and what it has heard."""

    def __init__(self, url: str, limits: ConnectionLimits | None = None) -> None:
        self.heard: SimpleQueue[str] = SimpleQueue()
        self.ends = Notifications(url, on_message=self._take, random=Random(7), limits=limits)

    def _take(self, message: bytes) -> None:
        self.heard.put(message.decode())

    def send(self, key: str, text: str) -> None:
        self.ends.send(key, text.encode())

    def next(self) -> str:
        return self.heard.get(timeout=PATIENCE_SECONDS)


@contextmanager
def listening(url: str, limits: ConnectionLimits | None = None) -> Iterator[Peer]:
    peer = Peer(url, limits)
    peer.ends.start()
    try:
        assert peer.ends.wait_connected(PATIENCE_SECONDS)
        yield peer
    finally:
        peer.ends.stop(within_seconds=PATIENCE_SECONDS)


def test_what_one_sends_the_others_hear_in_order_and_it_does_not(postgres_url: str) -> None:
    with listening(postgres_url) as a, listening(postgres_url) as b, listening(postgres_url) as c:
        for number in range(100):
            a.send(str(number), f"text {number}")
        assert [b.next() for _ in range(100)] == [c.next() for _ in range(100)] == [f"text {n}" for n in range(100)]
        b.send("back", "an answer")
        assert a.next() == c.next() == "an answer"
        assert a.heard.empty()
        assert b.heard.empty()


def test_of_texts_of_one_key_that_wait_the_newest_is_sent(postgres_url: str) -> None:
    with listening(postgres_url) as hearing:
        late = Peer(postgres_url)
        for number in range(5):
            late.send("story", f"head {number}")
        late.ends.start()
        assert hearing.next() == "head 4"
        late.ends.stop(within_seconds=PATIENCE_SECONDS)
        assert hearing.heard.empty()


def test_more_than_may_wait_is_dropped_from_the_oldest_and_counted(postgres_url: str) -> None:
    with listening(postgres_url) as hearing:
        late = Peer(postgres_url)
        for number in range(WAITING_LIMIT + 3):
            late.send(str(number), str(number))
        assert late.ends.lost == 3
        late.ends.start()
        assert [hearing.next() for _ in range(WAITING_LIMIT)] == [str(n) for n in range(3, WAITING_LIMIT + 3)]
        late.ends.stop(within_seconds=PATIENCE_SECONDS)


def test_what_anybody_sends_is_handed_on_as_it_is(postgres_url: str, postgres_server: PostgresServer) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    with listening(postgres_url) as hearing, postgres_server.connect(name) as stranger:
        for text in ("", "nonsense", "'; DROP TABLE stories; --", "ü" * 3000):
            stranger.execute("SELECT pg_notify(%s, %s)", [CHANNEL, text])
            assert hearing.next() == text
        stranger.execute("SELECT pg_notify('another channel', 'unheard')")
        stranger.execute("SELECT pg_notify(%s, 'last')", [CHANNEL])
        assert hearing.next() == "last"


def test_a_connection_that_is_ended_is_opened_again_and_said_once(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    end_others = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with listening(postgres_url) as a, capture_logs() as lines:
        with postgres_server.connect(name) as admin:
            admin.execute(end_others)
            await_true(lambda: len([each for each in lines if each["event"] == "notifications_failed"]) == 1)
            await_true(lambda: a.ends.is_connected)
            admin.execute("SELECT pg_notify(%s, 'heard again')", [CHANNEL])
        assert a.next() == "heard again"
    assert [each["event"] for each in lines] == ["notifications_failed", "notifications_failed_over"]
    assert lines[0]["cause"]


def test_a_connection_that_is_open_and_hears_nothing_is_noticed_and_replaced(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    with (
        silent_proxy(postgres_server) as proxy,
        capture_logs() as lines,
        listening(postgres_url) as sending,
        listening(proxy.url(name), SHORT) as deaf,
    ):
        proxy.fall_silent()
        await_true(lambda: not deaf.ends.is_connected)
        await_true(lambda: any(each["event"] == "notifications_failed" for each in lines))
        proxy.speak()
        await_true(lambda: deaf.ends.is_connected)
        sending.send("story", "heard")
        assert deaf.next() == "heard"


def test_without_a_database_nothing_waits_and_it_ends_at_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("nobody")
    peer = Peer(f"postgresql+psycopg://nobody@/none?host={folder}")
    peer.ends.start()
    assert not peer.ends.wait_connected(0.2)
    peer.send("story", "kept")
    assert not peer.ends.is_connected
    began = time.monotonic()
    peer.ends.stop(within_seconds=PATIENCE_SECONDS)
    assert time.monotonic() - began < PATIENCE_SECONDS / 2


def test_who_cannot_take_a_text_hears_the_next_one_and_the_failure_is_said(postgres_url: str) -> None:
    heard: SimpleQueue[str] = SimpleQueue()

    def take(message: bytes) -> None:
        if message == b"unheard of":
            raise LookupError(message)
        heard.put(message.decode())

    hearing = Notifications(postgres_url, on_message=take, random=Random(7))
    with listening(postgres_url) as sending, capture_logs() as lines:
        hearing.start()
        assert hearing.wait_connected(PATIENCE_SECONDS)
        sending.send("story", "unheard of")
        await_true(lambda: [each["event"] for each in lines] == ["notifications_failed", "notifications_failed_over"])
        assert "unheard of" in lines[0]["cause"]
        sending.send("story", "the next one")
        assert heard.get(timeout=PATIENCE_SECONDS) == "the next one"
        hearing.stop(within_seconds=PATIENCE_SECONDS)


def test_what_a_silent_connection_has_taken_is_sent_by_the_next_one_and_the_newest_of_a_key_alone(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    with (
        silent_proxy(postgres_server) as proxy,
        listening(postgres_url) as hearing,
        listening(proxy.url(name), SHORT) as sending,
    ):
        proxy.fall_silent()
        sending.send("one", "taken")
        sending.send("other", "old")
        await_true(lambda: not sending.ends.is_connected)
        sending.send("other", "new")
        proxy.move()  # what was open stays silent
        assert {hearing.next(), hearing.next()} == {"taken", "new"}
        assert sending.ends.lost == 0


def test_what_the_server_does_not_take_is_dropped_and_counted(postgres_url: str) -> None:
    with listening(postgres_url) as hearing, listening(postgres_url) as sending:
        sending.send("story", "no \0 text")
        await_true(lambda: sending.ends.lost == 1)
        sending.send("story", "a text")
        assert hearing.next() == "a text"


def test_what_is_too_long_for_a_notification_is_dropped_and_counted_and_ends_no_connection(postgres_url: str) -> None:
    with listening(postgres_url) as hearing, listening(postgres_url) as sending, capture_logs() as lines:
        sending.send("story", "x" * (MESSAGE_LIMIT_BYTES + 1))
        sending.send("story", "x" * MESSAGE_LIMIT_BYTES)
        assert hearing.next() == "x" * MESSAGE_LIMIT_BYTES
        assert sending.ends.lost == 1
    assert lines == []


def test_one_that_is_stuck_as_it_is_stopped_leaves_nothing_open_behind(postgres_server: PostgresServer) -> None:
    with silent_proxy(postgres_server) as proxy:
        proxy.fall_silent()
        before = set(os.listdir("/proc/self/fd"))
        stuck = Peer(proxy.url("none"))
        stuck.ends.start()
        await_true(lambda: proxy.swallowed > 0)
        stuck.ends.stop(within_seconds=0.0)
    await_true(lambda: set(os.listdir("/proc/self/fd")) <= before)


def test_who_sends_after_the_end_writes_into_no_file_that_was_opened_since(postgres_url: str) -> None:
    with listening(postgres_url) as peer:
        pass
    pipes = [os.pipe2(os.O_NONBLOCK) for _ in range(20)]  # they have the numbers that are free now
    peer.send("story", "late")
    try:
        for awake, _ in pipes:
            with pytest.raises(BlockingIOError):
                os.read(awake, 1)
    finally:
        for pipe in pipes:
            for end in pipe:
                os.close(end)
