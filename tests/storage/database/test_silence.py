"""PostgreSQL that does not answer: every wait ends, nothing is committed afterwards, and it is said once."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.domain.errors import Unavailable
from app.storage.database.limited_connection import SOCKET_OPTIONS, ConnectionLimits, socket_options
from app.storage.database.postgres import PostgresDatabase
from app.storage.database.transactions import WriteTransaction, answers_queries
from app.storage.database.write_probe import probe_writing
from tests.faults.silent_proxy import SilentProxy, silent_proxy
from tests.postgres import PostgresServer, ReusedDatabases

SHORT = ConnectionLimits(ping_seconds=0.5, silence_seconds=0.8, transaction_seconds=30.0)
BROKEN_SECONDS = 15
"""Long after every limit above: whoever waits for so long waits for ever."""


@pytest.fixture
def name(reused_databases: ReusedDatabases) -> Iterator[str]:
    with reused_databases.lend() as lent:
        yield lent


@pytest.fixture
def proxy(postgres_server: PostgresServer) -> Iterator[SilentProxy]:
    with silent_proxy(postgres_server) as opened:
        yield opened


@pytest.fixture
def behind(proxy: SilentProxy, name: str) -> Iterator[PostgresDatabase]:
    """A database whose network may fall silent, with short limits."""
    database = PostgresDatabase(f"{proxy.url(name)}?connect_timeout=2", limits=SHORT)
    yield database
    _within_time(database.close)


def test_an_idle_connection_that_has_fallen_silent_is_given_up_and_a_new_one_answers(
    behind: PostgresDatabase, proxy: SilentProxy
) -> None:
    probe_writing(behind)
    proxy.fall_silent()
    proxy.move()
    _within_time(lambda: probe_writing(behind))
    assert behind.health.is_reachable


def test_silence_is_said_once_counted_and_said_to_be_over(behind: PostgresDatabase, proxy: SilentProxy) -> None:
    probe_writing(behind)
    with capture_logs() as logged:
        proxy.fall_silent()
        for _ in range(2):
            with pytest.raises(Unavailable):
                _within_time(lambda: probe_writing(behind))
            assert not behind.health.is_reachable
        assert behind.health.failures["unreachable"] == 2
        proxy.move()
        _within_time(lambda: probe_writing(behind))
        assert behind.health.is_reachable
    assert [line["event"] for line in logged] == ["database_unreachable", "database_unreachable_over"]
    assert logged[0]["cause"]


def test_silence_in_the_midst_of_a_transaction_ends_it_and_nothing_of_it_is_committed_later(
    behind: PostgresDatabase, proxy: SilentProxy
) -> None:
    def write() -> None:
        with behind.transaction() as tx:
            _insert_reply(tx, "first")
            proxy.fall_silent()
            _insert_reply(tx, "second")

    with pytest.raises(Unavailable):
        _within_time(write)
    proxy.speak()
    time.sleep(0.2)  # what the proxy kept back arrives now, if it ever does
    with behind.snapshot() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM replies")).scalar_one() == 0


def test_a_transaction_that_takes_too_long_is_not_committed(proxy: SilentProxy, name: str) -> None:
    database = PostgresDatabase(proxy.url(name), limits=replace(SHORT, transaction_seconds=0.2))

    def write() -> None:
        with database.transaction() as tx:
            _insert_reply(tx, "late")
            time.sleep(0.3)  # longer than the transaction may take

    with pytest.raises(Unavailable):
        write()
    with database.snapshot() as reading:
        assert reading.connection.execute(text("SELECT count(*) FROM replies")).scalar_one() == 0
    database.close()


def test_a_process_that_does_nothing_in_a_transaction_loses_it_and_its_locks(
    postgres_server: PostgresServer, name: str
) -> None:
    database = PostgresDatabase(postgres_server.url(name), limits=replace(SHORT, idle_milliseconds=200))

    def write() -> None:
        with database.transaction() as tx:
            _insert_reply(tx, "frozen")
            with postgres_server.connect(name) as other, other.transaction():
                other.execute("LOCK TABLE replies")  # waits until the server has ended the transaction above
            _insert_reply(tx, "awake")

    with pytest.raises(Unavailable):
        write()
    assert sum(database.health.failures.values()) == 1  # psycopg shows it as a refusal or as a connection lost
    with database.snapshot() as reading:
        assert reading.connection.execute(text("SELECT count(*) FROM replies")).scalar_one() == 0
    database.close()


def test_a_lock_is_waited_for_no_longer_than_its_limit(postgres_server: PostgresServer, name: str) -> None:
    database = PostgresDatabase(postgres_server.url(name), limits=replace(SHORT, lock_milliseconds=100))
    with postgres_server.connect(name) as other, other.transaction():
        other.execute("LOCK TABLE replies")
        with pytest.raises(Unavailable):
            _within_time(lambda: probe_writing(database))
        assert (database.health.failures["refused"], database.health.is_reachable) == (1, True)
    probe_writing(database)
    database.close()


def test_threads_that_meet_a_silent_database_all_come_back(behind: PostgresDatabase, proxy: SilentProxy) -> None:
    with behind.snapshot() as tx:
        assert answers_queries(tx)
    proxy.fall_silent()
    refused: list[Unavailable] = []

    def read() -> None:
        try:
            with behind.snapshot() as reading:
                answers_queries(reading)
        except Unavailable as error:
            refused.append(error)

    threads = [threading.Thread(target=read, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BROKEN_SECONDS)
    assert len(refused) == 6


def test_a_database_that_is_closed_while_it_is_silent_is_closed_at_once(
    behind: PostgresDatabase, proxy: SilentProxy
) -> None:
    probe_writing(behind)
    proxy.fall_silent()
    _within_time(behind.close)


def test_the_kernel_is_asked_to_notice_a_host_that_is_gone(behind: PostgresDatabase) -> None:
    with behind.snapshot() as tx:
        driver = tx.connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with socket.socket(fileno=os.dup(driver.fileno())) as used:
            assert used.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 4
            assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000


def test_the_operators_own_socket_options_stand() -> None:
    chosen = socket_options({"keepalives_idle": "60", "connect_timeout": "9"})
    assert chosen.keys() == SOCKET_OPTIONS.keys() - {"keepalives_idle", "connect_timeout"}


def _insert_reply(tx: WriteTransaction, key: str) -> None:
    statement = "INSERT INTO replies (scope, key, fingerprint, at, headers) VALUES ('test', :key, '', 0, '{}')"
    tx.connection.execute(text(statement), {"key": key})


def _within_time(call: object) -> None:
    """Run a call that must come back by itself; raise what it raises."""
    assert callable(call)
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - raised again below
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(BROKEN_SECONDS)
    assert not thread.is_alive(), "it waits for ever"
    if raised:
        raise raised[0]
