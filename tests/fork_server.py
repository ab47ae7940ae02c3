"""Loads the application once, and forks for each command that a test session asks for.

An executed command spends two seconds on imports, and the suite runs hundreds. A fork has the environment, folder,
arguments and descriptors that it is asked for. What Python reads at its own start (PYTHON… variables), what the kernel
tells of a command line, what is read at import (the start time in the metrics), the seed of hashes and the memory that
is there at the beginning are the fork server's. tests/commands.py starts it and asks.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import resource
import selectors
import signal
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

from app.cli.main import COMMANDS
from app.cli.main import main as run
from app.web.assets import Assets
from app.wire.negotiation import Encoding
from tests.commands import MOST_DESCRIPTORS, OUT_OF_THE_WAY

MOST_BYTES = 1 << 18
"""Of one request: an environment and a command line."""
SCRIPTS = ("reader.js", "newsroom/main.js")
"""Which lead to the scripts that pages load."""
_LOADED = ("app.main", "app.server.uvicorn_server", "app.api.forwarding.forwarded_requests")


def main() -> None:
    """Load the application, fork for each request until nobody is left to send one, and in a fork run the command."""
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, which the session has to end first
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in (*_LOADED, *COMMANDS):
        import_module(name)
    assets = Assets()  # whose files a process joins, and compresses at the first request, once
    for name in {*SCRIPTS, *assets.imported(SCRIPTS, later=True)}:
        assets.file(name).encoded(Encoding.BROTLI)
    gc.freeze()  # so that no collection in a fork touches, and copies, the pages that all share
    request = _fork_for_each(control)
    if request is not None:
        signal.signal(signal.SIGINT, interrupt)
        _become(request)
        run()


def _fork_for_each(control: socket.socket) -> dict[str, Any] | None:
    """Fork for each request. Returns the request in a fork, and None here when nobody is left."""
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is not control:
                child, status = key.data
                selector.unregister(key.fileobj)
                os.close(key.fd)
                _say(status, os.waitpid(child, 0)[1])
                os.close(status)
                continue
            sent, descriptors, _, _ = socket.recv_fds(control, MOST_BYTES, MOST_DESCRIPTORS)
            if not sent:
                return None
            request: dict[str, Any] = json.loads(sent)
            child = os.fork()
            if child == 0:
                selector.close()
                control.detach()
                return request | {"descriptors": descriptors}
            status, *others = descriptors
            for each in others:
                os.close(each)
            _say(status, child)
            selector.register(os.pidfd_open(child), selectors.EVENT_READ, (child, status))


def _say(status: int, number: int) -> None:
    with suppress(BrokenPipeError):  # of a test that has ended
        os.write(status, f"{number}\n".encode())


def _become(request: Mapping[str, Any]) -> None:
    """Take on the descriptors, folder, environment and arguments that are asked for, and nothing else."""
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65_536)
    moved = [fcntl.fcntl(each, fcntl.F_DUPFD, OUT_OF_THE_WAY) for each in request["descriptors"][1:]]
    os.closerange(0, OUT_OF_THE_WAY)
    for number, each in zip(request["numbers"], moved, strict=True):
        os.dup2(each, number)
    os.closerange(OUT_OF_THE_WAY, most)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    gc.unfreeze()
    sys.argv[1:] = request["arguments"]


if __name__ == "__main__":
    main()
