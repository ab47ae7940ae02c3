"""Times as other systems write them → microseconds since 1970 UTC, or the reason why they are none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.clock import Micros, format_time, parse_time

EARLIEST = parse_time("1995-01-01T00:00:00Z")
"""Nothing was reported live on the web before."""
AHEAD = Micros(366 * 24 * 3_600 * 1_000_000)
"""What may be scheduled elsewhere. Of what lies ahead nothing is published here (completion.py)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2}|UTC|GMT)?",
    re.ASCII | re.IGNORECASE,
)
_NUMBER = re.compile(r"-?\d{1,19}(?:\.\d{1,9})?", re.ASCII)
_NONE = frozenset({"", "0", "0000-00-00", "0000-00-00 00:00:00"})


class NotATime(ValueError):
    """A value that is no time of a live blog; the message says why, as the end of a sentence."""


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of a name like `Europe/Berlin`. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"There is no time zone {name[:80]!r}.") from None


def is_absent(value: Any) -> bool:
    """Return whether a value says that there is no time: nothing, zero, or a database's zero date."""
    return value is None or (isinstance(value, str) and value.strip() in _NONE) or (value == 0 and value is not False)


def has_zone(text: str) -> bool:
    """Return whether a written time names its zone or offset; a number of seconds always does."""
    found = _WRITTEN.fullmatch(text.strip())
    return found is None or found[8] is not None


def read_time(value: Any, *, now: Micros, zone: str = "UTC") -> Micros:
    """Read a time: ISO 8601 with or without its zone, RFC 822, or seconds or milliseconds since 1970.

    A time without a zone is one of `zone`. Raises NotATime for anything else, and for times that no live blog has.
    """
    at = _read(value, zone)
    if not EARLIEST <= at <= now + AHEAD:
        shown = format_time(at) if abs(at) < 10**17 and at > -62_135_596_800_000_000 else str(value)[:40]
        raise NotATime(f"{shown} is no time at which a live blog was written")
    return at


def _read(value: Any, zone: str) -> Micros:
    if isinstance(value, bool) or is_absent(value):
        raise NotATime("there is none")
    if isinstance(value, int | float):
        return _of_number(float(value) if isinstance(value, float) else value, value)
    text = str(value).strip()
    if len(text) > 80:
        raise NotATime("it is no time")
    if _NUMBER.fullmatch(text):
        return _of_number(float(text) if "." in text else int(text), text)
    found = _WRITTEN.fullmatch(text)
    try:
        at = _of_match(found, zone) if found else parsedate_to_datetime(text)
        if at.tzinfo is None:  # `-0000`, by which mail says that it does not know
            at = at.replace(tzinfo=UTC)
        return Micros((at - _EPOCH) // timedelta(microseconds=1))
    except (ValueError, TypeError, OverflowError, IndexError):
        raise NotATime(f"{text[:40]!r} is no time") from None


def _of_number(number: float, shown: Any) -> Micros:
    if number != number or abs(number) > 10**17:
        raise NotATime(f"{str(shown)[:40]} is no time")
    unit = 1_000_000 if abs(number) < 10**11 else 1_000 if abs(number) < 10**14 else 1
    return Micros(int(number * unit))


def _of_match(found: re.Match[str], zone: str) -> datetime:
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    fraction = int((found[7] or "").ljust(6, "0")[:6] or 0)
    at = datetime(  # noqa: DTZ001 - its zone follows
        year, month, day, int(found[4] or 0), int(found[5] or 0), int(found[6] or 0), fraction
    )
    written = found[8]
    if written is None:
        return at.replace(tzinfo=zone_of(zone))
    if written.upper() in {"Z", "UTC", "GMT"}:
        return at.replace(tzinfo=UTC)
    digits = written[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return at.replace(tzinfo=timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes)))
