"""`liveblog serve --workers` refuses in a sentence what cannot be, before anything is started."""

from __future__ import annotations

import fcntl
import socket
from pathlib import Path

import pytest

from app.cli.control import Refused
from app.cli.workers.supervise import make_plans, serve_with_workers
from app.server.listeners import CannotListen, open_shared_listeners
from app.settings import Settings


def _serve(settings: Settings) -> None:
    serve_with_workers(settings, 2, portable=False, show_token=False)


def test_a_second_supervisor_on_the_same_folder_and_port_is_refused(tmp_path: Path, free_port: int) -> None:
    folder = tmp_path / "workers" / str(free_port)
    folder.mkdir(parents=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="already"):
            _serve(Settings(data_dir=tmp_path, port=free_port))


def test_a_port_that_others_listen_on_is_refused_though_they_would_share_it(tmp_path: Path, free_port: int) -> None:
    listeners = open_shared_listeners("127.0.0.1", free_port, 2)
    with pytest.raises(CannotListen, match="in use"):
        _serve(Settings(data_dir=tmp_path, port=free_port))
    for each in listeners:
        each[0].close()


def test_a_path_that_is_too_long_for_sockets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="LIVEBLOG_DATA_DIR"):
        _serve(Settings(data_dir=tmp_path / ("long-" * 20)))


def test_with_a_writer_it_comes_first_without_a_socket_and_each_worker_has_the_sockets_of_all(tmp_path: Path) -> None:
    with socket.socket() as one, socket.socket() as two:
        plans = make_plans(tmp_path, [[one], [two]], has_writer=True, portable=False, show_token=False)
        descriptors = [one.fileno(), two.fileno()]
    assert [(plan.name, plan.is_single, list(plan.descriptors)) for plan in plans] == [
        ("writer", True, []),
        ("worker-1", False, descriptors),
        ("worker-2", False, descriptors),
    ]
