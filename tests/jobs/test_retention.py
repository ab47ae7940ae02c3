"""Stored replies are deleted after 30 days, in small batches."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from app.domain.clock import Micros
from app.jobs.retention import BATCH, KEPT_DAYS, retention_job
from app.storage.database import schema
from app.storage.database.transactions import Database

pytestmark = pytest.mark.anyio

DAY = 86_400_000_000
NOW = Micros(1_800_000_000_000_000)


def _keep(database: Database, *, days_old: float, count: int) -> None:
    row = {"scope": f"{days_old}", "fingerprint": "f", "status": 201, "headers": {}, "body": b"{}"}
    at = NOW - round(days_old * DAY)
    with database.transaction() as tx:
        tx.connection.execute(insert(schema.replies), [{**row, "key": str(n), "at": at} for n in range(count)])


def _count(database: Database) -> int:
    with database.snapshot() as tx:
        found: int = tx.connection.execute(select(func.count()).select_from(schema.replies)).scalar_one()
        return found


async def test_replies_are_forgotten_after_their_days_and_not_before(database: Database) -> None:
    _keep(database, days_old=KEPT_DAYS + 0.01, count=3)
    _keep(database, days_old=KEPT_DAYS - 0.01, count=2)
    await retention_job(database, clock=lambda: NOW).run()
    assert _count(database) == 2


async def test_many_are_forgotten_in_batches_with_pauses_for_writers(database: Database) -> None:
    _keep(database, days_old=KEPT_DAYS + 1, count=2 * BATCH + 1)
    left_at_pauses: list[int] = []

    async def sleep(_seconds: float) -> None:
        left_at_pauses.append(_count(database))

    await retention_job(database, clock=lambda: NOW, sleep=sleep).run()
    assert left_at_pauses == [BATCH + 1, 1]
    assert _count(database) == 0


async def test_with_nothing_to_forget_nothing_is_waited_for(database: Database) -> None:
    async def sleep(_seconds: float) -> None:
        raise AssertionError("nothing was to be waited for")

    await retention_job(database, clock=lambda: NOW, sleep=sleep).run()
