"""The channel on a real Redis: what breaks it is noticed by probes, said once, and mended by itself."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from random import Random

import pytest
from structlog.testing import capture_logs

from app.brokers.redis_channel import RedisChannel, UnusableBrokerAddress, check_redis_url
from app.channels.channel import DEAF_SECONDS
from tests.faults.silent_proxy import SilentProxy
from tests.redis import RedisServer, run_redis
from tests.waiting import until

pytestmark = pytest.mark.anyio

PASSWORD = "correct-horse"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with run_redis(password=PASSWORD) as running:
        yield running


@pytest.fixture
def name() -> str:
    """A channel of this test's own."""
    return secrets.token_hex(4)


class Peer:
    """One process's end of the channel, and what it has heard."""

    def __init__(self, url: str, name: str) -> None:
        self.heard: list[bytes] = []
        self.channel = RedisChannel(
            url, name=name, process=secrets.token_hex(4), on_message=self.heard.append, random=Random(7)
        )

    async def stop(self) -> None:
        await asyncio.to_thread(lambda: self.channel.stop(within_seconds=20))

    async def connected(self) -> None:
        await until(lambda: self.channel.is_connected, pause_seconds=0.01)

    async def hears(self, *messages: bytes) -> None:
        await until(lambda: len(self.heard) >= len(messages), pause_seconds=0.01)
        assert self.heard == list(messages)


@asynccontextmanager
async def peers(*urls: str, name: str) -> AsyncIterator[list[Peer]]:
    made = [Peer(url, name) for url in urls]
    try:
        for peer in made:
            peer.channel.start()
            await peer.connected()
        yield made
    finally:
        for peer in made:
            await peer.stop()


@contextmanager
def silent_proxy(server: RedisServer) -> Iterator[SilentProxy]:
    proxy = SilentProxy(server.socket_path)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


async def test_what_one_sends_the_others_hear_in_order_and_it_does_not(server: RedisServer, name: str) -> None:
    async with peers(server.url, server.url, server.url, name=name) as (a, b, c):
        sent = [f"message {number}".encode() + bytes(range(256)) for number in range(200)]
        for number, message in enumerate(sent):
            a.channel.send(str(number), message)
        await b.hears(*sent)
        await c.hears(*sent)
        b.channel.send("back", b"an answer")
        await a.hears(b"an answer")
        assert b.heard == sent


async def test_of_two_names_on_one_server_neither_hears_the_other(server: RedisServer, name: str) -> None:
    async with peers(server.url, server.url, name=name) as (a, b), peers(server.url, name=f"{name}2") as (other,):
        other.channel.send("story", b"of another house")
        a.channel.send("story", b"of ours")
        await b.hears(b"of ours")
        assert other.heard == []


async def test_a_server_that_is_killed_and_comes_back_empty_is_heard_again_and_said_once(name: str) -> None:
    with run_redis() as server, capture_logs() as lines:
        async with peers(server.url, server.url, name=name) as (a, b):
            server.kill()
            await until(lambda: len(lines) == 2, pause_seconds=0.01)
            await until(lambda: not (a.channel.is_connected or b.channel.is_connected), pause_seconds=0.01)
            server.start()
            await a.connected()
            await b.connected()
            a.channel.send("story", b"heard again")
            await b.hears(b"heard again")
    assert sorted(line["event"] for line in lines) == ["redis_failed"] * 2 + ["redis_failed_over"] * 2
    assert all(line["cause"] for line in lines if line["event"] == "redis_failed")


async def test_of_messages_of_one_key_that_wait_the_newest_is_sent(server: RedisServer, name: str) -> None:
    async with peers(server.url, name=name) as (hearing,):
        late = Peer(server.url, name)
        for number in range(5):
            late.channel.send("story", f"head {number}".encode())
        late.channel.start()
        await hearing.hears(b"head 4")
        await late.stop()
        assert late.channel.lost == 0


async def test_a_server_that_stands_still_holds_nobody_and_is_heard_again(name: str) -> None:
    with run_redis() as server, capture_logs() as lines:
        async with peers(server.url, server.url, name=name) as (a, b):
            server.freeze()
            began = time.monotonic()
            a.channel.send("story", b"kept")
            assert time.monotonic() - began < DEAF_SECONDS / 2
            await until(lambda: len(lines) == 2, pause_seconds=0.05)
            assert not any(peer.channel.is_connected for peer in (a, b))
            server.thaw()
            await a.connected()
            await b.connected()
            a.channel.send("story", b"heard again")
            await until(lambda: b"heard again" in b.heard, pause_seconds=0.01)
    assert {line["event"] for line in lines} == {"redis_failed", "redis_failed_over"}
    assert len(lines) == 4


