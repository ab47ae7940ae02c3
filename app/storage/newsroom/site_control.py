"""The one row for the whole server: its freeze, what its nodes share as secrets, and two counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.clock import Micros
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_control = schema.control

_MAKE = {
    "postgresql": postgres_insert(_control).values(id=1).on_conflict_do_nothing(),
    "sqlite": sqlite_insert(_control).values(id=1).on_conflict_do_nothing(),
}
_SELECT = select(_control).where(_control.c.id == 1)

_CREATION_KEY = 0x6C6266727A65
"""Of a lock of its own: the row above is locked before sites by some and after stories by others."""
_SHARE_CREATION = text("SELECT pg_advisory_xact_lock_shared(:key)")
_AWAIT_CREATIONS = text("SELECT pg_advisory_xact_lock(:key)")


@dataclass(frozen=True, slots=True)
class BrokerKeys:
    """The key that nodes sign with, the one before it and until when that counts, and their channel's name."""

    channel: str
    key: str = field(repr=False)
    before: str | None = field(default=None, repr=False)
    before_until: Micros | None = None

    def before_at(self, now: Micros) -> str | None:
        """Return the key before, while it counts."""
        return self.before if self.before_until is not None and now < self.before_until else None


@dataclass(frozen=True, slots=True)
class SharedSecrets:
    """The secrets that the nodes of one database share; None for one that no node has made."""

    admin_token_sha256: str | None
    broker: BrokerKeys | None


def _make_row(tx: WriteTransaction) -> None:
    """Make the row if nobody has."""
    tx.connection.execute(_MAKE[tx.connection.dialect.name])


def read_site_frozen(tx: ReadTransaction) -> bool:
    """Return whether the whole site is frozen, so that nothing may be published."""
    row = tx.connection.execute(_SELECT).one_or_none()
    return row is not None and row.frozen


def update_site_frozen(tx: WriteTransaction, *, frozen: bool) -> bool:
    """Freeze or thaw the site; return whether that changed it. Two transactions at once take turns."""
    _make_row(tx)
    changed = update(_control).where(_control.c.id == 1, _control.c.frozen.is_not(frozen)).values(frozen=frozen)
    return tx.connection.execute(changed).rowcount == 1


def lock_creation(tx: WriteTransaction) -> None:
    """Let a freeze wait for the end of this transaction, which makes a public story; read then whether there is one.

    On PostgreSQL, where a freeze can lock no story that is not committed yet. SQLite has one writer.
    """
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(_SHARE_CREATION, {"key": _CREATION_KEY})


def lock_out_creations(tx: WriteTransaction) -> None:
    """Wait for every transaction that called `lock_creation`; to be called without other locks, after a freeze."""
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(_AWAIT_CREATIONS, {"key": _CREATION_KEY})


def read_signing_key(tx: ReadTransaction) -> str | None:
    """Return the key of signed links; None before the first link was made."""
    row = tx.connection.execute(_SELECT).one_or_none()
    return None if row is None else row.signing_key


def insert_signing_key(tx: WriteTransaction, candidate: str) -> str:
    """Store `candidate` as the key of signed links unless there is one; return the stored key."""
    _make_row(tx)
    missing = (_control.c.id == 1, _control.c.signing_key.is_(None))
    tx.connection.execute(update(_control).where(*missing).values(signing_key=candidate))
    key: str = tx.connection.execute(_SELECT).one().signing_key
    return key


def lock_admin_token_digest(tx: WriteTransaction) -> str | None:
    """Lock the row until the transaction ends, and return the digest of the site's admin token; None before the first.

    Of several nodes that start together, each waits for the one before.
    """
    _make_row(tx)
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
    _make_row(tx)
    tx.connection.execute(update(_control).where(_control.c.id == 1).values(purges=_control.c.purges + 1))


def read_sites_version(tx: ReadTransaction) -> int:
    """Return how often a site was changed: by a change of it each process learns that another has done so."""
    row = tx.connection.execute(_SELECT).one_or_none()
    return 0 if row is None else row.sites_version


def update_sites_version(tx: WriteTransaction) -> None:
    """Count one change of a site more; a change of another site waits until this transaction ends."""
    _make_row(tx)
    changed = update(_control).where(_control.c.id == 1).values(sites_version=_control.c.sites_version + 1)
    tx.connection.execute(changed)


def read_shared_secrets(tx: ReadTransaction) -> SharedSecrets:
    """Return what the nodes share."""
    row = tx.connection.execute(_SELECT).one_or_none()
    if row is None:
        return SharedSecrets(None, None)
    if row.broker_key is None or row.broker_channel is None:
        return SharedSecrets(row.admin_token_sha256, None)
    until = row.broker_key_before_until
    keys = BrokerKeys(
        row.broker_channel, row.broker_key, row.broker_key_before, None if until is None else Micros(until)
    )
    return SharedSecrets(row.admin_token_sha256, keys)


def insert_broker_keys(tx: WriteTransaction, *, channel: str, key: str) -> BrokerKeys:
    """Store a channel and a key unless there are some; return the stored ones. Of nodes at once the first decides."""
    _make_row(tx)
    missing = update(_control).where(_control.c.id == 1, _control.c.broker_key.is_(None))
    tx.connection.execute(missing.values(broker_channel=channel, broker_key=key))
    found = read_shared_secrets(tx).broker
    assert found is not None  # noqa: S101 - written above, or before
    return found


def update_broker_key(tx: WriteTransaction, *, key: str, before_until: Micros) -> bool:
    """Replace the key, and let the one before count until then; return whether there was one."""
    row = tx.connection.execute(_SELECT.with_for_update()).one_or_none()
    if row is None or row.broker_key is None:
        return False
    changed = {"broker_key": key, "broker_key_before": row.broker_key, "broker_key_before_until": before_until}
    tx.connection.execute(update(_control).where(_control.c.id == 1).values(**changed))
    return True
