"""What the fault tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import PostgresServer


@pytest.fixture
def shared_url(migrated_postgres: str, postgres_server: PostgresServer) -> Iterator[str]:
    """A migrated, empty PostgreSQL database of this test's own: the one kind that several processes may share."""
    name = postgres_server.create_database(template=migrated_postgres)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
