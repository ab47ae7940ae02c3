"""Takes out of a script of ours what no browser needs and no tokens have to be known for: comments and indents."""

from __future__ import annotations

import re

_COMMENT_LINES = re.compile(rb"^[ ]*(?://[^\n]*|/\*\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
_INDENTS = re.compile(rb"^[ ]+", re.MULTILINE)


def shorten_lines(script: bytes) -> bytes:
    """Return a script without the lines that are comments whole, and without what indents the others.

    Both are of no use to readers, and a third of it. Ours begin a comment at the beginning of a line, or behind code on
    the same line; the latter stay. None has a text in backquotes that goes over a line which begins with a blank.
    """
    return _INDENTS.sub(b"", _COMMENT_LINES.sub(b"", script))
