"""Sockets are opened for whom they are meant, or refused with a sentence."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.server.control_socket import (
    LONGEST_PATH_BYTES,
    CannotListen,
    close_control_socket,
    is_listened_on,
    open_control_socket,
    open_listeners,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


@pytest.fixture
def listener(path: Path) -> Iterator[socket.socket]:
    opened = open_control_socket(path)
    assert opened is not None
    yield opened
    opened.close()


def test_a_control_socket_is_for_its_owner_alone(listener: socket.socket, path: Path) -> None:
    assert listener.fileno() >= 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert is_listened_on(path)


def test_a_closed_control_socket_is_gone(listener: socket.socket, path: Path) -> None:
    close_control_socket(listener, path)
    assert not path.exists()
    assert not is_listened_on(path)


def test_one_that_was_left_behind_is_told_from_one_that_answers_and_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(os.fspath(path))
    assert path.exists()
    assert not is_listened_on(path)
    again = open_control_socket(path)
    assert again is not None
    assert is_listened_on(path)
    close_control_socket(again, path)


def test_a_path_that_is_too_long_is_done_without(tmp_path: Path) -> None:
    path = tmp_path / ("x" * LONGEST_PATH_BYTES)
    assert open_control_socket(path) is None
    assert not is_listened_on(path)


def test_a_folder_that_is_not_there_is_done_without(tmp_path: Path) -> None:
    assert open_control_socket(tmp_path / "missing" / "control.sock") is None


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
