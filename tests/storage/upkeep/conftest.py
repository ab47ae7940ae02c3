"""Databases without tables, with rows in every table, and a sound backup."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.upkeep.archives import make_backup, make_filled


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A database without tables, on SQLite alone."""
    return f"sqlite:///{tmp_path / 'first' / 'liveblog.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{tmp_path / 'data' / 'liveblog.db'}"


@pytest.fixture
def filled_url(empty_url: str) -> str:
    """A database at this release's schema with rows in every table."""
    return make_filled(empty_url)


@pytest.fixture
def archive(empty_sqlite_url: str, tmp_path: Path) -> Path:
    """A sound backup."""
    return make_backup(make_filled(empty_sqlite_url), tmp_path / "sound.backup")
