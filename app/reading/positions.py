"""Positions: the start of a page of a list, opaque to clients, who follow the URLs as they are given.

A position names the item beside which the page lies, by its sort key and never by an offset, so that entries that
are published or removed between two pages neither repeat nor hide another.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Literal

from app.domain.clock import Micros
from app.domain.errors import FieldError, InvalidInput
from app.domain.identifiers import EntryId
from app.storage.public.corrections import CorrectionPosition
from app.storage.public.reads import Boundary, StoryListPosition

_ENTRY = re.compile(r"([on])([ie])\.([-0-9A-Za-z]{1,64})\.([0-9a-f-]{36})", re.ASCII)
_STORY = re.compile(r"([on])\.([0-9])\.([0-9]{1,16})\.([0-9a-f-]{36})", re.ASCII)
_CORRECTION = re.compile(r"([on])\.([0-9]{1,16})\.([0-9a-f-]{36})\.([0-9]{1,4})", re.ASCII)
_DIRECTIONS: dict[str, Literal["older", "newer"]] = {"o": "older", "n": "newer"}


def encode_position(boundary: Boundary) -> str:
    """Encode the position of the page that lies beyond `boundary`."""
    edge = "i" if boundary.inclusive else "e"
    return _wrap(f"{boundary.direction[0]}{edge}.{boundary.sort_key}.{boundary.id}")


def encode_position_behind(entry: Mapping[str, Any]) -> str:
    """Encode the position of the page that begins behind an entry as the API shows it."""
    return encode_position(Boundary(sort_key=entry["sort_key"], id=entry["id"], direction="older"))


def parse_position(text: str) -> Boundary:
    """Parse a position in a list of entries. Raises InvalidInput for text that `encode_position` would not write."""
    match = _ENTRY.fullmatch(_unwrap(text))
    if match is None:
        raise _unusable()
    return Boundary(sort_key=match[3], id=match[4], direction=_DIRECTIONS[match[1]], inclusive=match[2] == "i")


def encode_story_position(position: StoryListPosition, *, newer: bool) -> str:
    """Encode the position of the page of stories that lies beyond another story's."""
    return _wrap(f"{'n' if newer else 'o'}.{position.rank}.{position.since}.{position.story}")


def parse_story_position(text: str) -> tuple[StoryListPosition, bool]:
    """Parse a position in the list of stories; the flag is whether the page before it is meant."""
    match = _STORY.fullmatch(_unwrap(text))
    if match is None:
        raise _unusable()
    return StoryListPosition(int(match[2]), Micros(int(match[3])), match[4]), match[1] == "n"


def encode_correction_position(position: CorrectionPosition, *, newer: bool) -> str:
    """Encode the position of the page of corrections that lies beyond a line of the log."""
    return _wrap(f"{'n' if newer else 'o'}.{position.at}.{position.entry}.{position.number}")


def parse_correction_position(text: str) -> tuple[CorrectionPosition, bool]:
    """Parse a position in the log of corrections; the flag is whether the newer page is meant."""
    match = _CORRECTION.fullmatch(_unwrap(text))
    if match is None:
        raise _unusable()
    return CorrectionPosition(Micros(int(match[2])), EntryId(match[3]), int(match[4])), match[1] == "n"


def _wrap(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unwrap(text: str) -> str:
    padded = text + "=" * (-len(text) % 4)
    try:
        unwrapped = urlsafe_b64decode(padded).decode("ascii")
    except (binascii.Error, ValueError):
        raise _unusable() from None
    # Base64 has several spellings of the same bytes; only the one we write is a position.
    if _wrap(unwrapped) != text:
        raise _unusable()
    return unwrapped


def _unusable() -> InvalidInput:
    detail = "This is no position of this list; follow `next` and `prev` as they are given."
    return InvalidInput([FieldError("/query/position", "unknown_position", detail)])
