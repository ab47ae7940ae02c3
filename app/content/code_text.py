"""Code as text: its lines to the letter, and the name of the language it is written in."""

from __future__ import annotations

import re

from app.content.block_limits import CONTROL_CHARACTERS, LANGUAGE_PATTERN, MAX_CODE_LENGTH
from app.content.text.lines import is_blank, split_lines
from app.content.visible_text import shows_text

_LANGUAGE = re.compile(LANGUAGE_PATTERN, re.ASCII)


def clean_code(text: str) -> str:
    """Return `text` with LF as its line ends, blanks for control characters, and no blank lines at the ends."""
    lines = split_lines(CONTROL_CHARACTERS.sub(" ", text))
    start, end = 0, len(lines)
    while start < end and is_blank(lines[start]):
        start += 1
    while start < end and is_blank(lines[end - 1]):
        end -= 1
    return "\n".join(lines[start:end])


def fit_code(text: str) -> str | None:
    """Return `text` as a block of code has it, or None if it is too long for one or shows nothing."""
    text = clean_code(text)
    return text if len(text) <= MAX_CODE_LENGTH and shows_text(text) else None


def is_language(name: str) -> bool:
    """Return whether `name` may be that of a language: one short word without blanks."""
    return _LANGUAGE.fullmatch(name) is not None
