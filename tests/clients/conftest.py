"""A real server for the clients, and the npm package as it would be published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.packages import pack
from tests.conftest import copy_of
from tests.e2e.server import Server, serving


@pytest.fixture(scope="module")
def server(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server process, which a test may kill and must start again."""
    folder = tmp_path_factory.mktemp("clients")
    with serving(copy_of(migrated_sqlite, folder), folder) as running:
        yield running


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, packed."""
    return pack(tmp_path_factory.mktemp("packed"))
