"""The edge is tested on the whole application, with its lifespan run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.server import Server, running


@pytest.fixture
async def server(anyio_backend: str, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """Run the application over an empty SQLite database."""
    async with running(sqlite_url, tmp_path / "data") as opened:
        yield opened
