"""The health of a database: each trouble is said when it begins and when it is over, and each failure counted."""

from __future__ import annotations

from structlog.testing import capture_logs

from app.storage.database.health import QUIET_SECONDS, DatabaseHealth, first_line


class Watch:
    """A monotonic clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_trouble_is_said_once_with_its_cause_and_once_when_it_is_over() -> None:
    watch = Watch()
    health = DatabaseHealth(monotonic=watch)
    with capture_logs() as logged:
        for _ in range(3):
            health.record_failure("unreachable", "no route to host")
            watch.now += 5
        assert (health.is_reachable, health.cause("unreachable")) == (False, "no route to host")
        health.record_read()
        health.record_read()
    assert health.is_reachable
    assert logged == [
        {"event": "database_unreachable", "cause": "no route to host", "log_level": "warning"},
        {"event": "database_unreachable_over", "after_seconds": 15.0, "failures": 3, "log_level": "warning"},
    ]
    assert health.failures == {"unreachable": 3, "unwritable": 0, "refused": 0}


def test_a_database_that_answers_cannot_be_written_to_until_something_is_written() -> None:
    health = DatabaseHealth()
    health.record_failure("unwritable", "database or disk is full")
    health.record_read()
    assert (health.is_reachable, health.is_writable) == (True, False)
    health.record_write()
    assert health.is_writable
    assert health.cause("unwritable") is None


def test_refusals_are_one_trouble_until_none_has_come_for_a_while() -> None:
    watch = Watch()
    health = DatabaseHealth(monotonic=watch)
    with capture_logs() as logged:
        for _ in range(3):
            health.record_failure("refused", "canceling statement due to lock timeout")
            health.record_write()
            watch.now += QUIET_SECONDS - 1
        watch.now += QUIET_SECONDS
        health.record_failure("refused", "deadlock detected")
    assert [line["event"] for line in logged] == ["database_refused", "database_refused_over", "database_refused"]
    assert health.is_reachable
    assert health.is_writable


def test_the_first_line_of_an_error_is_all_that_is_said_of_it() -> None:
    assert first_line(ValueError("could not extend file\nDETAIL: the mayor resigns")) == "could not extend file"
    assert first_line(ValueError()) == "ValueError"


def test_an_attempt_that_began_before_the_last_answer_begins_no_trouble() -> None:
    watch = Watch()
    health = DatabaseHealth(monotonic=watch)
    began = health.seconds()
    watch.now += 5
    with capture_logs() as logged:
        health.record_read()
        health.record_failure("unreachable", "the connection was cut", began=began)
        assert health.cause("unreachable") is None
        watch.now += 1
        health.record_failure("unreachable", "the connection was cut", began=health.seconds())
    assert not health.is_reachable
    assert [line["event"] for line in logged] == ["database_unreachable"]
    assert health.failures["unreachable"] == 2
