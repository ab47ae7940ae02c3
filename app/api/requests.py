"""What is looked at in every request before anything else: its id, and whether its address can be read at all."""

from __future__ import annotations

import re
import secrets
from urllib.parse import unquote_to_bytes

_REQUEST_ID = re.compile(rb"[0-9A-Za-z._:+/=@-]{1,128}")
_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def new_request_id() -> str:
    """An id for a request that came without one."""
    return secrets.token_hex(10)


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
