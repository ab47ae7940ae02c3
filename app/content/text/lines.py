"""The lines of a text as it was typed."""

from __future__ import annotations

import re

_OTHER_ENDS = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")
"""Line ends but LF: CRLF, CR, VT and FF as presentations have them, Unicode's line and paragraph separators."""


def split_lines(text: str) -> list[str]:
    """Return the lines of `text`, whose line ends are LF, CRLF, CR, VT, FF, U+2028 or U+2029."""
    return unify_line_ends(text).split("\n")


def unify_line_ends(text: str) -> str:
    """Return `text` with LF in place of every other line end."""
    return _OTHER_ENDS.sub("\n", text)


def is_blank(line: str) -> bool:
    """Return whether a line holds nothing but blanks and tabs."""
    return not line.strip(" \t")
