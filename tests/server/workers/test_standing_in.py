"""A process stands in for another: it accepts from its sockets, and leaves them as they were."""

from __future__ import annotations

import asyncio

import pytest

from app.server.listeners import BACKLOG, open_shared_listeners
from app.server.workers.standing_in import StandIn
from tests.server.accept_queues import longest_queue_allowed, read_longest_queue

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
