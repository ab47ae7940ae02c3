"""Identifiers, and the one source of randomness they are made from.

Public identifiers are random (UUIDv4, never time-ordered), so that they reveal neither times nor counts.
Randomness is asked for by purpose and object, so that a test can make it a function of both.
"""

from __future__ import annotations

import re
import secrets
import uuid
from typing import NewType, Protocol

StoryId = NewType("StoryId", str)
EntryId = NewType("EntryId", str)
PersonId = NewType("PersonId", str)
TokenId = NewType("TokenId", str)

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTERS = bytes(ord(BASE62[byte % len(BASE62)]) for byte in range(256))
_UNFAIR_BYTES = bytes(range(256 - 256 % len(BASE62), 256))
"""Those beyond the last whole round of the alphabet, which would make its first digits likelier."""

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Base62Source(Protocol):
    """A source of digits and letters: random ones, or those that a purpose and a key always give."""

    def base62(self, purpose: str, key: str, length: int) -> str:
        """Return `length` digits and letters of BASE62."""
        ...


class RandomSource(Base62Source, Protocol):
    """The source of every random value of the product.

    `purpose` says what the value is for, `key` which object it belongs to. Production ignores both; a test may
    derive the value from them to make two runs comparable.
    """

    def uuid(self, purpose: str, key: str) -> str:
        """Return a random UUIDv4."""
        ...


class SystemRandomSource:
    """Cryptographic randomness from the operating system."""

    def uuid(self, purpose: str, key: str) -> str:
        return str(uuid.uuid4())

    def base62(self, purpose: str, key: str, length: int) -> str:
        made = ""
        while len(made) < length:
            made += secrets.token_bytes(2 * length).translate(_LETTERS, _UNFAIR_BYTES).decode()
        return made[:length]


def is_uuid4(text: str) -> bool:
    """Return whether `text` is a UUIDv4 in its one canonical spelling (lower case, hyphens)."""
    return _UUID4.fullmatch(text) is not None
