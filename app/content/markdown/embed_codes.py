"""Embed codes in a text: the HTML that providers have people copy, where it begins a paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.content.blocks import Block
from app.content.html_reader.reader import read_blocks
from app.content.text.lines import is_blank

MAX_CODE_LENGTH = 20_000
_BEGINNING = re.compile(r"[ \t]*<(?:iframe|blockquote|div)[ \t>]", re.IGNORECASE)


class EmbedCodeReader:
    """Reads the embed codes of a text, each line at most twice."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._read_to = 0

    def read(self, position: int) -> tuple[list[Block], int] | None:
        """Read the embed code that begins with a line: its blocks and the line after it; None if none begins there."""
        if position < self._read_to or not _BEGINNING.match(self._lines[position]):
            return None
        end = position
        while end < len(self._lines) and not is_blank(self._lines[end]):
            end += 1
        self._read_to = end
        code = "\n".join(self._lines[position:end])
        blocks = read_blocks(code) if len(code) <= MAX_CODE_LENGTH else []
        return (blocks, end) if any(block["type"] == "embed" for block in blocks) else None
