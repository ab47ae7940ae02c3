"""Opens the database that a URL names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url

from app.storage.database.postgres import PostgresDatabase
from app.storage.database.sqlite import SqliteDatabase
from app.storage.database.transactions import Database


def open_database(url: str) -> Database:
    """Open `sqlite:///path` or `postgresql://…`.

    Raises StoreLocked for a SQLite file that another process writes to, ValueError for any other kind of URL.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database:
        return SqliteDatabase(Path(parsed.database))
    if backend == "postgresql":
        return PostgresDatabase(url)
    raise ValueError(f"LIVEBLOG_DATABASE_URL must begin with sqlite:/// or postgresql://, not {backend}:")


def database_folder(url: str) -> Path | None:
    """Return the folder of a SQLite file, its lock and its server's control socket; None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database).absolute().parent
