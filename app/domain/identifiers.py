"""Identifiers, and the one source of randomness they are made from.

Public identifiers are random (UUIDv4, never time-ordered), so that they reveal neither times nor counts.
Randomness is asked for by purpose and object, so that a test can make it a function of both.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
import uuid
from typing import NewType, Protocol

StoryId = NewType("StoryId", str)
EntryId = NewType("EntryId", str)
PersonId = NewType("PersonId", str)
TokenId = NewType("TokenId", str)

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MAX_SLUG_LENGTH = 120
_FAIR_BYTES = 256 - 256 % len(BASE62)

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_UUID_LIKE = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class RandomSource(Protocol):
    """The source of every random value of the product.

    `purpose` says what the value is for, `key` which object it belongs to. Production ignores both; a test may
    derive the value from them to make two runs comparable.
    """

    def uuid(self, purpose: str, key: str) -> str:
        """Return a random UUIDv4."""
        ...

    def base62(self, purpose: str, key: str, length: int) -> str:
        """Return `length` random digits and letters of BASE62."""
        ...


class SystemRandomSource:
    """Cryptographic randomness from the operating system."""

    def uuid(self, purpose: str, key: str) -> str:
        return str(uuid.uuid4())

    def base62(self, purpose: str, key: str, length: int) -> str:
        made = ""
        while len(made) < length:
            # Bytes beyond the last whole round of the alphabet are dropped: they would make its first digits likelier.
            made += "".join(
                BASE62[byte % len(BASE62)] for byte in secrets.token_bytes(2 * length) if byte < _FAIR_BYTES
            )
        return made[:length]


def is_uuid4(text: str) -> bool:
    """Return whether `text` is a UUIDv4 in its one canonical spelling (lower case, hyphens)."""
    return _UUID4.fullmatch(text) is not None


def is_slug(text: str) -> bool:
    """Return whether `text` can be a slug: lower-case ASCII words joined by hyphens that do not look like a UUID."""
    return 0 < len(text) <= MAX_SLUG_LENGTH and _SLUG.fullmatch(text) is not None and _UUID_LIKE.fullmatch(text) is None


def is_story_ref(text: str) -> bool:
    """Return whether `text` could be a story's id or slug. Any other names no story, without a look at the tables."""
    return is_uuid4(text) or is_slug(text)


def slug_from_title(title: str, *, tail: str) -> str:
    """Make a readable slug for `title` that ends in the random `tail`, so that it is free and cannot be guessed."""
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", ascii_title)
    stem = "-".join(words)[:80].strip("-")
    return f"{stem or 'story'}-{tail.lower()}"
