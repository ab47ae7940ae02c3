"""Texts found in HTML and Markdown, made to fit the plain-text fields of blocks."""

from __future__ import annotations

from app.content.block_limits import CONTROL_CHARACTERS, TEXT_LIMITS
from app.content.text.lines import unify_line_ends
from app.content.visible_text import shows_text


def fit_text(kind: str, field: str, text: str) -> str | None:
    """Return `text` as this field of a block of this type has it, or None if it is too long.

    It is cleaned, and one line where the field is. The result is "" where the field must show something and the text
    does not.
    """
    limit = TEXT_LIMITS[kind, field]
    text = clean_text(text) if limit.is_multiline else one_line(text)
    if limit.must_show and not shows_text(text):
        return ""
    return text if len(text) <= limit.max_length else None


def clean_text(text: str) -> str:
    """Return `text` with LF as its line ends, blanks for control characters, and no blanks at the ends."""
    return CONTROL_CHARACTERS.sub(" ", unify_line_ends(text)).strip()


def one_line(text: str) -> str:
    """Return `text` cleaned, with its lines as one and a blank between them."""
    return " ".join(line.strip(" \t") for line in clean_text(text).split("\n")).strip()
