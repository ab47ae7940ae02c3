"""The newsroom's fixture: `driver`, through which a test calls the use cases (see driver.py)."""

from __future__ import annotations

import pytest

from app.storage.database.transactions import Database
from tests.newsroom.driver import NewsroomDriver


@pytest.fixture
def driver(database: Database) -> NewsroomDriver:
    """Drive a newsroom on an empty database as its operator; once on SQLite, once on PostgreSQL."""
    return NewsroomDriver(database)
