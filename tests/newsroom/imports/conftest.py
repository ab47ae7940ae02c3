"""Another newsroom, for stories that are brought from one into the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage.database.opening import open_database
from app.storage.upkeep.migrations import migrate
from tests.newsroom.driver import NewsroomDriver


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[NewsroomDriver]:
    """Another newsroom, with a database of its own."""
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    migrate(url)
    database = open_database(url)
    yield NewsroomDriver(database)
    database.close()
