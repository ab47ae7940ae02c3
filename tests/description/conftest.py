"""A real server, its description, and the tools that are made for descriptions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import copy_of
from tests.description.recorder import Description
from tests.e2e.server import Server, serving


@pytest.fixture(scope="module")
def server(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server process over a database with nothing in it."""
    folder = tmp_path_factory.mktemp("described")
    with serving(copy_of(migrated_sqlite, folder), folder) as running:
        yield running


@pytest.fixture(scope="module")
def description(server: Server) -> Description:
    """The description that it serves."""
    with server.reader() as reader:
        return Description(reader.get("/openapi.json").raise_for_status().json())
