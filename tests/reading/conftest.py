"""Fixtures: reading is tested on stories that the real newsroom writes."""

from __future__ import annotations

import pytest

from app.storage.database.transactions import Database
from tests.newsroom.driver import NewsroomDriver


@pytest.fixture
def driver(database: Database) -> NewsroomDriver:
    """A newsroom on an empty database, called by its operator."""
    return NewsroomDriver(database)