async def test_a_subscription_that_is_open_and_hears_nothing_is_noticed_and_replaced(
    server: RedisServer, name: str
) -> None:
    with silent_proxy(server) as proxy, capture_logs() as lines:
        behind = f"redis://:{PASSWORD}@127.0.0.1:{proxy.port}/0"
        async with peers(behind, server.url, name=name) as (deaf, well):
            proxy.lose_oldest()
            deaf.channel.send("story", b"it is not mute")
            await well.hears(b"it is not mute")
            await until(lambda: any(line["event"] == "redis_failed" for line in lines), pause_seconds=0.01)
            assert "came back" in lines[0]["cause"]
            await deaf.connected()
            well.channel.send("story", b"heard again")
            await deaf.hears(b"heard again")


async def test_connections_that_are_ended_are_opened_again(server: RedisServer, name: str) -> None:
    async with peers(server.url, server.url, name=name) as (a, b):
        with capture_logs() as lines:
            server.ask("CLIENT", "KILL", "SKIPME", "yes")
            await until(lambda: [line["event"] for line in lines].count("redis_failed_over") == 2, pause_seconds=0.01)
        a.channel.send("story", b"heard")
        await b.hears(b"heard")


async def test_publishing_and_subscribing_on_our_names_are_all_the_rights_it_needs(
    server: RedisServer, name: str
) -> None:
    rights = "+publish +subscribe +unsubscribe +auth +hello +client"
    assert (
        server.ask("ACL", "SETUSER", "liveblog", "on", ">pass", "resetchannels", "&liveblog:*", *rights.split())
        == b"+OK\r\n"
    )
    url = server.url.replace(f":{PASSWORD}@", "liveblog:pass@")
    async with peers(url, url, name=f"liveblog:{name}") as (a, b):
        a.channel.send("story", b"heard")
        await b.hears(b"heard")


async def test_a_wrong_password_is_said_without_it_and_nothing_waits(server: RedisServer, name: str) -> None:
    wrong = server.url.replace(PASSWORD, "battery-staple")
    peer = Peer(wrong, name)
    with capture_logs() as lines:
        peer.channel.start()
        await until(lambda: lines, pause_seconds=0.01)
        peer.channel.send("story", b"kept")
        assert not peer.channel.is_connected
        await peer.stop()
    assert "password" in lines[0]["cause"]
    assert "battery-staple" not in str(lines)
    assert len(lines) == 1


async def test_without_a_server_it_ends_at_once(name: str, free_port: int) -> None:
    peer = Peer(f"redis://127.0.0.1:{free_port}", name)
    peer.channel.start()
    assert not await asyncio.to_thread(lambda: peer.channel.wait_connected(0.1))
    began = time.monotonic()
    await peer.stop()
    assert time.monotonic() - began < DEAF_SECONDS


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("redis://valkey:6379/0", "redis://valkey:6379/0"),
        ("valkey://:secret@valkey:6379/0", "redis://:secret@valkey:6379/0"),
        ("rediss://live.example", "rediss://live.example"),
        ("valkeys://live.example?ssl_ca_certs=/ca.pem", "rediss://live.example?ssl_ca_certs=/ca.pem"),
    ],
)
def test_an_address_is_read_as_the_client_takes_it(url: str, usable: str) -> None:
    assert check_redis_url(url) == usable


@pytest.mark.parametrize(
    "url",
    [
        "redis://:secret@valkey:port/0",
        "redis://:secret@valkey/x?db=y",
        "redis://:secret/of@valkey:6379/0",
        "redis://:secret[x@valkey:6379/0",
        "redis://:secret\u2100@valkey:6379/0",
        "valkey://user:secret?@valkey:6379",
    ],
)
def test_an_address_that_cannot_be_used_is_said_without_its_password(url: str) -> None:
    with pytest.raises(UnusableBrokerAddress) as said:
        check_redis_url(url)
    assert "secret" not in str(said.value)
