"""The names of time zones: those of the IANA database, without what a system adds of its own.

A browser refuses the others (`localtime`, `Factory`, `posix/…`): Chromium throws, and the page is updated no more.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

_OF_SYSTEMS = ("localtime", "Factory", "posixrules", "posix/", "right/", "SystemV/")

TIME_ZONES = frozenset(name for name in available_timezones() if not name.startswith(_OF_SYSTEMS)) | {"UTC"}


def zone_name(name: str) -> str:
    """Return `name` if it is a time zone's, else "UTC": what was stored by an older release may be none."""
    return name if name in TIME_ZONES else "UTC"


def find_zone(name: str) -> ZoneInfo:
    """Return the time zone of this name, or UTC if there is none."""
    return ZoneInfo(zone_name(name))
