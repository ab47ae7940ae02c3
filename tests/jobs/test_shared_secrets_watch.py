"""What another process has made of the secrets that all share is read once a second."""

from __future__ import annotations

import pytest

from app.domain.clock import Micros
from app.jobs.shared_secrets_watch import shared_secrets_watch_job
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import (
    BrokerKeys,
    SharedSecrets,
    insert_broker_keys,
    lock_admin_token_digest,
    update_admin_token_digest,
    update_broker_key,
)

pytestmark = pytest.mark.anyio


async def test_each_look_tells_what_is_so_now(database: Database) -> None:
    told: list[SharedSecrets] = []
    job = shared_secrets_watch_job(database, take=told.append)
    assert job.pause_seconds() == 1.0
    await job.run()
    with database.transaction() as tx:
        lock_admin_token_digest(tx)
        update_admin_token_digest(tx, "ab" * 32)
    await job.run()
    with database.transaction() as tx:
        insert_broker_keys(tx, channel="here", key="first")
        insert_broker_keys(tx, channel="there", key="late")
    await job.run()
    with database.transaction() as tx:
        assert update_broker_key(tx, key="second", before_until=Micros(7))
    await job.run()
    assert told == [
        SharedSecrets(None, None),
        SharedSecrets("ab" * 32, None),
        SharedSecrets("ab" * 32, BrokerKeys("here", "first")),
        SharedSecrets("ab" * 32, BrokerKeys("here", "second", "first", Micros(7))),
    ]
