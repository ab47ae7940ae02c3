"""Conditional reads (RFC 9110 §13.1.2): ETags, and the comparison with If-None-Match.

An ETag is `"<tag>"`, with `-gz` or `-br` before the closing quote for compressed bytes. The forms of one tag decode to
the same bytes, so a client that has any of them has the answer.
"""

from __future__ import annotations

import re

_TAG = re.compile(rb'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*?)(?:-gz|-br)?"')


def etag_of(tag: str, suffix: str = "") -> bytes:
    """Encode the ETag header's value."""
    return f'"{tag}{suffix}"'.encode()


def names_tag(if_none_match: bytes | None, tag: str) -> bool:
    """Return whether If-None-Match names the tag in any of its forms, compared weakly."""
    if not if_none_match:
        return False
    wanted = tag.encode()
    return if_none_match.strip() == b"*" or any(named == wanted for named in _TAG.findall(if_none_match))
