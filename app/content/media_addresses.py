"""The addresses of our own media in what is stored: a mark in place of the host, then the media's name and a file.

The mark is a control character, which no text of anybody's has: requests refuse it, and the readers of HTML and
Markdown drop it. Behind it stands a scheme of ours, so that the sanitiser reads an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MEDIA_MARK = "\x1amedia:"

MEDIA_NAME_PATTERN = r"[A-Za-z0-9_-]{22,64}"
MEDIA_FILE_PATTERN = r"[a-z0-9]{1,20}\.[a-z0-9]{2,4}"

_STORED = re.compile(rf"{MEDIA_MARK}({MEDIA_NAME_PATTERN})/({MEDIA_FILE_PATTERN})")
_SRCSET = re.compile(rf"{_STORED.pattern} [0-9]{{1,5}}w(?:, {_STORED.pattern} [0-9]{{1,5}}w)*")


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One rendition: a file of a media, with its type, its size in pixels, if it has one, and in bytes."""

    file: str
    content_type: str
    width: int | None
    height: int | None
    size: int


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Everything of a media that a block shows. `alt`, `caption` and `credit` are what a block has that gives none."""

    id: str
    name: str
    kind: str
    width: int | None
    height: int | None
    animated: bool
    duration_ms: int | None
    placeholder: str | None
    files: tuple[MediaFile, ...]
    alt: str = ""
    caption: str = ""
    credit: str = ""
    focal: Mapping[str, float] | None = None

    def address(self, file: str) -> str:
        """Return the address of one of its files, as it is stored."""
        return f"{MEDIA_MARK}{self.name}/{file}"


def media_name(address: str) -> str | None:
    """Return the name in a stored address of our own; None for any other address."""
    match = _STORED.fullmatch(address)
    return None if match is None else match[1]


def is_stored_media(address: str) -> bool:
    """Return whether this is a stored address of our own, and nothing else."""
    return _STORED.fullmatch(address) is not None


def is_stored_srcset(value: str) -> bool:
    """Return whether this is a `srcset` that we have made: stored addresses with widths, and nothing else."""
    return _SRCSET.fullmatch(value) is not None


def names_in_content(blocks: Iterable[Mapping[str, Any]], authors: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names of the media that blocks and authors show."""
    addresses = [str(block["url"]) for block in blocks if "media" in block]
    addresses += [str(author["avatar"]) for author in authors if author.get("avatar")]
    return frozenset(name for address in addresses if (name := media_name(address)) is not None)
