"""Sessions of PostgreSQL: that each of our connections is one, and the limits the server keeps in it.

A pooler that hands every transaction to another session (PgBouncer with `pool_mode = transaction`) keeps neither our
limits nor what psycopg has prepared, and nothing says so until a statement fails. So it is looked for at the start.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from app.storage.database.health import DatabaseUnusable
from app.storage.database.limited_connection import ConnectionLimits, make_connect, socket_options

ATTEMPTS = 5
"""A pooler gives the connection that was used last, unless others use it too: one attempt could miss it."""

_KEEP = text("SELECT set_config('liveblog.session', :mark, false)")
_FIND = text("SELECT current_setting('liveblog.session', true)")


def require_sessions(url: str) -> None:
    """Raise DatabaseUnusable if a pooler shares sessions between connections. Raises SQLAlchemy's errors, too."""
    options = socket_options(make_url(url).query)
    engine = create_engine(
        url, poolclass=NullPool, hide_parameters=True, isolation_level="AUTOCOMMIT", connect_args=options
    )
    connect = make_connect(engine.dialect.loaded_dbapi.Connection, ConnectionLimits())
    event.listen(engine, "do_connect", lambda _dialect, _record, arguments, named: connect(*arguments, **named))
    with engine.connect() as first, engine.connect() as second:
        if any(_share_a_session(first, second) for _ in range(ATTEMPTS)):
            raise DatabaseUnusable(
                "LIVEBLOG_DATABASE_URL leads to a pooler that shares sessions (PgBouncer with pool_mode = transaction):"
                " set pool_mode = session, or connect to PostgreSQL itself."
            )


def begin_session(connection: Any, limits: ConnectionLimits) -> None:
    """Have the server keep the limits in the session of a new connection of psycopg's.

    By statements, and not by libpq's `options`: a pooler refuses or drops those, and an operator's own would be lost.
    """
    connection.autocommit = True
    connection.execute(
        f"SET statement_timeout = {limits.statement_milliseconds}; SET lock_timeout = {limits.lock_milliseconds};"
        f" SET idle_in_transaction_session_timeout = {limits.idle_milliseconds}; SET timezone = 'UTC'"
    )
    connection.autocommit = False


def _share_a_session(first: Connection, second: Connection) -> bool:
    mark = secrets.token_hex(8)
    first.execute(_KEEP, {"mark": mark})
    second.exec_driver_sql("BEGIN")
    try:
        return bool(second.execute(_FIND).scalar() == mark)
    finally:
        second.exec_driver_sql("ROLLBACK")
