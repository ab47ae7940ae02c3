"""Signed texts: what we gave a client to bring back, of which nothing is stored."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from pydantic_core import from_json

from app.wire.encoding import encode_json

KEY_LENGTH = 43
MAX_SIGNED_LENGTH = 400
"""Characters of a signed text; ours have about 250."""


def sign_members(key: str, purpose: str, members: list[Any]) -> str:
    """Sign `members` for one purpose: for another one the text is a forgery."""
    payload = base64.urlsafe_b64encode(encode_json(members)).decode().rstrip("=")
    return f"{payload}.{_signature(key, purpose, payload)}"


def read_signed(key: str | None, purpose: str, signed: str) -> list[Any] | None:
    """Return what was signed; None for what we have not signed for this purpose."""
    payload, _, signature = signed.partition(".")
    # Without a key nothing has been signed; the comparison is made all the same.
    genuine = hmac.compare_digest(_signature(key or "", purpose, payload).encode(), signature.encode())
    if key is None or not genuine or len(signed) > MAX_SIGNED_LENGTH:
        return None
    try:
        members: list[Any] = from_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return None
    return members


def _signature(key: str, purpose: str, payload: str) -> str:
    return hmac.new(key.encode(), f"{purpose} {payload}".encode(), hashlib.sha256).hexdigest()
