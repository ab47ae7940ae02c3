"""Fenced code in Markdown: the lines between ` ``` ` and ` ``` `, to the letter.

A fence that is never closed, one with more behind it than the name of a language, and one around nothing are text.
Fences of tildes are text too: reporters draw lines with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.content.blocks import Block
from app.content.builders import code
from app.content.code_text import fit_code, is_language

_FENCE = re.compile(r"([ \t]*)(`{3,})[ \t]*([^`\s]*)[ \t]*")
_LEAST = 3


class FenceReader:
    """A reader of the fences in the lines of one text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._longest_ahead: list[int] | None = None

    def read(self, position: int) -> tuple[Block, int] | None:
        """Read the code whose fence is at `position`; return it and the position after it, or None if there is none."""
        fence = _fence(self._lines[position])
        if fence is None or (fence[3] and not is_language(fence[3])):
            return None
        length = len(fence[2])
        # Asked first, so that no fence without an end has all lines after it looked at.
        if self._longest_after(position) < length:
            return None
        end = position + 1
        while _closing_length(self._lines[end]) < length:
            end += 1
        text = fit_code("\n".join(_without_indent(line, len(fence[1])) for line in self._lines[position + 1 : end]))
        return None if text is None else (code(text, language=fence[3]), end + 1)

    def _longest_after(self, position: int) -> int:
        """Return the length of the longest closing fence after `position`; measured once for all."""
        if self._longest_ahead is None:
            longest = [0] * (len(self._lines) + 1)
            for number in range(len(self._lines) - 1, -1, -1):
                longest[number] = max(longest[number + 1], _closing_length(self._lines[number]))
            self._longest_ahead = longest
        return self._longest_ahead[position + 1]


def write_fenced(text: str, language: str) -> str:
    """Write code between fences longer than any run of backticks in it."""
    runs = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(_LEAST, runs + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _fence(line: str) -> re.Match[str] | None:
    return _FENCE.fullmatch(line) if "```" in line else None


def _closing_length(line: str) -> int:
    fence = _fence(line)
    return len(fence[2]) if fence is not None and not fence[3] else 0


def _without_indent(line: str, indent: int) -> str:
    """Take as many blanks from the beginning of a line as the fence has before it."""
    blanks = len(line) - len(line.lstrip(" \t"))
    return line[min(indent, blanks) :]
