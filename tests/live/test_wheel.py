"""The timing wheel: never early, at most one slot late."""

from __future__ import annotations

from app.live.wheel import SLOT_SECONDS, TimingWheel


def test_an_item_is_given_out_after_its_time_and_within_a_slot() -> None:
    wheel: TimingWheel[str] = TimingWheel(now=1000.0)
    wheel.schedule("a", at=1001.1)
    assert wheel.turn(1001.1) == []
    assert wheel.turn(1001.1 + SLOT_SECONDS) == ["a"]
    assert wheel.turn(1100.0) == []


def test_an_item_is_held_once_at_its_newest_time() -> None:
    wheel: TimingWheel[str] = TimingWheel(now=0.0)
    wheel.schedule("a", at=1.0)
    wheel.schedule("a", at=5.0)
    wheel.schedule("a", at=5.0)
    assert wheel.turn(2.0) == []
    assert wheel.scheduled_at("a") == 5.25
    assert wheel.turn(6.0) == ["a"]
    assert wheel.scheduled_at("a") is None


def test_a_time_that_has_passed_comes_with_the_next_turn() -> None:
    wheel: TimingWheel[str] = TimingWheel(now=10.0)
    wheel.turn(20.0)
    wheel.schedule("late", at=3.0)
    assert wheel.turn(20.0) == []
    assert wheel.turn(20.25) == ["late"]


def test_a_cancelled_item_does_not_come() -> None:
    wheel: TimingWheel[str] = TimingWheel(now=0.0)
    wheel.schedule("a", at=1.0)
    wheel.schedule("b", at=1.0)
    wheel.cancel("a")
    wheel.cancel("a")
    assert wheel.turn(2.0) == ["b"]


def test_a_long_sleep_gives_out_everything_that_passed() -> None:
    wheel: TimingWheel[int] = TimingWheel(now=0.0)
    for number in range(100):
        wheel.schedule(number, at=float(number))
    assert sorted(wheel.turn(50.0)) == list(range(50))
    assert sorted(wheel.turn(1000.0)) == list(range(50, 100))
