"""Readers in Node come back to a server that was away: by a socket, and soon."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.server import make_story, serving
from tests.figures import Figures
from tests.needs import require
from tests.waiting import await_true

FOLLOWERS = Path(__file__).parents[1] / "web" / "js" / "followers.mjs"
FLAGS = ["--experimental-websocket", "--experimental-eventsource"]
"""Node before 22 has browsers' sockets and event streams only when it is asked for them."""


class Readers:
    """The process of `followers.mjs`, asked by lines and answering by lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, line: str) -> dict[str, Any]:
        """Send one line; return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def _reading(url: str, story: str, *, count: int, seconds: int) -> Iterator[Readers]:
    node = _find_node()
    command = [node, *FLAGS, str(FOLLOWERS), url, story, str(count), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Readers(process)
        finally:
            process.kill()


def _find_node() -> str:
    node = shutil.which("node")
    can = node is not None and not subprocess.run([node, *FLAGS, "-e", ""], capture_output=True, check=False).returncode
    require("node", found=can, reason="install Node.js 20.18 or newer to follow a story in it")
    assert node is not None
    return node


@pytest.mark.parametrize("way", ["SIGKILL", pytest.param("SIGTERM", marks=pytest.mark.slow)])
def test_readers_are_on_a_socket_soon_after_the_first_answer_of_a_server_that_was_away(
    sqlite_url: str, tmp_path: Path, figures: Figures, way: str
) -> None:
    count = figures.choose(quick=20, suite=100, prove=100)
    away_seconds = figures.choose(quick=0, suite=8, prove=60)
    # The bar is 15 seconds, on a machine of one's own; whoever is late for good is so for minutes.
    seconds = figures.choose(suite=45, prove=15)
    with (
        serving(sqlite_url, tmp_path) as server,
        _reading(server.url, make_story(server), count=count, seconds=seconds) as readers,
    ):
        await_true(
            lambda: readers.ask("served")["websocket"] == count, seconds=40, or_say=lambda: str(readers.ask("served"))
        )
        if way == "SIGTERM":
            assert server.stop() == 0
        else:
            server.kill()
        readers.ask("away")
        time.sleep(away_seconds)  # how long it is away is what is tried
        server.start()
        returned = readers.ask("return")
        assert returned["websocket"] >= 0.95 * count, returned
