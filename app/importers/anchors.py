"""The anchors of old addresses: what of an address named an entry, as it is looked up again (`aliases`)."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from app.content.addresses import media_address


def anchors_of(address: str) -> tuple[str, ...]:
    """Return the fragment of an address with its `#`, else its query with its `?`; nothing for an address of a page."""
    if media_address(address) is None:
        return (address,) if address.startswith(("#", "?")) and len(address) > 1 else ()
    parts = urlsplit(address)
    if parts.fragment:
        return (f"#{parts.fragment}",)
    return (f"?{parts.query}",) if parts.query else ()


def derived_id(*parts: str) -> str:
    """Return an id for an entry that has none: the same for the same parts."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:24]
