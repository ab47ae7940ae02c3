"""A server whose stories take comments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.server import Server, running


@pytest.fixture
async def site(anyio_backend: str, database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """A server whose stories take comments, on either database."""
    async with running(database_url, tmp_path / "data", comments="moderated") as opened:
        yield opened
