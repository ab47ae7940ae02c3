"""Fixtures that the fault tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import copy_of
from tests.postgres import ReusedDatabases


@pytest.fixture
def shared_url(reused_databases: ReusedDatabases) -> Iterator[str]:
    """A migrated, empty PostgreSQL database of this test's own: the one kind that several processes may share."""
    with reused_databases.lend() as name:
        yield reused_databases.server.url(name)


@pytest.fixture(scope="module")
def module_sqlite_url(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated, empty SQLite database that the tests of one file share."""
    return copy_of(migrated_sqlite, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def module_postgres_url(reused_databases: ReusedDatabases) -> Iterator[str]:
    """The same on PostgreSQL."""
    with reused_databases.lend() as name:
        yield reused_databases.server.url(name)
