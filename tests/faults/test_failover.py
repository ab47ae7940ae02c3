"""The primary of a replicated PostgreSQL is lost, and its standby takes its place: nothing acknowledged is."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from app.storage.upkeep.migrations import migrate
from tests.e2e.server import Server, make_story, serving
from tests.faults.tables import numbers_of, visible_entries
from tests.needs import require
from tests.postgres import SUPERUSER, PostgresServer, crash, find_programs, run_postgres, run_standby
from tests.waiting import await_true

pytestmark = pytest.mark.slow

ENTRIES = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """A primary and its standby."""

    primary: PostgresServer
    standby: PostgresServer
    name: str

    @property
    def url(self) -> str:
        """The address of both, of which the one that takes writes is meant."""
        hosts = ",".join(quote(str(each.socket_dir), safe="") for each in (self.primary, self.standby))
        return f"postgresql+psycopg://{SUPERUSER}@/{self.name}?host={hosts}&target_session_attrs=read-write"


@contextmanager
def run_pair() -> Iterator[Pair]:
    """Run a primary that waits for nobody, and its standby, with a database of this schema."""
    programs = find_programs()
    found = programs is not None and (programs / "pg_basebackup").is_file()
    require("pg_basebackup", found=found, reason="install the postgresql package, or the pgserver wheel")
    assert programs is not None
    with run_postgres(programs) as primary:
        name = primary.create_database()
        migrate(primary.url(name))
        with run_standby(programs, primary) as standby:
            yield Pair(primary, standby, name)


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A primary whose standby has to have what is acknowledged."""
    with run_pair() as running:
        with running.primary.connect("postgres") as admin:
            admin.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            admin.execute("SELECT pg_reload_conf()")
            query = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
            await_true(lambda: admin.execute(query).fetchone() == (1,))
        yield running


def test_pages_stay_open_and_every_acknowledged_entry_is_on_the_standby_that_was_promoted(
    pair: Pair, tmp_path: Path
) -> None:
    with (
        serving(pair.url, tmp_path, DRAIN_SECONDS="0") as server,
        server.signed_in() as admin,
        server.reader() as visitor,
    ):
        story = make_story(server)
        with _connect(server, story) as reader:
            _await_caught_up(reader)
            acknowledged = [_post(admin, story, number) for number in range(ENTRIES)]
            heard = [_next_number(reader) for _ in range(ENTRIES)]
            known = visitor.get(f"/v1/stories/{story}").json()
            assert known["entry_count"] == ENTRIES
            crash(pair.primary)
            refused = admin.post(f"/v1/stories/{story}/entries", json={"text": "To nobody"})
            assert refused.status_code == 503
            assert visitor.get(f"/v1/stories/{story}").json() == known, "memory serves"
            with pair.standby.connect(pair.name) as promoted:
                promoted.execute("SELECT pg_promote(true)")
                # It waits for a standby of its own otherwise, which its operator would start.
                promoted.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
                promoted.execute("SELECT pg_reload_conf()")
            acknowledged += [_post(admin, story, number) for number in range(ENTRIES, 2 * ENTRIES)]
            heard += [_next_number(reader) for _ in range(ENTRIES)]
            assert heard == list(range(2, 2 + 2 * ENTRIES)), "on one connection, each once and in order"
            await_true(lambda: visitor.get("/readyz").json()["status"] == "ready", or_say=lambda: server.log)
        assert server.stop() == 0
    there = pair.standby.url(pair.name)
    assert sorted(visible_entries(there, story)) == sorted(acknowledged)
    assert list(numbers_of(there, story)) == list(range(1, 2 + 2 * ENTRIES))


def _post(admin: httpx.Client, story: str, number: int) -> str:
    """Post again and again, as a client does, until it is acknowledged; the entry's id."""
    deadline = time.monotonic() + 60
    while True:
        headers = {"Idempotency-Key": f"number-{number}"}
        answer = admin.post(f"/v1/stories/{story}/entries", json={"text": f"Number {number}"}, headers=headers)
        if answer.status_code == 201:
            entry: str = answer.json()["id"]
            return entry
        assert answer.status_code == 503, answer.text
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)  # a client waits before it tries again


def _connect(server: Server, story: str) -> ClientConnection:
    where = f"{server.url.replace('http', 'ws', 1)}/v1/stories/{story}/live"
    return connect(where, proxy=None, compression=None)


def _await_caught_up(reader: ClientConnection) -> None:
    while json.loads(reader.recv(timeout=20))["type"] != "caught_up":
        pass


def _next_number(reader: ClientConnection) -> int:
    message: dict[str, Any] = {}
    while "seq" not in message:
        message = json.loads(reader.recv(timeout=40))
        assert message["type"] not in {"snapshot", "refused"}, message
    return int(message["seq"])
