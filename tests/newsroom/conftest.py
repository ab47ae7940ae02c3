"""The newsroom's fixtures."""

from __future__ import annotations

import pytest

from app.storage.database.transactions import Database
from tests.newsroom.driver import Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    """A newsroom on an empty database, called by its operator."""
    return Desk(database)
