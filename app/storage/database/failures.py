"""The failures of a database, each as a sentence for the person who runs it."""

from __future__ import annotations

import os
import pwd
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.storage.database.health import DatabaseUnusable

_SQLITE_HEADER = b"SQLite format 3\0"
_REASON_LETTERS = 400
_POOLERS = ("unsupported startup parameter", "statement pooling")
"""Words of PgBouncer's own refusals."""
_LOCK_FILE = "liveblog.lock"


def require_usable_file(path: Path, *, read_only: bool = False) -> None:
    """Raise DatabaseUnusable unless this account can use the SQLite file, with what SQLite and we keep beside it.

    SQLite itself would say "unable to open database file" of most of that, and open a file of another account for
    reading without a word.
    """
    if path.is_dir():
        raise DatabaseUnusable(f"{path} is a folder: name a file in LIVEBLOG_DATABASE_URL.")
    for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), *(() if read_only else (path.parent / _LOCK_FILE,))):
        if not _may(each, os.R_OK if read_only else os.R_OK | os.W_OK):
            raise DatabaseUnusable(_not_ours(each, "read" if read_only else "read and write"))
    if not read_only and not _may(path.parent, os.W_OK | os.X_OK):
        raise DatabaseUnusable(_not_ours(path.parent, "write to"))
    if path.exists() and not _begins_like_sqlite(path):
        raise DatabaseUnusable(
            f"{path} is no SQLite database: name another file, or move it away and restore a backup."
        )


def make_folder(folder: Path) -> None:
    """Make a folder for a database unless it is there. Raises DatabaseUnusable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusable(f"The folder {folder} cannot be made: {error.strerror}.") from error


def describe_failure(error: BaseException) -> str | None:
    """Return a sentence for a failure that a database caused, at whatever distance; None for any other."""
    for each in _chain(error):
        if isinstance(each, DatabaseUnusable):
            return str(each)
        if isinstance(each, PoolTimeout):
            return "The database cannot be used: every connection is busy."
        if isinstance(each, DBAPIError) and each.orig is not None:
            return _sentence(each.orig)
        if isinstance(each, sqlite3.Error):
            return _sentence(each)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _sentence(error: BaseException) -> str:
    reason = " ".join(str(error).split()).rstrip(".")[:_REASON_LETTERS]
    if isinstance(error, sqlite3.Error):
        if isinstance(error, sqlite3.OperationalError):
            return f"The database file cannot be used: {reason}."
        return f"The database file is damaged ({reason}): move it away, and restore a backup with `liveblog restore`."
    if any(words in reason for words in _POOLERS):
        return f"The database cannot be used through this pooler ({reason}): connect to PostgreSQL itself."
    return f"The database cannot be used: {reason}; check LIVEBLOG_DATABASE_URL, and that PostgreSQL runs."


def _may(path: Path, mode: int) -> bool:
    try:
        if not path.exists():
            return True
    except OSError:  # a folder above that is closed to us
        return False
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _not_ours(path: Path, what: str) -> str:
    account = _name_of(os.geteuid())
    may_not = f"This account ({account}) may not {what} {path}"
    try:
        owner = path.stat().st_uid
    except OSError:
        return f"{may_not}: run as the account that owns it."
    if owner != os.geteuid():
        return f"{may_not}, which belongs to {_name_of(owner)}: run as {_name_of(owner)}, or chown it."
    return f"{may_not}: check its mode, and that its file system is not read-only."


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _begins_like_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            found = file.read(len(_SQLITE_HEADER))
    except OSError as error:
        raise DatabaseUnusable(f"{path} cannot be read: {error.strerror}.") from error
    return not found or found == _SQLITE_HEADER
