"""The private PostgreSQL server of the test session."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.postgres import PostgresServer, ReusedDatabases, find_programs, run_postgres


def _connect(server: PostgresServer, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(server.url(database).replace("postgresql+psycopg", "postgresql"))


def test_a_server_writes_to_disk_before_it_answers(postgres_server: PostgresServer) -> None:
    with _connect(postgres_server, "postgres") as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_database_made_from_a_template_holds_what_the_template_holds(postgres_server: PostgresServer) -> None:
    template = postgres_server.create_database()
    with _connect(postgres_server, template) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('liveblog')")

    copy = postgres_server.create_database(template=template)

    with _connect(postgres_server, copy) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("liveblog",)
    postgres_server.drop_database(copy)
    postgres_server.drop_database(template)


def test_every_test_has_a_database_that_is_empty(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql")) as connection:
        tables = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert tables.fetchone() == (0,)


def test_a_database_is_lent_again_with_nothing_of_the_test_before_in_it(reused_databases: ReusedDatabases) -> None:
    with reused_databases.lend() as name:
        left_open = _connect(reused_databases.server, name)
        with left_open.transaction():
            added = "INSERT INTO search_documents (story_id, entry_id, words) VALUES ('s', '', '') RETURNING number"
            assert left_open.execute(added).fetchone() == (1,)
    with reused_databases.lend() as again, _connect(reused_databases.server, again) as connection:
        assert again == name
        assert connection.execute("SELECT count(*) FROM search_documents").fetchone() == (0,)
        assert connection.execute(added).fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE stories ADD COLUMN weather text",
        "ALTER TABLE stories DROP COLUMN status",
        "DROP TABLE invites",
        "CREATE TABLE weather (day date)",
        "CREATE INDEX weather ON stories (status)",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_a_database_whose_schema_was_changed_is_not_lent_again(reused_databases: ReusedDatabases, change: str) -> None:
    with reused_databases.lend() as name, _connect(reused_databases.server, name) as connection:
        connection.execute(change)
    with reused_databases.lend() as other:
        assert other != name


def test_a_server_leaves_nothing_behind(postgres_server: PostgresServer) -> None:
    programs = find_programs()
    assert programs is not None
    with run_postgres(programs) as other:
        folder = other.socket_dir
        assert list(folder.glob(".s.PGSQL.*"))
        assert folder != postgres_server.socket_dir
    assert not Path(folder).exists()
