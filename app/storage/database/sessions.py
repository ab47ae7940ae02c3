"""Sessions of PostgreSQL: that each of our connections is one, the limits the server keeps in it, and that what it
acknowledges is on its disk.

A pooler that hands every transaction to another session (PgBouncer with `pool_mode = transaction`) keeps neither our
limits nor what psycopg has prepared, and nothing says so until a statement fails. So it is looked for at the start:
behind one each transaction brings its limits along, nothing is prepared, and nothing can be listened for.
"""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from app.storage.database.health import DatabaseUnusable
from app.storage.database.limited_connection import ConnectionLimits, make_connect, socket_options

ATTEMPTS = 5
"""A pooler gives the connection that was used last, unless others use it too: one attempt could miss it."""

_KEEP = text("SELECT set_config('liveblog.session', :mark, false)")
_FIND = text("SELECT current_setting('liveblog.session', true)")


_UNSAFE = {
    "fsync": "a crash of its machine can destroy the database",
    "full_page_writes": "a crash of its machine can destroy pages of the database, on all but a few file systems",
    "synchronous_commit": "a crash of its machine loses what was acknowledged last",
}
"""Settings of PostgreSQL without which what we acknowledge may be lost, each with what is risked while it is off."""
ALLOWING = "LIVEBLOG_ALLOW_UNSAFE_DATABASE"

log = structlog.get_logger()


def require_usable_server(url: str, *, allow_unsafe: bool, may_share: bool) -> bool:
    """Return whether a pooler shares sessions between connections.

    Raises DatabaseUnusable if it does and may not, or if what is acknowledged may be lost, unless that is allowed; then
    it is logged. Raises SQLAlchemy's errors, too.
    """
    options = socket_options(make_url(url).query)
    engine = create_engine(
        url, poolclass=NullPool, hide_parameters=True, isolation_level="AUTOCOMMIT", connect_args=options
    )
    connect = make_connect(engine.dialect.loaded_dbapi.Connection, ConnectionLimits())
    event.listen(engine, "do_connect", lambda _dialect, _record, arguments, named: connect(*arguments, **named))
    with engine.connect() as first, engine.connect() as second:
        unsafe = _list_unsafe(first)
        is_sharing = any(_share_a_session(first, second) for _ in range(ATTEMPTS))
        if is_sharing and not may_share:
            raise DatabaseUnusable(
                "LIVEBLOG_DATABASE_URL leads to a pooler that shares sessions (PgBouncer with pool_mode = transaction),"
                " through which nodes cannot tell each other of commits: set pool_mode = session, connect to PostgreSQL"
                " itself, or set LIVEBLOG_BROKER_URL to another than auto."
            )
    if unsafe and not allow_unsafe:
        raise DatabaseUnusable(
            f"PostgreSQL is set to {_settings_in_words(unsafe)}. Turn it on, or set {ALLOWING}=true for a database that"
            " may be lost."
        )
    for name in unsafe:
        log.warning("database_is_unsafe", setting=name, risk=_UNSAFE[name])
    return is_sharing


def begin_session(connection: Any, limits: ConnectionLimits) -> None:
    """Have the server keep the limits in the session of a new connection of psycopg's.

    By statements, and not by libpq's `options`: a pooler refuses or drops those, and an operator's own would be lost.
    """
    connection.autocommit = True
    connection.execute(_limits_in_words("SET", limits))
    connection.autocommit = False


def begin_shared_session(connection: Connection, limits: ConnectionLimits) -> None:
    """Have the server keep the limits until the end of the transaction, in whichever session it is."""
    connection.exec_driver_sql(_limits_in_words("SET LOCAL", limits))


def _limits_in_words(set_: str, limits: ConnectionLimits) -> str:
    return (
        f"{set_} statement_timeout = {limits.statement_milliseconds}; {set_} lock_timeout = {limits.lock_milliseconds};"
        f" {set_} idle_in_transaction_session_timeout = {limits.idle_milliseconds}; {set_} timezone = 'UTC'"
    )


def _list_unsafe(connection: Connection) -> list[str]:
    """List the settings that are off for a session of ours, be it by the server, the database or the role."""
    return [name for name in _UNSAFE if connection.exec_driver_sql(f"SHOW {name}").scalar_one() == "off"]


def _settings_in_words(names: list[str]) -> str:
    return ", and ".join(f"{name} = off: {_UNSAFE[name]}" for name in names)


def _share_a_session(first: Connection, second: Connection) -> bool:
    mark = secrets.token_hex(8)
    first.execute(_KEEP, {"mark": mark})
    second.exec_driver_sql("BEGIN")
    try:
        return bool(second.execute(_FIND).scalar() == mark)
    finally:
        second.exec_driver_sql("ROLLBACK")
