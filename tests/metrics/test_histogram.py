"""Histograms count each duration once, in the first bucket that it fits."""

from __future__ import annotations

import pytest

from app.metrics.histogram import (
    COMMIT_BOUNDS,
    DELIVERY_BOUNDS,
    LATENESS_BOUNDS,
    REQUEST_BOUNDS,
    Histogram,
)


def test_durations_are_counted_by_the_smallest_bound_that_is_not_less() -> None:
    kept = Histogram((0.1, 1.0))
    for seconds in (0.0, 0.1, 0.100001, 1.0, 1.5, 40.0):
        kept.observe(seconds)
    assert kept.cumulative() == [2, 4, 6]
    assert kept.total_seconds == pytest.approx(42.700001)


def test_one_without_durations_has_only_zeros() -> None:
    kept = Histogram((0.1, 1.0))
    assert kept.cumulative() == [0, 0, 0]
    assert kept.total_seconds == 0.0


@pytest.mark.parametrize("bounds", [REQUEST_BOUNDS, COMMIT_BOUNDS, DELIVERY_BOUNDS, LATENESS_BOUNDS])
def test_bounds_ascend(bounds: tuple[float, ...]) -> None:
    assert list(bounds) == sorted(set(bounds))
