"""The address of a broker as the setting has it: `auto`, `none`, or a Redis."""

from __future__ import annotations

REDIS_SCHEMES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}
"""The schemes of addresses, and what the client calls them. The second and the last are encrypted."""


def read_broker_url(value: str, *, is_shared: bool) -> str:
    """Return the setting in its one spelling; `is_shared` says that other servers can share the database.

    Raises ValueError, without the password that may be in it.
    """
    if value.lower() in {"auto", "none"}:
        return value.lower()
    if value.partition("://")[0] not in REDIS_SCHEMES or "://" not in value:
        schemes = ", ".join(f"{scheme}://" for scheme in REDIS_SCHEMES)
        raise ValueError(f"is neither auto nor none, nor an address that begins with one of {schemes}")
    if not is_shared:
        raise ValueError("needs LIVEBLOG_DATABASE_URL of PostgreSQL: SQLite has no other servers to tell")
    return value
