"""The clock of a database that several processes share: one time for all, whatever their own clocks say."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from app.domain.clock import Micros, system_clock
from app.storage.database.database_clock import STEP_MICROS, DatabaseClock
from app.storage.database.postgres import PostgresDatabase

SECOND = 1_000_000
NOON = 1_790_000_000 * SECOND


class Machine:
    """A machine whose two clocks a test moves."""

    def __init__(self) -> None:
        self.wall, self.monotonic = NOON, 50.0
        self.clock = DatabaseClock(lambda: Micros(self.wall), monotonic=lambda: self.monotonic)

    def wait(self, seconds: float) -> None:
        self.wall += int(seconds * SECOND)
        self.monotonic += seconds

    def read(self, database_time: int) -> None:
        self.clock.observe(Micros(database_time), at=self.monotonic)


def test_before_the_first_reading_it_is_the_machines_own() -> None:
    assert Machine().clock() == NOON


@pytest.mark.parametrize("ahead", [-3600, -2, 0, 2, 3600])
def test_it_is_the_databases_however_far_the_machines_own_is_from_it(ahead: int) -> None:
    machine = Machine()
    machine.read(NOON - ahead * SECOND)
    machine.wait(7)
    assert machine.clock() == NOON - ahead * SECOND + 7 * SECOND
    assert machine.clock.skew_seconds == ahead
    assert machine.clock.is_skewed == (abs(ahead) > 1)


def test_a_machine_whose_clock_is_set_goes_on_with_the_databases() -> None:
    machine = Machine()
    machine.read(NOON)
    machine.wall += 3600 * SECOND
    assert machine.clock() == NOON


def test_an_answer_that_took_long_sets_nothing_back_and_a_clock_that_was_set_does() -> None:
    machine = Machine()
    machine.read(NOON)
    machine.wait(1)
    machine.read(NOON + SECOND - STEP_MICROS // 2)
    assert machine.clock() == NOON + SECOND
    machine.read(NOON + SECOND + 10)
    assert machine.clock() == NOON + SECOND + 10, "it was read before it arrived, so this much is sure"
    machine.read(NOON - 5 * SECOND)
    assert machine.clock() == NOON - 5 * SECOND


def test_a_skew_is_said_once_when_it_begins_and_once_when_it_is_over() -> None:
    machine = Machine()
    with capture_logs() as logged:
        for ahead in (0.9, 1.1, 0.9, 1.2, 0.4, 0.9):
            machine.wall = NOON + int(ahead * SECOND)
            machine.read(NOON)
    assert [(line["event"], line["seconds"]) for line in logged] == [
        ("clock_skewed", 1.1),
        ("clock_skewed_over", 0.4),
    ]


def test_postgresql_gives_its_time_to_the_microsecond(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    clock = DatabaseClock(lambda: Micros(0))
    before = system_clock()
    with database.snapshot() as tx:
        read = clock.read(tx)
        again = clock.read(tx)
    assert before <= read < again <= system_clock() + SECOND, "not the time at which the transaction began"
    assert abs(clock() - system_clock()) < 5 * SECOND
    assert clock.is_skewed
    database.close()
