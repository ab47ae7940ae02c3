"""`migrate` beside a server, and a server beside the `migrate` of another release."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ports import reserved_port
from tests.postgres import PostgresServer
from tests.processes import Installation, Server
from tests.waiting import await_true

NOTICED_SECONDS = 30
OTHERS = "UPDATE alembic_version SET version_num = %s"


def test_with_nothing_to_migrate_it_succeeds_at_once_beside_a_server(
    installation: Installation, free_port: int
) -> None:
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        for _ in range(2):
            done = installation.run("migrate")
            assert done.returncode == 0, done.stderr
        unknown = installation.run("migrate", "--to", "0400")
        assert (unknown.returncode, "There is no schema 0400" in unknown.stderr) == (1, True), unknown.stderr
        assert api.post("/v1/stories", json={"title": "Still served"}).status_code == 201
        assert server.stop(10) == 0


def test_with_something_to_migrate_it_says_that_the_server_has_to_be_stopped_first(
    installation: Installation, free_port: int
) -> None:
    with installation.serving(free_port) as server:
        connection = sqlite3.connect(installation.data_dir / "liveblog.db")
        connection.execute("UPDATE alembic_version SET version_num = '0006'")
        connection.commit()
        connection.close()
        refused = installation.run("migrate")
        assert refused.returncode == 1
        assert len(refused.stderr.splitlines()) == 1, refused.stderr
        assert "0007, 0008, " in refused.stderr
        assert "stop it first" in refused.stderr
        assert server.process.poll() is None


def _await_status(api: httpx.Client, status: str) -> list[str]:
    answers: list[dict[str, Any]] = []

    def is_so() -> bool:
        answers.append(api.get("/readyz").json())
        return bool(answers[-1]["status"] == status)

    await_true(is_so, seconds=NOTICED_SECONDS, or_say=lambda: str(answers[-1]))
    return list(answers[-1].get("reasons", []))


def test_a_server_whose_database_a_newer_release_has_migrated_takes_no_more_writes_and_says_so(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path, free_port: int
) -> None:
    installation = Installation(tmp_path / "data", {"LIVEBLOG_DATABASE_URL": postgres_url})
    installation.check("migrate")
    name = postgres_url.partition("@/")[2].partition("?")[0]
    with (
        installation.serving(free_port) as server,
        server.client(installation.token) as api,
        postgres_server.connect(name) as other,
    ):
        story = api.post("/v1/stories", json={"title": "Election night"}).json()["id"]
        entries = f"/v1/stories/{story}/entries"
        assert api.post(entries, json={"text": "Before."}).status_code == 201
        ours = other.execute("SELECT version_num FROM alembic_version").fetchone()
        assert ours is not None
        other.execute(OTHERS, ["9999"])
        assert "schema" in _await_status(api, "degraded")
        refused = api.post(entries, json={"text": "In an older form."})
        assert (refused.status_code, refused.json()["code"]) == (503, "schema_changed")
        assert int(refused.headers["retry-after"]) > 0
        assert api.post("/v1/stories", json={"title": "Another"}).status_code == 503
        read = api.get(f"/v1/stories/{story}")
        assert (read.status_code, read.json()["entry_count"]) == (200, 1), "readers are served still"
        _refuse_to_start(installation)
        other.execute(OTHERS, ours)
        _await_status(api, "ready")
        assert api.post(entries, json={"text": "After."}).status_code == 201
        _assert_logged_once(server)


def _refuse_to_start(installation: Installation) -> None:
    with reserved_port() as port:
        settings = {**installation.settings, "LIVEBLOG_PORT": str(port)}
        refused = Installation(installation.data_dir, settings).run("serve")
    assert refused.returncode == 1
    assert "9999, which a newer release has made" in refused.stderr


def _assert_logged_once(server: Server) -> None:
    assert server.log.count("database_migrated_by_another_release") == 1
    assert server.log.count("database_has_our_schema_again") == 1
    assert "Traceback" not in server.log


@pytest.mark.parametrize("times", [2])
def test_on_postgres_too_it_may_run_beside_a_server_again_and_again(
    postgres_url: str, tmp_path: Path, free_port: int, times: int
) -> None:
    installation = Installation(tmp_path / "data", {"LIVEBLOG_DATABASE_URL": postgres_url})
    installation.check("migrate")
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        for _ in range(times):
            installation.check("migrate")
        assert api.post("/v1/stories", json={"title": "Still served"}).status_code == 201
