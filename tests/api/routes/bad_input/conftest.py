"""The fixture of all that is sent badly."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.server import Server


@pytest.fixture
async def story(server: Server) -> dict[str, Any]:
    """Create the story that every request of this folder names."""
    return await server.story(slug="election")
