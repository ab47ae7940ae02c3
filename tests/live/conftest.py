"""Live's fixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.app import Path, current_path


@pytest.fixture(params=["portable", "native"])
def both_paths(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Run the test once with readers served as on any ASGI server, and once on their transports."""
    token = current_path.set(request.param)
    yield request.param
    current_path.reset(token)
