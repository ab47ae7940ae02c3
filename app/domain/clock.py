"""Time: one injected clock, whole microseconds since 1970 UTC inside, RFC 3339 with milliseconds and `Z` outside."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NewType

Micros = NewType("Micros", int)
Clock = Callable[[], Micros]
"""Returns now. Passed to all code that needs the time, so that a test can stop it or move it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def system_clock() -> Micros:
    """Return the time of the operating system's wall clock."""
    return Micros(time.time_ns() // 1000)


def format_time(at: Micros) -> str:
    """Format a time as `2026-11-03T21:04:05.123Z`: RFC 3339, UTC, milliseconds (cut, never rounded up)."""
    return _cached_format(at)


def _format(at: Micros) -> str:
    written = (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="milliseconds")
    return written.removesuffix("+00:00") + "Z"


_cached_format = lru_cache(maxsize=64)(_format)
"""One write tells its time in several places."""


def parse_time(text: str) -> Micros:
    """Parse an RFC 3339 time with any offset, cut to microseconds.

    Raises ValueError for any other text, or without an offset.
    """
    if _RFC_3339.fullmatch(text) is None:
        raise ValueError("must be an RFC 3339 time with its offset, like 2026-11-03T21:04:05Z")
    try:
        at = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:  # the first and the last hours there are, in another zone
        raise ValueError("must be a time between the years 1 and 9999 in UTC") from None
    return Micros((at - _EPOCH) // timedelta(microseconds=1))
