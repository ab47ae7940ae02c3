"""The connections of a pool that are in use, without asking the database."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool


def count_in_use(engine: Engine) -> tuple[int, int]:
    """Return how many connections of the engine's pool are in use now, and how many it keeps."""
    pool = engine.pool  # read anew: `dispose` puts another in its place
    return (pool.checkedout(), pool.size()) if isinstance(pool, QueuePool) else (0, 0)
