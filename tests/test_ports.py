"""A port that is reserved belongs to one test, however many others run beside it."""

from __future__ import annotations

import socket

import pytest

from app.server.listeners import open_listeners
from tests.ports import reserved_port


def test_a_server_listens_on_a_reserved_port_again_and_again() -> None:
    with reserved_port() as port:
        for _ in range(3):
            (listener,) = open_listeners("127.0.0.1", port)
            with listener, socket.create_connection(("127.0.0.1", port)):
                pass


def test_nobody_answers_on_a_reserved_port_between_two_servers() -> None:
    with reserved_port() as port, socket.socket() as peer, pytest.raises(ConnectionRefusedError):
        peer.connect(("127.0.0.1", port))


def test_somebody_who_asks_for_a_port_that_nobody_has_is_not_given_a_reserved_one() -> None:
    with reserved_port() as port, socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
