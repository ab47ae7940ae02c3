"""Time zones are those of the IANA database; what a system calls its own is none."""

from __future__ import annotations

import pytest

from app.domain.time_zones import TIME_ZONES, find_zone, zone_name


@pytest.mark.parametrize("name", ["UTC", "Europe/Lisbon", "America/New_York", "Asia/Kathmandu", "Etc/GMT+5"])
def test_the_names_of_the_database_are_time_zones(name: str) -> None:
    assert name in TIME_ZONES
    assert zone_name(name) == find_zone(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        *("localtime", "Factory", "posixrules", "posix/Europe/Lisbon", "right/UTC", "SystemV/EST5EDT", ""),
        *("europe/lisbon", "Europe/Nowhere", "../Lisbon", "/etc/localtime", "Europe/Lisbon\n", "+01:00"),
    ],
)
def test_anything_else_is_none_and_is_shown_as_utc(name: str) -> None:
    assert name not in TIME_ZONES
    assert zone_name(name) == find_zone(name).key == "UTC"
