"""A database that has gone silent: what is due and readers are late by no more than that, and each is told so."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from app.domain.clock import Micros, format_time, system_clock
from tests.e2e.server import Server, make_story, serving
from tests.faults.netns import DATABASE_OUTSIDE, SERVER_INSIDE, namespace
from tests.faults.posting import Post, serve_alone, texts
from tests.faults.silent_proxy import SilentProxy, silent_proxy
from tests.loopback import NO_CERTIFICATES
from tests.postgres import PostgresServer, ReusedDatabases
from tests.waiting import await_true

LATE_SECONDS = 15
"""What is due, and readers, are late by no more than this once a database answers."""
PATIENCE_SECONDS = 40
PROBE_SECONDS = 5
"""/readyz takes one at most; more is broken, not slow."""
BEFORE_SECONDS = 5.0
"""Until what is due has been accepted and the database is silent, on a machine that others use too."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A server whose database is behind a proxy."""

    server: Server
    proxy: SilentProxy

    def readiness(self) -> tuple[int, str, list[str]]:
        """Ask /readyz, which must answer whatever hangs."""
        where = f"{self.server.url}/readyz"
        answer = httpx.get(where, trust_env=False, verify=NO_CERTIFICATES, timeout=PROBE_SECONDS)
        return answer.status_code, answer.json()["status"], answer.json()["reasons"]

    def await_reasons(self, *reasons: str) -> None:
        """Wait until /readyz gives all of these reasons, or is ready if none is asked for."""

        def given() -> bool:
            status, word, found = self.readiness()
            assert status == 200, "a balancer must not take every node away at once"
            return {*reasons} <= {*found} if reasons else word == "ready"

        await_true(given, seconds=PATIENCE_SECONDS, or_say=lambda: f"{self.readiness()}: {self.server.log}")

    def metrics(self) -> dict[str, float]:
        """Return every sample."""
        with self.server.reader() as reader:
            lines = reader.get("/metrics").text.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines) if name[0] != "#"}

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of one event."""
        lines = self.server.log_path.read_text(errors="replace").splitlines()
        return [line for line in (json.loads(line) for line in lines if line[:1] == "{") if line["event"] == event]


@pytest.fixture
def behind(postgres_server: PostgresServer, reused_databases: ReusedDatabases, tmp_path: Path) -> Iterator[Behind]:
    with (
        reused_databases.lend() as name,
        silent_proxy(postgres_server) as proxy,
        serving(proxy.url(name), tmp_path) as server,
    ):
        yield Behind(server, proxy)


@pytest.mark.slow
def test_what_is_due_and_readers_are_late_by_the_silence_and_nothing_is_committed_after_it(behind: Behind) -> None:
    server, proxy = behind.server, behind.proxy
    story = make_story(server)
    with _following(server, story) as reader:
        _schedule(server, story, "Polls close.", in_seconds=BEFORE_SECONDS)
        proxy.fall_silent()
        posts = [Post(server, story, f"Post {number}") for number in range(12)]  # more than there are threads
        for post in posts:
            post.begin()
        behind.await_reasons("database")
        for post in posts:
            assert post.answer().status_code == 503, post.answer().text
            assert int(post.answer().headers["retry-after"]) >= 1
        behind.await_reasons("database", "due_work", "reconcile")
        ages = behind.metrics()
        assert ages['liveblog_job_age_seconds{job="due work"}'] > LATE_SECONDS / 2
        assert ages["liveblog_live_reconcile_age_seconds"] > LATE_SECONDS / 2
        assert ages['liveblog_database_failures_total{trouble="unreachable"}'] >= 1
        assert ages['liveblog_job_failures_total{job="due work"}'] >= 1
        assert ages["liveblog_live_reconciles_failed_total"] >= 1

        proxy.move()
        heard = _until_published(reader, seconds=LATE_SECONDS)
        assert "Polls close." in heard["entry"]["body_html"]
        behind.await_reasons()
        assert texts(server, story) == ["<p>Polls close.</p>"], "a write was committed after its client was refused"
        posts[0].send()
        assert posts[0].answers[-1].status_code == 201
        assert len(behind.logged("database_unreachable")) == 1
        assert behind.logged("database_unreachable")[0]["cause"]
        assert len(behind.logged("database_unreachable_over")) == 1
        assert len(behind.logged("reconcile_failed")) == 1


@pytest.mark.slow
def test_a_cable_that_is_cut_makes_readers_and_what_is_due_as_late_and_no_later(
    postgres_server: PostgresServer, reused_databases: ReusedDatabases, tmp_path: Path
) -> None:
    with (
        namespace() as inside,
        reused_databases.lend() as name,
        silent_proxy(postgres_server, host=DATABASE_OUTSIDE) as proxy,
    ):
        settings = {"HOST": SERVER_INSIDE, "PUBLIC_URL": "https://live.example", "DRAIN_SECONDS": "0"}
        with serving(proxy.url(name), tmp_path, wrapper=inside.wrapper, **settings) as server:
            behind, story = Behind(server, proxy), make_story(server)
            with _following(server, story) as reader:
                _schedule(server, story, "Polls close.", in_seconds=BEFORE_SECONDS)
                inside.cut()
                post = Post(server, story, "Into the void.")
                post.begin()
                behind.await_reasons("database")
                assert post.answer().status_code == 503
                behind.await_reasons("database", "due_work", "reconcile")
                inside.mend()
                _until_published(reader, seconds=LATE_SECONDS)
                behind.await_reasons()
                assert texts(server, story) == ["<p>Polls close.</p>"]
                assert len(behind.logged("database_unreachable")) == 1
                inside.cut()
                behind.await_reasons("database")
                assert server.stop() == 0, server.log


@pytest.mark.slow
def test_a_network_that_is_back_finds_everything_as_it_was_left(behind: Behind) -> None:
    server, proxy = behind.server, behind.proxy
    story = make_story(server)
    with _following(server, story) as reader:
        for _ in range(3):
            proxy.fall_silent()
            behind.await_reasons("database")
            proxy.speak()
            behind.await_reasons()
        post = Post(server, story, "Back again.")
        post.send()
        assert post.answers[-1].status_code == 201
        _until_published(reader, seconds=LATE_SECONDS)
    assert texts(server, story) == ["<p>Back again.</p>"]


@pytest.mark.slow
def test_a_stop_while_the_database_is_silent_ends_in_time_and_well(behind: Behind) -> None:
    server = behind.server
    story = make_story(server)
    with _following(server, story):
        behind.proxy.fall_silent()
        post = Post(server, story, "Never answered.")
        post.begin()
        behind.await_reasons("database")
        assert server.stop() == 0, server.log  # within STOP_SECONDS, which are fewer than the drain may take


def test_a_server_is_not_started_on_a_database_that_is_silent_and_says_so(
    postgres_server: PostgresServer, reused_databases: ReusedDatabases, tmp_path: Path, free_port: int
) -> None:
    with reused_databases.lend() as name, silent_proxy(postgres_server) as proxy:
        proxy.fall_silent()
        done = serve_alone(f"{proxy.url(name)}?connect_timeout=2", tmp_path / "data", free_port)
    assert done.returncode == 1, done.stderr
    assert "The database cannot be used: connection timeout expired" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert proxy.swallowed >= 1


def _following(server: Server, story: str) -> ClientConnection:
    where = f"{server.url.replace('http', 'ws', 1)}/v1/stories/{story}/live?after=0"
    return connect(where, proxy=None, compression=None)


def _until_published(reader: ClientConnection, *, seconds: float) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        message: dict[str, Any] = json.loads(reader.recv(timeout=max(0.1, deadline - time.monotonic())))
        if message["type"] == "entry.published":
            return message


def _schedule(server: Server, story: str, text: str, *, in_seconds: float) -> None:
    with server.signed_in() as admin:
        assert admin.get("/v1/newsroom/me").status_code == 200  # connected, before the time begins to run
        at = format_time(Micros(system_clock() + int(in_seconds * 1e6)))
        body = {"text": text, "status": "scheduled", "publish_at": at}
        answer = admin.post(f"/v1/stories/{story}/entries", json=body)
    assert answer.status_code == 202, answer.text
