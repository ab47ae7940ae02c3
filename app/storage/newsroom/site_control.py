"""The one row for the whole server: its freeze, the key of signed links, the admin token's digest, two counts."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_control = schema.control

_MAKE = {
    "postgresql": postgres_insert(_control).values(id=1).on_conflict_do_nothing(),
    "sqlite": sqlite_insert(_control).values(id=1).on_conflict_do_nothing(),
}
_SELECT = select(_control).where(_control.c.id == 1)


def read_site_frozen(tx: ReadTransaction) -> bool:
    """Return whether the whole site is frozen, so that nothing may be published."""
    row = tx.connection.execute(_SELECT).one_or_none()
    return row is not None and row.frozen


def update_site_frozen(tx: WriteTransaction, *, frozen: bool) -> bool:
    """Freeze or thaw the site; return whether that changed it. Two transactions at once take turns."""
    tx.connection.execute(_MAKE[tx.connection.dialect.name])
    changed = update(_control).where(_control.c.id == 1, _control.c.frozen.is_not(frozen)).values(frozen=frozen)
    return tx.connection.execute(changed).rowcount == 1


def read_signing_key(tx: ReadTransaction) -> str | None:
    """Return the key of signed links; None before the first link was made."""
    row = tx.connection.execute(_SELECT).one_or_none()
    return None if row is None else row.signing_key


def insert_signing_key(tx: WriteTransaction, candidate: str) -> str:
    """Store `candidate` as the key of signed links unless there is one; return the stored key."""
    tx.connection.execute(_MAKE[tx.connection.dialect.name])
    missing = (_control.c.id == 1, _control.c.signing_key.is_(None))
    tx.connection.execute(update(_control).where(*missing).values(signing_key=candidate))
    key: str = tx.connection.execute(_SELECT).one().signing_key
    return key


def lock_admin_token_digest(tx: WriteTransaction) -> str | None:
    """Lock the row until the transaction ends, and return the digest of the site's admin token; None before the first.

    Of several nodes that start together, each waits for the one before.
    """
    tx.connection.execute(_MAKE[tx.connection.dialect.name])
    digest: str | None = tx.connection.execute(_SELECT.with_for_update()).one().admin_token_sha256
    return digest


def update_admin_token_digest(tx: WriteTransaction, digest: str) -> None:
    """Replace the digest of the site's admin token."""
    tx.connection.execute(update(_control).where(_control.c.id == 1).values(admin_token_sha256=digest))


def read_purge_count(tx: ReadTransaction) -> int:
    """Return how often text was purged: by a change of it each process learns that another has done so."""
    row = tx.connection.execute(_SELECT).one_or_none()
    return 0 if row is None else row.purges


def update_purge_count(tx: WriteTransaction) -> None:
    """Count one purge more."""
    tx.connection.execute(_MAKE[tx.connection.dialect.name])
    tx.connection.execute(update(_control).where(_control.c.id == 1).values(purges=_control.c.purges + 1))


def read_sites_version(tx: ReadTransaction) -> int:
    """Return how often a site was changed: by a change of it each process learns that another has done so."""
    row = tx.connection.execute(_SELECT).one_or_none()
    return 0 if row is None else row.sites_version


def update_sites_version(tx: WriteTransaction) -> None:
    """Count one change of a site more; a change of another site waits until this transaction ends."""
    tx.connection.execute(_MAKE[tx.connection.dialect.name])
    changed = update(_control).where(_control.c.id == 1).values(sites_version=_control.c.sites_version + 1)
    tx.connection.execute(changed)
