"""Times as other systems write them, and those that are none of a live blog's."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import format_time, parse_time
from app.importers.times import NotATime, has_zone, is_absent, read_time, zone_of

NOW = parse_time("2026-11-29T12:00:00Z")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-03T20:00:00Z", "2026-11-03T20:00:00.000Z"),
        ("2026-11-03T20:00:00.123456+05:30", "2026-11-03T14:30:00.123Z"),
        ("2026-11-03 20:00:00", "2026-11-03T19:00:00.000Z"),
        ("2026-11-03T20:00:00+0100", "2026-11-03T19:00:00.000Z"),
        ("2026-11-03 20:00:00 UTC", "2026-11-03T20:00:00.000Z"),
        ("2026-7-3 9:05", "2026-07-03T07:05:00.000Z"),
        ("2026-11-03", "2026-11-02T23:00:00.000Z"),
        ("Tue, 03 Nov 2026 20:00:00 +0000", "2026-11-03T20:00:00.000Z"),
        ("Tue, 03 Nov 2026 20:00:00 -0000", "2026-11-03T20:00:00.000Z"),
        (1_793_736_000, "2026-11-03T20:00:00.000Z"),
        ("1793736000", "2026-11-03T20:00:00.000Z"),
        (1_793_736_000.5, "2026-11-03T20:00:00.500Z"),
        (1_793_736_000_123, "2026-11-03T20:00:00.123Z"),
        (1_793_736_000_123_456, "2026-11-03T20:00:00.123Z"),
        ("2026-10-25 02:30:00", "2026-10-25T00:30:00.000Z"),  # which comes twice that night: the first
        ("2026-03-29 02:30:00", "2026-03-29T01:30:00.000Z"),  # which never came: what the clocks would have said
    ],
)
def test_a_time_is_read_in_the_zone_it_names_or_else_in_the_one_that_is_said(written: Any, read: str) -> None:
    assert format_time(read_time(written, now=NOW, zone="Europe/Berlin")) == read


@pytest.mark.parametrize(
    "written",
    [
        *(None, "", "0", 0, 0.0, "0000-00-00 00:00:00", True, False, [], {}, "yesterday", "2026-13-01", "2026-02-30"),
        *("2026-11-03T25:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01", "9999-12-31T23:59:59Z"),
        *(
            "0001-01-01T00:00:00+23:00",
            -1,
            -(10**30),
            10**30,
            float("nan"),
            float("inf"),
            1e308,
            "1e10",
            "9" * 19,
            "9" * 500,
        ),
        *("2026-11-03T20:00:00+99:99", "Tue, 99 Nov 2026 20:00:00", "２０２６-11-03", "2026-11-03\x00", "2036-01-01"),
    ],
)
def test_what_is_no_time_of_a_live_blog_is_said_to_be_none(written: Any) -> None:
    with pytest.raises(NotATime) as raised:
        read_time(written, now=NOW)
    assert len(str(raised.value)) < 120


def test_whether_a_time_is_absent_and_whether_it_names_its_zone() -> None:
    assert [is_absent(each) for each in (None, "", 0, "0", "0000-00-00", "2026", 1, False)] == [True] * 5 + [False] * 3
    assert has_zone("2026-11-03T20:00:00Z")
    assert not has_zone("2026-11-03T20:00:00")
    assert has_zone("1793736000")


@pytest.mark.parametrize("name", ["Nowhere/Else", "", "/etc/passwd", "../UTC", "A" * 5_000])
def test_a_zone_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="There is no time zone"):
        zone_of(name)
