"""What both kinds of text share: their size, their lines, and blocks kept by a mention on a line of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from app.content.blocks import MAX_BODY_BYTES, Block
from app.domain.errors import FieldError, InvalidInput

NOTHING_KEPT: Mapping[str, Block] = MappingProxyType({})
MAX_PIECES = 20_000
"""The most lines, tags or list items looked at. It bounds the time hostile input takes; no real entry comes near."""

_MENTION = re.compile(r"\s*\[\[block:([A-Za-z0-9_-]{1,64})\]\]\s*", re.ASCII)


class Keeper:
    """Puts blocks of the entry that is being edited back where the text says `[[block:<id>]]`.

    A mention of an unknown block is text. A second mention of the same block becomes a copy with an id of its own.
    """

    def __init__(self, kept: Mapping[str, Block]) -> None:
        self._kept = kept
        self._used: set[str] = set()

    def take(self, line: str) -> Block | None:
        """The block that `line` mentions, or None if it mentions none that is kept."""
        identifier = mentioned_block(line)
        block = self._kept.get(identifier) if identifier else None
        if block is None or identifier is None:
            return None
        first = identifier not in self._used
        self._used.add(identifier)
        return {key: value for key, value in block.items() if key != "id" or first}


def mentioned_block(line: str) -> str | None:
    """The id in a line that is nothing but `[[block:<id>]]`, else None."""
    match = _MENTION.fullmatch(line)
    return match[1] if match else None


def check_size(text: str, pointer: str) -> None:
    """Raise InvalidInput if `text` is longer than MAX_BODY_BYTES."""
    if len(text) > MAX_BODY_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BODY_BYTES:
        raise InvalidInput([FieldError(pointer, "too_long", f"A body has at most {MAX_BODY_BYTES} bytes.")])


def check_text(text: str) -> None:
    """Raise InvalidInput if `text` is too long, or has more lines or signs to escape than any text for people."""
    check_size(text, "/text")
    for sign in "\n\r&<>":
        _check_count(text, sign, "/text")


def check_html(html: str, pointer: str) -> None:
    """Raise InvalidInput if `html` is too long, or has more tags or character references than any page for people."""
    check_size(html, pointer)
    for sign in "<&":
        _check_count(html, sign, pointer)


def _check_count(text: str, sign: str, pointer: str) -> None:
    if text.count(sign) > MAX_PIECES:
        detail = f"A body has at most {MAX_PIECES} lines, tags or signs that must be escaped."
        raise InvalidInput([FieldError(pointer, "too_complex", detail)])


def split_lines(text: str) -> list[str]:
    """The lines of `text`, whose line ends are LF, CRLF or CR and nothing else."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def is_blank(line: str) -> bool:
    """Whether a line holds nothing but blanks and tabs."""
    return not line.strip(" \t")
