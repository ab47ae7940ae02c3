"""Opens the database that a URL names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url

from app.storage.database.failures import make_folder, require_usable_file
from app.storage.database.health import DatabaseUnusable
from app.storage.database.postgres import POOL_SIZE, PostgresDatabase
from app.storage.database.sessions import require_usable_server
from app.storage.database.sqlite import READERS, ReadOnlySqlite, SqliteDatabase
from app.storage.database.transactions import Database


def open_database(
    url: str,
    *,
    connections: int | None = None,
    allow_unsafe: bool = False,
    may_share: bool = False,
    connection_name: str = "liveblog",
) -> Database:
    """Open `sqlite:///path` or `postgresql://…`. Raises StoreLocked for a SQLite file another process writes to, and
    DatabaseUnusable for what this account cannot use, or cannot use as it is set up.

    `connections` are those kept for threads: SQLite's readers, PostgreSQL's pool. `allow_unsafe` opens one that may
    lose what it has acknowledged, `may_share` one behind a pooler that shares sessions; by `connection_name` it is
    seen there. ValueError for any other kind of URL.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database:
        path = Path(parsed.database)
        make_folder(path.parent)
        require_usable_file(path)
        return SqliteDatabase(path, readers=connections or READERS)
    if backend == "postgresql":
        is_sharing = require_usable_server(url, allow_unsafe=allow_unsafe, may_share=may_share)
        pool_size = connections or POOL_SIZE
        return PostgresDatabase(url, pool_size=pool_size, connection_name=connection_name, is_sharing=is_sharing)
    raise ValueError(f"LIVEBLOG_DATABASE_URL must begin with sqlite:/// or postgresql://, not {backend}:")


def open_for_reading(url: str, *, connections: int | None = None) -> Database:
    """Open a SQLite file that another process of this machine has open for writing. Raises DatabaseUnusable.

    ValueError for any other database, which every process may write to.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise ValueError("only a SQLite file is opened for reading alone")
    path = Path(parsed.database)
    if not path.exists():
        raise DatabaseUnusable(f"{path} is not there: the process that writes makes it.")
    require_usable_file(path, read_only=True)
    return ReadOnlySqlite(path, readers=connections or READERS)


def database_folder(url: str) -> Path | None:
    """Return the folder of a SQLite file, its lock and its server's control socket; None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database).absolute().parent
