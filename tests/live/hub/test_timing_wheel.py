"""The timing wheel: never early, at most one slot late."""

from __future__ import annotations

from app.live.hub.timing_wheel import SLOT_SECONDS, TimingWheel


def test_an_item_is_given_out_after_its_time_and_within_a_slot() -> None:
    wheel: TimingWheel[str] = TimingWheel(now=1000.0)
    wheel.schedule("a", at=1001.1)
    assert wheel.turn(1001.1, limit=1000) == []
    assert wheel.turn(1001.1 + SLOT_SECONDS, limit=1000) == ["a"]
    assert wheel.turn(1100.0, limit=1000) == []


def test_an_item_is_held_once_at_its_newest_time() -> None:
    wheel: TimingWheel[str] = TimingWheel(now=0.0)
    wheel.schedule("a", at=1.0)
    wheel.schedule("a", at=5.0)
    wheel.schedule("a", at=5.0)
    assert wheel.turn(2.0, limit=1000) == []
    assert wheel.scheduled_at("a") == 5.25
    assert wheel.turn(6.0, limit=1000) == ["a"]
    assert wheel.scheduled_at("a") is None


def test_a_time_that_has_passed_comes_with_the_next_turn() -> None:
    wheel: TimingWheel[str] = TimingWheel(now=10.0)
    wheel.turn(20.0, limit=1000)
    wheel.schedule("late", at=3.0)
    assert wheel.turn(20.0, limit=1000) == []
    assert wheel.turn(20.25, limit=1000) == ["late"]


def test_a_cancelled_item_does_not_come() -> None:
    wheel: TimingWheel[str] = TimingWheel(now=0.0)
    wheel.schedule("a", at=1.0)
    wheel.schedule("b", at=1.0)
    wheel.cancel("a")
    wheel.cancel("a")
    assert wheel.turn(2.0, limit=1000) == ["b"]


def test_a_long_sleep_gives_out_everything_that_passed() -> None:
    wheel: TimingWheel[int] = TimingWheel(now=0.0)
    for number in range(100):
        wheel.schedule(number, at=float(number))
    assert sorted(wheel.turn(50.0, limit=1000)) == list(range(50))
    assert sorted(wheel.turn(1000.0, limit=1000)) == list(range(50, 100))


def test_what_is_over_the_limit_stays_for_the_next_turn_the_oldest_first() -> None:
    wheel: TimingWheel[int] = TimingWheel(now=0.0)
    for number in range(10):
        wheel.schedule(number, at=1.0 if number < 5 else 2.0)
    first = wheel.turn(10.0, limit=3)
    assert len(first) == 3
    assert set(first) < set(range(5))
    (cancelled, _) = set(range(5)) - set(first)
    wheel.cancel(cancelled)
    wheel.schedule(10, at=1.0)
    second = wheel.turn(10.0, limit=3)
    assert len(set(second) & set(range(5))) == 1
    third = wheel.turn(10.0, limit=100)
    assert sorted([*first, *second, *third, cancelled]) == list(range(11))
    assert wheel.turn(10.0, limit=100) == []
    wheel.schedule(11, at=3.0)
    assert wheel.turn(11.0, limit=100) == [11]
