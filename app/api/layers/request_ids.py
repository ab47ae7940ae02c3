"""The first checks of every request: its id, and whether its address can be decoded."""

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
    """A source of ids for requests that came without one. Random, so that ids do not reveal how many there were."""

    def __init__(self) -> None:
        self._pool: list[str] = []

    def __call__(self) -> str:
        """Return a new id."""
        if not self._pool:
            # Drawn from the system many at once: one call each would be a tenth of a hot read.
            drawn = secrets.token_hex(_ID_BYTES * _IDS_AT_ONCE)
            step = 2 * _ID_BYTES
            self._pool = [drawn[start : start + step] for start in range(0, len(drawn), step)]
        return self._pool.pop()


def sent_request_id(value: bytes | None) -> str | None:
    """Return the id the caller sent, if it can be written to a header and a log as it is."""
    return value.decode("ascii") if value is not None and _REQUEST_ID.fullmatch(value) else None


def is_readable(raw: bytes) -> bool:
    """Return whether percent-encoded text is UTF-8 without NUL, so that it can be compared with what is stored."""
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
    """Return whether text is readable and has no control characters: a route's pattern overlooks a final line feed."""
    return is_readable(raw) and _CONTROLS.search(unquote_to_bytes(raw)) is None
