"""The admin token of one installation: the same on all nodes that share a database."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

import structlog

from app.settings import Settings, UnusableSettings, require_strong_token
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import lock_admin_token_digest, update_admin_token_digest

ADMIN_TOKEN_FILE = "admin-token"  # noqa: S105 - the file's name, not what it holds

_log = structlog.get_logger(__name__)


def agree_on_admin_token(settings: Settings, database: Database) -> str:
    """Return the SHA-256 of the installation's admin token. Raises UnusableSettings for one that is not safe.

    A node that is alone with its database has its own: the setting, else the file, made the first time. Nodes that
    share one have the digest in it: the setting's, wherever one is set, else that of the node that was first. A node
    that comes later makes no token, and what its own file says opens nothing.
    """
    if not settings.has_shared_database:
        return digest_of_token(load_or_make_admin_token(settings))
    with database.transaction() as tx:
        agreed = lock_admin_token_digest(tx)
        if settings.admin_token is None and agreed is not None:
            _warn_of_another(settings, agreed)
            return agreed
        # A file is on disk before its digest is committed, so that no token is agreed on that nobody has.
        own = digest_of_token(load_or_make_admin_token(settings))
        if own != agreed:
            update_admin_token_digest(tx, own)
        return own


def digest_of_token(token: str) -> str:
    """Return the SHA-256 of a token, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def _warn_of_another(settings: Settings, agreed: str) -> None:
    token = load_admin_token(settings)
    if token is not None and digest_of_token(token) != agreed:
        file = str(settings.data_dir / ADMIN_TOKEN_FILE)
        _log.warning(
            "admin_token_of_another_node",
            file=file,
            detail="The nodes of this database agreed on another admin token; the one in the file opens nothing."
            " Copy that of the node that was first, or set LIVEBLOG_ADMIN_TOKEN on every node.",
        )


def load_admin_token(settings: Settings) -> str | None:
    """Return the admin token: the setting, else the one kept in `<data dir>/admin-token`; None where there is neither.

    Raises UnusableSettings if other accounts can read the file, or if its content is no safe token.
    """
    if settings.admin_token is not None:
        return settings.admin_token.get_secret_value()
    path = settings.data_dir / ADMIN_TOKEN_FILE
    if not path.exists():
        return None
    if path.stat().st_mode & 0o077:
        raise UnusableSettings(f"{path} can be read by other accounts; run: chmod 600 {path}, and replace the token")
    token = path.read_text(encoding="utf-8").strip()
    try:
        require_strong_token(token)
    except ValueError as error:
        raise UnusableSettings(f"{path}: {error}, or delete the file to have a new one made") from None
    return token


def load_or_make_admin_token(settings: Settings) -> str:
    """Return the admin token as `load_admin_token` does; the file is made the first time.

    Of processes that start together on one data folder all get the same one. Raises UnusableSettings.
    """
    path = settings.data_dir / ADMIN_TOKEN_FILE
    if settings.admin_token is None and not path.exists():
        _make_admin_token(path)
    token = load_admin_token(settings)
    if token is None:
        raise UnusableSettings(f"{path} was deleted while it was read; start again")
    return token


def _make_admin_token(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as complete:
        complete.write(f"{secrets.token_urlsafe(32)}\n")
        complete.flush()
        os.fsync(complete.fileno())
        # A link: it appears complete or not at all, and never replaces the token of a process that was faster.
        with contextlib.suppress(FileExistsError):
            os.link(complete.name, path)
