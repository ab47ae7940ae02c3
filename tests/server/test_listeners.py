"""The TCP sockets: every address of a name, or a sentence that says why not; and what is accepted from them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections import Counter
from contextlib import ExitStack

import pytest
import uvloop

from app.server.listeners import ACCEPTED_A_TURN, CannotListen, accepting_duplicates, open_listeners


def test_a_name_is_listened_on_at_every_address_it_stands_for() -> None:
    (first, *others) = open_listeners("127.0.0.1", 0)
    with first:
        assert first.getsockname()[0] == "127.0.0.1"
        assert not first.getblocking()
    assert others == []


def test_a_port_that_is_taken_is_named() -> None:
    (taken,) = open_listeners("127.0.0.1", 0)
    port = taken.getsockname()[1]
    with taken, pytest.raises(CannotListen, match=f"Port {port} of 127.0.0.1 is in use"):
        open_listeners("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.7", "a..b", "x" * 300])
def test_what_is_no_address_of_this_machine_is_said(host: str) -> None:
    with pytest.raises(CannotListen, match="is no address of this machine"):
        open_listeners(host, 0)


def test_what_is_duplicated_blocks_nobody_who_shares_it() -> None:
    """An accept that blocks would stop a process that serves: the other workers share the socket."""
    (listener,) = open_listeners("127.0.0.1", 0)
    with listener, socket.socket(fileno=os.dup(listener.fileno())) as inherited:  # as a worker gets it
        assert inherited.gettimeout() is None
        duplicates = accepting_duplicates(inherited)
        assert {os.get_blocking(each.fileno()) for each in (listener, inherited, *duplicates)} == {False}
        for each in duplicates:
            each.close()


def test_where_descriptors_end_those_that_were_made_are_closed() -> None:
    made: list[socket.socket] = []

    class FewDescriptors(socket.socket):
        def dup(self) -> FewDescriptors:
            if len(made) == 4:
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            duplicate = super().dup()
            made.append(duplicate)
            return duplicate

    with FewDescriptors() as listener, pytest.raises(OSError, match="Too many open files"):
        accepting_duplicates(listener)
    assert [each.fileno() for each in made] == [-1] * 4


def test_a_turn_of_the_servers_loop_accepts_more_than_one_connection() -> None:
    accepted: Counter[int] = Counter()
    turn = 0

    class Counting(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted[turn] += 1
            transport.close()

    async def accept_all(listener: socket.socket, wanted: int) -> None:
        nonlocal turn
        loop = asyncio.get_running_loop()
        servers = [await loop.create_server(Counting, sock=each) for each in accepting_duplicates(listener)]
        while accepted.total() < wanted:
            turn += 1
            await asyncio.sleep(0)  # one turn
        for server in servers:
            server.close()

    with ExitStack() as opened:
        (listener,) = map(opened.enter_context, open_listeners("127.0.0.1", 0))
        wanted = 3 * ACCEPTED_A_TURN
        for _ in range(wanted):
            opened.enter_context(socket.create_connection(listener.getsockname()))
        uvloop.run(asyncio.wait_for(accept_all(listener, wanted), 20))
    assert [count for count in accepted.values() if count] == [ACCEPTED_A_TURN] * 3
