"""The key of the broker: one for all nodes of a database, replaced by a command, followed by those that run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.brokers.memory import MemoryBroker
from app.brokers.messages import SharedKey
from app.composition.broker_key import OVERLAP_SECONDS, load_broker_keys, replace_broker_key
from app.composition.brokers import ProcessBroker, follow_secrets
from app.domain.clock import Micros
from app.domain.identifiers import SystemRandomSource
from app.storage.database.opening import open_database
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import BrokerKeys, read_shared_secrets, update_admin_token_digest
from app.storage.upkeep.migrations import migrate
from tests.newsroom.driver import NewsroomDriver
from tests.processes import Installation

NODES = 4
NOW = Micros(1_790_000_000_000_000)
LATER = Micros(NOW + OVERLAP_SECONDS * 1_000_000)
RANDOM = SystemRandomSource()


@pytest.fixture
def shared(postgres_url: str) -> Iterator[Database]:
    """The one kind of database that several nodes may share."""
    migrate(postgres_url)
    database = open_database(postgres_url, connections=NODES)
    yield database
    database.close()


def _read(database: Database) -> BrokerKeys | None:
    with database.snapshot() as tx:
        return read_shared_secrets(tx).broker


def test_of_nodes_that_start_together_one_makes_the_key_and_all_have_it(shared: Database) -> None:
    assert _read(shared) is None
    made: list[BrokerKeys] = []
    barrier = threading.Barrier(NODES)

    def start() -> None:
        barrier.wait()
        made.append(load_broker_keys(shared, RANDOM))

    threads = [threading.Thread(target=start) for _ in range(NODES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == NODES
    assert set(made) == {_read(shared)}
    assert made[0].key not in repr(made[0])


def test_a_key_that_was_replaced_counts_for_its_time_and_the_channel_stays(shared: Database) -> None:
    assert not replace_broker_key(shared, RANDOM, lambda: NOW)
    first = load_broker_keys(shared, RANDOM)
    assert replace_broker_key(shared, RANDOM, lambda: NOW)
    found = _read(shared)
    assert found is not None
    assert found.key != first.key
    assert found.channel == first.channel
    assert (found.before_at(NOW), found.before_at(LATER)) == (first.key, None)
    assert load_broker_keys(shared, RANDOM) == found


def test_a_process_follows_a_new_key_and_a_new_admin_token(database: Database) -> None:
    newsroom = NewsroomDriver(database).newsroom
    keys = load_broker_keys(database, RANDOM)
    key = SharedKey(keys.key)
    made = ProcessBroker(MemoryBroker(), key=key)
    signed = key.sign(b"content")
    replace_broker_key(database, RANDOM, newsroom.clock)
    with database.transaction() as tx:
        update_admin_token_digest(tx, "ab" * 32)
    with database.snapshot() as tx:
        found = read_shared_secrets(tx)
    follow_secrets(newsroom, made, found)
    assert newsroom.admin_token.sha256 == "ab" * 32
    assert key.sign(b"content") != signed
    assert key.accepts(signed, b"content")


def test_the_command_replaces_the_key_and_says_for_how_long_the_old_one_counts(
    shared: Database, postgres_url: str, tmp_path: Path
) -> None:
    installation = Installation(tmp_path / "data", {"LIVEBLOG_DATABASE_URL": postgres_url})
    refused = installation.run("rotate-broker-key")
    assert (refused.returncode, "No server has made a key yet" in refused.stderr) == (1, True)
    first = load_broker_keys(shared, RANDOM)
    done = installation.run("rotate-broker-key")
    assert (done.returncode, "60 seconds more" in done.stderr) == (0, True)
    found = _read(shared)
    assert found is not None
    assert (found.before, found.channel) == (first.key, first.channel)
    assert found.key not in done.stdout + done.stderr
