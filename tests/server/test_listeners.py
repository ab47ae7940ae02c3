"""The TCP sockets: every address of a name, or a sentence that says why not."""

from __future__ import annotations

import pytest

from app.server.listeners import CannotListen, open_listeners


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
