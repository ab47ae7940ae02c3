"""Two releases on one schema: what a migration asks of those who run beside it, and which nodes run.

A migration file may say `writable_from`, the oldest schema whose release may go on writing beside it (it only adds what
an older release need not fill), and `readable_from`, the oldest whose release can still read (it takes something away).
A file that says neither lets older releases read, and not write.

What the newest one asks is kept as the comment of Alembic's table, where a release that does not know the migration
finds it. Which nodes run is in the names of their connections: a node that is there has some.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

_PROGRAM = "liveblog"
NAME_BYTES = 63
"""PostgreSQL keeps so much of a connection's name."""


@dataclass(frozen=True, slots=True)
class Step:
    """One migration, and the oldest schemas whose releases may write beside it, and read."""

    revision: str
    writable_from: str
    readable_from: str


@dataclass(frozen=True, slots=True)
class Node:
    """A node that is connected to the database now."""

    schema: str
    release: str
    name: str

    @property
    def in_words(self) -> str:
        """Return it for a person."""
        return f"{self.name} ({self.release}, schema {self.schema})"


def find_oldest(steps: Sequence[Step]) -> tuple[str, str]:
    """Return the oldest schemas whose releases may write, and read, on that of the last of these migrations.

    `steps` are all up to it, in their order. A release may if each migration that it does not know lets it.
    """
    return (
        _find_oldest([(step.revision, step.writable_from) for step in steps]),
        _find_oldest([(step.revision, step.readable_from) for step in steps]),
    )


def _find_oldest(steps: Sequence[tuple[str, str]]) -> str:
    oldest, asked = steps[-1][0], steps[-1][1]
    for revision, from_revision in reversed(steps[:-1]):
        if revision < asked:
            break
        oldest, asked = revision, max(asked, from_revision)
    return oldest


def name_connections(*, schema: str, release: str, node: str) -> str:
    """Return the name under which a node's connections are seen by others."""
    return f"{_PROGRAM} {schema} {release} {node}".encode()[:NAME_BYTES].decode(errors="ignore")


def list_nodes(connection: Connection) -> list[Node]:
    """List the nodes that are connected to a PostgreSQL database, by their names; a SQLite file has none beside us."""
    if connection.dialect.name != "postgresql":
        return []
    query = text(
        "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND application_name LIKE :ours"
    )
    names = connection.execute(query, {"ours": f"{_PROGRAM} %"}).scalars().all()
    found = [name.split(" ", 3)[1:] for name in names]
    return sorted((Node(*parts) for parts in found if len(parts) == 3), key=lambda node: node.name)


def record_writable_from(connection: Connection, schema: str, writable_from: str) -> None:
    """Write down for older releases which of them may go on writing on this schema."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{_remark(schema)}{writable_from}'")


def read_writable_from(connection: Connection, schema: str) -> str | None:
    """Return the oldest schema whose release may write on this one; None where nobody has said."""
    if connection.dialect.name != "postgresql":
        return None
    found = connection.exec_driver_sql("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')").scalar()
    return found.removeprefix(_remark(schema)) if found and found.startswith(_remark(schema)) else None


def _remark(schema: str) -> str:
    return f"schema {schema} is writable from "
