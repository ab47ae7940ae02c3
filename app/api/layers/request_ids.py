"""What is looked at in every request before anything else: its id, and whether its address can be read at all."""

from __future__ import annotations

import re
import secrets
from urllib.parse import unquote_to_bytes

_REQUEST_ID = re.compile(rb"[0-9A-Za-z._:+/=@-]{1,128}")
_ID_BYTES = 10
_IDS_AT_ONCE = 256
_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")


class RequestIds:
    """Makes ids for requests that came without one. Random, so that they do not count what nobody may count."""

    def __init__(self) -> None:
        self._pool: list[str] = []

    def __call__(self) -> str:
        """A new id."""
        if not self._pool:
            # The system is asked for many at once: one call each would be a tenth of a hot read.
            drawn = secrets.token_hex(_ID_BYTES * _IDS_AT_ONCE)
            step = 2 * _ID_BYTES
            self._pool = [drawn[start : start + step] for start in range(0, len(drawn), step)]
        return self._pool.pop()


def sent_request_id(value: bytes | None) -> str | None:
    """The id the caller sent, if it is one that can stand in a header and in a log as it is."""
    return value.decode("ascii") if value is not None and _REQUEST_ID.fullmatch(value) else None


def is_readable(raw: bytes) -> bool:
    """Whether percent-encoded text is UTF-8 without NUL, so that it can be compared with what is stored."""
    if _ESCAPE.search(raw):
        return False
    decoded = unquote_to_bytes(raw)
    if b"\0" in decoded:
        return False
    try:
        decoded.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_readable_path(raw: bytes) -> bool:
    """As `is_readable`, and without control characters: a route's pattern overlooks a line feed at the path's end."""
    return is_readable(raw) and _CONTROLS.search(unquote_to_bytes(raw)) is None
