"""The admin token of one installation: the same on all nodes that share a database."""

from __future__ import annotations

import hashlib

import structlog

from app.settings import ADMIN_TOKEN_FILE, Settings, load_admin_token, load_or_make_admin_token
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import lock_admin_token_digest, update_admin_token_digest

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
