"""A pooler between the server and PostgreSQL: one that keeps sessions works, one that shares them is refused."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.pgbouncer import run_pgbouncer
from tests.ports import reserved_port
from tests.postgres import PostgresServer
from tests.processes import Installation
from tests.waiting import await_true


@pytest.fixture
def name(postgres_server: PostgresServer, postgres_url: str, tmp_path: Path) -> str:
    Installation(tmp_path / "made", {"LIVEBLOG_DATABASE_URL": postgres_url}).check("migrate")
    return postgres_url.partition("@/")[2].partition("?")[0]


@pytest.mark.parametrize("settings", ["", "ignore_startup_parameters = extra_float_digits", "default_pool_size = 1"])
@pytest.mark.parametrize("pool_mode", ["transaction", "statement"])
def test_a_pooler_that_shares_sessions_is_refused_with_a_sentence(
    postgres_server: PostgresServer, name: str, tmp_path: Path, free_port: int, pool_mode: str, settings: str
) -> None:
    with (
        reserved_port() as port,
        run_pgbouncer(postgres_server, pool_mode=pool_mode, port=port, settings=settings) as address,
    ):
        url = f"postgresql://liveblog@{address}/{name}"
        for command in (["serve"], ["token", "list"]):
            given = {"LIVEBLOG_DATABASE_URL": url, "LIVEBLOG_PORT": str(free_port)}
            refused = Installation(tmp_path / "data", given).run(*command)
            assert (refused.returncode, refused.stdout) == (1, ""), refused.stderr
            assert len(refused.stderr.splitlines()) == 1, refused.stderr
            assert "pool" in refused.stderr
            assert "session" in refused.stderr or "connect to PostgreSQL itself" in refused.stderr


def test_a_pooler_that_keeps_sessions_works_and_our_limits_hold_in_them(
    postgres_server: PostgresServer, name: str, tmp_path: Path, free_port: int
) -> None:
    with (
        reserved_port() as port,
        run_pgbouncer(postgres_server, pool_mode="session", port=port) as address,
        postgres_server.connect(name) as direct,
    ):
        url = f"postgresql://liveblog@{address}/{name}"
        installation = Installation(tmp_path / "data", {"LIVEBLOG_DATABASE_URL": url})
        token = installation.check("token", "create", "--name", "Results", "--bot", "--role", "editor").strip()
        with installation.serving(free_port) as server, server.client(token) as bot, server.client() as reader:
            await_true(lambda: reader.get("/readyz").json() == {"status": "ready", "reasons": []})
            story = bot.post("/v1/stories", json={"title": "Results"}).json()["id"]
            for number in range(12):  # psycopg prepares what is asked more than five times
                assert bot.post(f"/v1/stories/{story}/entries", json={"text": f"Part {number}"}).status_code == 201
            with direct.transaction():
                direct.execute(sql.SQL("SELECT 1 FROM stories WHERE id = {} FOR UPDATE").format(story))
                refused = bot.post(f"/v1/stories/{story}/entries", json={"text": "Waits for the lock"})
            assert refused.status_code == 503, "the limit on waiting for locks does not hold behind the pooler"
            assert server.stop(40) == 0


def test_one_that_shares_sessions_works_where_nodes_need_not_listen_and_our_limits_hold_in_each_transaction(
    postgres_server: PostgresServer, name: str, tmp_path: Path, free_port: int
) -> None:
    with (
        reserved_port() as port,
        run_pgbouncer(postgres_server, pool_mode="transaction", port=port, settings="default_pool_size = 3") as address,
        postgres_server.connect(name) as direct,
    ):
        settings = {"LIVEBLOG_DATABASE_URL": f"postgresql://liveblog@{address}/{name}", "LIVEBLOG_BROKER_URL": "none"}
        installation = Installation(tmp_path / "data", settings)
        token = installation.check("token", "create", "--name", "Results", "--bot", "--role", "editor").strip()
        with installation.serving(free_port) as server, server.client(token) as bot, server.client() as reader:
            story = bot.post("/v1/stories", json={"title": "Results"}).json()["id"]
            for number in range(12):  # psycopg prepares what is asked more than five times
                assert bot.post(f"/v1/stories/{story}/entries", json={"text": f"Part {number}"}).status_code == 201
                assert reader.get(f"/v1/stories/{story}").json()["entry_count"] == number + 1
            await_true(lambda: reader.get("/readyz").json() == {"status": "ready", "reasons": []})
            with direct.transaction():
                direct.execute(sql.SQL("SELECT 1 FROM stories WHERE id = {} FOR UPDATE").format(story))
                refused = bot.post(f"/v1/stories/{story}/entries", json={"text": "Waits for the lock"})
            assert refused.status_code == 503, "the limit on waiting for locks does not hold behind the pooler"
            assert server.stop(40) == 0
        # Nothing of ours is left in sessions that others are handed.
        with psycopg.connect(f"postgresql://liveblog@{address}/{name}", autocommit=True) as other:
            assert other.execute("SHOW lock_timeout").fetchone() == ("0",)
            assert other.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_the_operators_own_options_in_the_url_are_kept(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    with postgres_server.connect(name) as connection:
        connection.execute("CREATE SCHEMA newsroom")
        url = f"{postgres_url}&options=-csearch_path%3Dnewsroom"
        installation = Installation(tmp_path / "data", {"LIVEBLOG_DATABASE_URL": url})
        installation.check("migrate")
        installation.check("token", "create", "--name", "Results", "--bot", "--role", "editor")
        found = connection.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'tokens'").fetchall()
        assert found == [("newsroom",)]
