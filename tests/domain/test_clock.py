"""Times as text."""

from __future__ import annotations

import time

import pytest

from app.domain.clock import Micros, format_time, parse_time, system_clock


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


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("1970-01-01T00:00Z", 0),
        ("2026-11-03T21:04:05Z", 1_793_739_845_000_000),
        ("2026-11-03T22:04:05.123456+01:00", 1_793_739_845_123_456),
        ("2026-11-03T21:04:05.5-00:00", 1_793_739_845_500_000),
        ("2026-11-03T21:04:05.1234567Z", 1_793_739_845_123_456),
        ("2026-11-03T21:04:05.12345678+00:00", 1_793_739_845_123_456),
        ("2026-11-03T21:04:05.999999999Z", 1_793_739_845_999_999),
        ("2026-11-03t21:04:05z", 1_793_739_845_000_000),
        ("2026-11-03t22:04:05.5+01:00", 1_793_739_845_500_000),
        ("1900-01-01T00:00:00Z", -2_208_988_800_000_000),
    ],
)
def test_a_time_is_read_to_the_microsecond_whatever_its_offset(written: str, at: int) -> None:
    assert parse_time(written) == at


@pytest.mark.parametrize(
    "written",
    ["", "now", "2026-11-03", "2026-11-03T21:04:05", "2026-02-30T00:00:00Z", "2026-11-03T24:30:00Z", "1793739845",
     "2026-11-03 21:04:05Z", "2026-11-03T21:04:05,5Z", "2026-11-03T21:04:60Z", "٢٠٢٦-11-03T21:04:05Z",
     "2026-11-03T21:04:05+25:00", "2026-11-03T21:04:05Z\n", "2026-11-03T21:04:05.1234567890Z", "2026-11-03T21:04:05.Z"],
)  # fmt: skip
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the standard library's for some of them
        parse_time(written)


def test_the_systems_clock_counts_microseconds_since_1970() -> None:
    before = time.time_ns() // 1000
    assert before <= system_clock() <= time.time_ns() // 1000


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_a_time_beyond_the_years_there_are_in_utc_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="between the years 1 and 9999"):
        parse_time(written)
