"""Writes are refused while a database is copied elsewhere, with the reason, and taken again once nobody copies it."""

from __future__ import annotations

import threading

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Unavailable
from app.storage.database.health import DatabaseHealth, WriteGate
from app.storage.database.opening import open_database
from app.storage.database.transactions import Database
from app.storage.database.write_probe import probe_writing
from app.storage.upkeep.closing import close_by_writer, hold_writing, reopen_by_writer, watch_closing
from tests.waiting import await_true


class Watch:
    """A monotonic clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def refusal_of(gate: WriteGate) -> str | None:
    """The code with which a write is refused now; None if it is taken."""
    try:
        gate.require_open()
    except Unavailable as error:
        return error.code if error.retry_after_seconds else "without a time"
    return None


def test_a_hold_lasts_as_long_as_it_is_renewed_and_lapses_by_itself() -> None:
    watch = Watch()
    gate = WriteGate(monotonic=watch)
    with capture_logs() as logged:
        assert gate.hold("one", seconds=10)
        assert not gate.hold("two", seconds=10)
        for _ in range(5):
            watch.now += 9
            assert gate.renew("one", seconds=10)
            assert refusal_of(gate) == "being_copied"
        assert not gate.renew("two", seconds=10)
        watch.now += 10
        assert refusal_of(gate) is None
        assert not gate.renew("one", seconds=10), "a write may have been taken meanwhile"
        assert gate.hold("two", seconds=10)
        gate.release("one")
        assert refusal_of(gate) == "being_copied"
        gate.release("two")
        assert refusal_of(gate) is None
    assert gate.refused == 6
    assert [line["event"] for line in logged].count("writing_hold_lapsed") == 1


def test_what_the_database_says_of_itself_counts_and_each_change_is_logged_once() -> None:
    gate = WriteGate()
    with capture_logs() as logged:
        for closing in ("copied", "copied", "moved", "moved"):
            gate.record(closing)
        assert refusal_of(gate) == "database_moved"
        assert not gate.hold("one", seconds=10)
        gate.record(None)
    assert refusal_of(gate) is None
    assert [(line["former"], line["now"]) for line in logged] == [
        ("none", "copied"),
        ("copied", "moved"),
        ("moved", "none"),
    ]


def test_a_database_that_takes_no_writes_is_not_writable() -> None:
    health = DatabaseHealth()
    health.gate.record("moved")
    assert not health.is_writable
    assert health.is_reachable


def test_whoever_closes_the_gate_waits_for_the_write_that_is_under_way(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    order: list[str] = []
    is_writing, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with database.transaction():
            is_writing.set()
            assert may_end.wait(20)
            order.append("written")

    def hold() -> None:
        assert hold_writing(database.health.gate, database, "copy", seconds=60)
        order.append("held")

    threads = [threading.Thread(target=each) for each in (write, hold)]
    threads[0].start()
    assert is_writing.wait(20)
    threads[1].start()
    await_true(lambda: database.health.gate.closing is not None)
    assert order == []
    may_end.set()
    for thread in threads:
        thread.join(20)
    assert order == ["written", "held"]
    with pytest.raises(Unavailable, match="being_copied"):
        probe_writing(database)
    database.close()


def test_a_server_that_has_moved_its_database_knows_it_from_the_tables_and_can_take_it_back(sqlite_url: str) -> None:
    for each in (_close_and_look, _look_and_reopen):
        database = open_database(sqlite_url)
        each(database)
        database.close()


def _close_and_look(database: Database) -> None:
    close_by_writer(database)
    with pytest.raises(Unavailable, match="database_moved"):
        probe_writing(database)


def _look_and_reopen(database: Database) -> None:
    watch_closing(database)
    with pytest.raises(Unavailable, match="database_moved"):
        probe_writing(database)
    assert reopen_by_writer(database)
    assert not reopen_by_writer(database)
    probe_writing(database)
