"""Times as they are written."""

from __future__ import annotations

import pytest

from app.domain.clock import Micros, format_time


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_793_739_845_123_999, "2026-11-03T21:04:05.123Z"),
        (1_793_739_845_000_999, "2026-11-03T21:04:05.000Z"),
        (1_793_739_845_999_999, "2026-11-03T21:04:05.999Z"),
    ],
)
def test_a_time_is_cut_to_milliseconds_and_never_rounded_into_the_future(at: int, written: str) -> None:
    assert format_time(Micros(at)) == written
