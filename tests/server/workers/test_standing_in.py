"""A process stands in for another: it accepts from its sockets, and leaves them as they were."""

from __future__ import annotations

import asyncio
import errno
import os
import socket

import pytest
from structlog.testing import capture_logs

from app.server.listeners import ACCEPTED_A_TURN, BACKLOG, open_shared_listeners
from app.server.workers import standing_in
from app.server.workers.standing_in import StandIn
from tests.server.accept_queues import longest_queue_allowed, read_longest_queue
from tests.waiting import until

pytestmark = pytest.mark.anyio


class Naming(asyncio.Protocol):
    """Says its name to whoever connects, and ends."""

    def __init__(self, name: bytes) -> None:
        self._name = name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._name)
        transport.close()


async def test_what_waits_for_a_worker_that_is_away_is_accepted_and_later_left_to_it(free_port: int) -> None:
    ((own,), (others,)) = open_shared_listeners("127.0.0.1", free_port, 2)
    own.close()  # so that the kernel has the other's socket alone to give connections to
    reader, _ = waiting = await asyncio.open_connection("127.0.0.1", free_port)
    stand_in = StandIn({2: [others]}, lambda: Naming(b"stand-in"))
    stand_in.begin(2)
    stand_in.begin(2)  # once is enough
    assert await asyncio.wait_for(reader.read(), 30) == b"stand-in"
    waiting[1].close()
    stand_in.end(2)
    assert read_longest_queue(others) == longest_queue_allowed(BACKLOG), "as many may wait as before"
    reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
    server = await asyncio.get_running_loop().create_server(lambda: Naming(b"the worker"), sock=others)
    assert await asyncio.wait_for(reader.read(), 30) == b"the worker"
    writer.close()
    server.close()


async def test_who_begins_again_at_once_listens_as_often_as_who_begins_once(free_port: int) -> None:
    ((own,), (others,)) = open_shared_listeners("127.0.0.1", free_port, 2)
    own.close()
    before = len(os.listdir("/proc/self/fd"))
    stand_in = StandIn({2: [others]}, lambda: Naming(b"stand-in"))
    for step in (stand_in.begin, stand_in.end, stand_in.begin):
        step(2)
    await until(lambda: len(os.listdir("/proc/self/fd")) == before + ACCEPTED_A_TURN)
    stand_in.close()
    await until(lambda: len(os.listdir("/proc/self/fd")) == before)
    others.close()


async def test_where_no_descriptors_are_left_it_is_said_and_tried_again(
    free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((own,), (others,)) = open_shared_listeners("127.0.0.1", free_port, 2)
    own.close()

    def none_left(listener: socket.socket) -> list[socket.socket]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    stand_in = StandIn({2: [others]}, lambda: Naming(b"stand-in"))
    with capture_logs() as logs, monkeypatch.context() as patched:
        patched.setattr(standing_in, "accepting_duplicates", none_left)
        stand_in.begin(2)
        await until(lambda: [each["event"] for each in logs] == ["no_standing_in"])
    reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
    stand_in.begin(2)
    assert await asyncio.wait_for(reader.read(), 30) == b"stand-in"
    writer.close()
    stand_in.close()
    others.close()


async def test_who_is_about_to_stop_stands_in_for_nobody(free_port: int) -> None:
    ((own,), (others,)) = open_shared_listeners("127.0.0.1", free_port, 2)
    own.close()
    stand_in = StandIn({2: [others]}, lambda: Naming(b"stand-in"))
    stand_in.close()
    stand_in.begin(2)
    reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
    server = await asyncio.get_running_loop().create_server(lambda: Naming(b"the worker"), sock=others)
    assert await asyncio.wait_for(reader.read(), 30) == b"the worker"
    writer.close()
    server.close()
