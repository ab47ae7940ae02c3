"""Opens the database that a URL names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url

from app.storage.database.failures import make_folder, require_usable_file
from app.storage.database.postgres import POOL_SIZE, PostgresDatabase
from app.storage.database.sessions import require_sessions
from app.storage.database.sqlite import READERS, SqliteDatabase
from app.storage.database.transactions import Database


def open_database(url: str, *, connections: int | None = None) -> Database:
    """Open `sqlite:///path` or `postgresql://…`. Raises StoreLocked for a SQLite file another process writes to, and
    DatabaseUnusable for what this account cannot use, or cannot use as it is set up.

    `connections` are those kept for threads: SQLite's readers, PostgreSQL's pool. ValueError for any other kind of URL.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database:
        path = Path(parsed.database)
        make_folder(path.parent)
        require_usable_file(path)
        return SqliteDatabase(path, readers=connections or READERS)
    if backend == "postgresql":
        require_sessions(url)
        return PostgresDatabase(url, pool_size=connections or POOL_SIZE)
    raise ValueError(f"LIVEBLOG_DATABASE_URL must begin with sqlite:/// or postgresql://, not {backend}:")


def database_folder(url: str) -> Path | None:
    """Return the folder of a SQLite file, its lock and its server's control socket; None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database).absolute().parent
