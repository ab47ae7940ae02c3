"""What the fault tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import copy_of
from tests.postgres import PostgresServer


@pytest.fixture
def shared_url(migrated_postgres: str, postgres_server: PostgresServer) -> Iterator[str]:
    """A migrated, empty PostgreSQL database of this test's own: the one kind that several processes may share."""
    name = postgres_server.create_database(template=migrated_postgres)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="module")
def module_sqlite_url(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated, empty SQLite database that the tests of one file share."""
    return copy_of(migrated_sqlite, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def module_postgres_url(migrated_postgres: str, postgres_server: PostgresServer) -> Iterator[str]:
    """The same on PostgreSQL."""
    name = postgres_server.create_database(template=migrated_postgres)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
