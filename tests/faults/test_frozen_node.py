"""A server that freezes in the midst of a transaction stops the writers of its story for seconds, and loses nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.e2e.server import Server, make_story, serving
from tests.faults.posting import Post, texts
from tests.postgres import ReusedDatabases
from tests.waiting import await_true

FREE_SECONDS = 20
"""PostgreSQL ends a transaction in which nothing happens after 5 seconds, and refuses a writer who waits after 3."""
PATIENCE_SECONDS = 30
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
_IDLE = """SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()"""


@pytest.mark.slow
def test_a_node_frozen_with_a_story_locked_stops_its_writers_for_seconds_and_answers_503_when_it_wakes(
    reused_databases: ReusedDatabases, tmp_path: Path
) -> None:
    with reused_databases.lend() as name, reused_databases.server.connect(name) as watching:
        url = reused_databases.server.url(name)
        with serving(url, tmp_path, name="a") as frozen, serving(url, tmp_path, name="b") as other:
            story = make_story(frozen)
            caught = Post(frozen, story, "Frozen.")
            with reused_databases.server.connect(name) as holding, holding.transaction():
                holding.execute("SELECT 1 FROM stories FOR UPDATE")
                caught.begin()
                _await_count(watching, _WAITING)  # for the story, which it is given as soon as it is frozen
                _signal(frozen, signal.SIGSTOP)
            with _woken_in_the_end(frozen):
                _await_count(watching, _IDLE)
                began = time.monotonic()
                while not _is_posted(Post(other, story, "Meanwhile.")):
                    assert time.monotonic() - began < FREE_SECONDS, "the frozen node keeps the story"
            assert caught.answer().status_code == 503, caught.answer().text
            assert texts(other, story) == ["<p>Meanwhile.</p>"]
            caught.send()
            assert caught.answers[-1].status_code == 201
            both = ["<p>Frozen.</p>", "<p>Meanwhile.</p>"]
            await_true(
                lambda: texts(other, story) == both, seconds=PATIENCE_SECONDS, or_say=lambda: str(texts(other, story))
            )


def _is_posted(post: Post) -> bool:
    post.send()
    status = post.answers[-1].status_code
    assert status in {201, 503}, post.answers[-1].text
    return status == 201


def _await_count(watching: psycopg.Connection[Any], query: str) -> None:
    def found() -> bool:
        row = watching.execute(query.encode()).fetchone()
        return row is not None and row[0] == 1

    await_true(found, seconds=PATIENCE_SECONDS, or_say=lambda: "no session of the node is there")


@contextmanager
def _woken_in_the_end(server: Server) -> Iterator[None]:
    try:
        yield
    finally:
        _signal(server, signal.SIGCONT)


def _signal(server: Server, number: signal.Signals) -> None:
    assert server.process is not None
    os.kill(server.process.pid, number)
