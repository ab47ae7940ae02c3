"""When a process is overloaded, how many readers it sends away, and when it stops."""

from __future__ import annotations

import math

from app.live.hub.overload import CALM_SECONDS, SHARE_AT_MOST, SHARE_PER_SECOND, SUSTAINED_SECONDS, Overload

TICK = 0.25
MANY = 10_000


class _Process:
    """An overload that observes a lag with every tick; the connections it sends away are gone."""

    def __init__(self, *, lag_seconds: float = 2.0, connections: int = MANY) -> None:
        self.overload = Overload(lag_seconds=lag_seconds, now=1000.0)
        self.connections = connections
        self.now = 1000.0

    def live(self, seconds: float, *, lag: float, tick: float = TICK) -> int:
        """How many were sent away meanwhile."""
        before = self.connections
        for _ in range(math.ceil(seconds / tick)):
            self.now += tick
            self.connections -= self.overload.observe(lag, connections=self.connections, now=self.now)
        return before - self.connections

    def is_overloaded(self) -> bool:
        return self.overload.is_active


def test_a_process_that_keeps_up_sends_no_reader_away() -> None:
    process = _Process()
    assert process.live(3600, lag=0.3) == 0
    assert not process.is_overloaded()


def test_bursts_however_many_are_no_overload() -> None:
    process = _Process()
    for _ in range(100):
        assert process.live(SUSTAINED_SECONDS - TICK, lag=10.0) == 0
        assert process.live(TICK, lag=0.1) == 0
    assert not process.is_overloaded()


def test_a_machine_that_was_paused_for_a_minute_sends_no_reader_away() -> None:
    process = _Process()
    process.now += 60
    assert process.overload.observe(59.75, connections=MANY, now=process.now) == 0
    assert process.live(60, lag=0.0) == 0
    assert not process.is_overloaded()


def test_a_lag_that_lasts_sends_a_share_of_the_readers_away_each_second() -> None:
    process = _Process()
    assert process.live(SUSTAINED_SECONDS, lag=3.0) == 0
    process.live(TICK, lag=3.0)
    assert process.is_overloaded()
    shed = process.live(1.0, lag=3.0)
    assert 0.9 * MANY * SHARE_PER_SECOND < shed <= MANY * SHARE_PER_SECOND


def test_one_late_tick_sheds_no_more_than_one_second_does() -> None:
    process = _Process()
    process.live(SUSTAINED_SECONDS + 20, lag=20.0, tick=20.0)
    assert process.is_overloaded()
    assert process.live(20.0, lag=20.0, tick=20.0) == MANY * SHARE_PER_SECOND


def test_shedding_ends_with_the_lag_and_the_overload_when_it_has_stayed_away() -> None:
    process = _Process()
    process.live(20, lag=3.0)
    assert process.live(CALM_SECONDS, lag=0.5) == 0
    assert process.is_overloaded()
    process.live(2 * TICK, lag=0.5)
    assert not process.is_overloaded()
    assert process.live(SUSTAINED_SECONDS, lag=3.0) == 0


def test_a_lag_that_is_less_but_not_gone_sheds_none_and_admits_none() -> None:
    process = _Process()
    process.live(20, lag=3.0)
    assert process.live(600, lag=1.5) == 0
    assert process.is_overloaded()


def test_a_lag_that_comes_back_at_once_is_still_the_same_overload() -> None:
    process = _Process()
    process.live(20, lag=3.0)
    process.live(CALM_SECONDS - TICK, lag=0.0)
    assert process.live(TICK, lag=3.0) > 0


def test_one_overload_costs_no_more_than_half_the_readers() -> None:
    process = _Process()
    process.live(3600, lag=60.0)
    assert process.connections == MANY * (1 - SHARE_AT_MOST)
    assert process.is_overloaded()


def test_a_single_reader_is_not_sent_away() -> None:
    process = _Process(connections=1)
    process.live(3600, lag=60.0)
    assert process.connections == 1


def test_without_a_threshold_there_is_no_overload() -> None:
    process = _Process(lag_seconds=0)
    assert process.live(3600, lag=3600.0) == 0
    assert not process.is_overloaded()
