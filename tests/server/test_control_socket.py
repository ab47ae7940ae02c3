"""The control socket: for its owner alone, gone after the server, replaced where a dead server left it."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.server.control_socket import (
    LONGEST_PATH_BYTES,
    close_control_socket,
    is_listened_on,
    open_control_socket,
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
