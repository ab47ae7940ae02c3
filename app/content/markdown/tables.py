"""Tables in Markdown: a row of names, a row of dashes, and rows of cells, each with bars between the cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from app.content.blocks import Block
from app.content.builders import table
from app.content.html.inline import has_text
from app.content.markdown.inline import InlineMarkdown

MAX_CELLS = 5_000
"""A larger table is left as the text it was."""

_DASHES = re.compile(r":?-+:?")
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(slots=True)
class _Run:
    """Lines with bars, from `start` to before `end`; those from `blank_from` on are known to have no text.

    `bars` counts the bars before each line of the run, and in the whole of it.
    """

    start: int
    end: int
    blank_from: int
    bars: Sequence[int]


class TableReader:
    """A reader of the tables in the lines of one text. No line is counted or read again for each line before it."""

    def __init__(self, lines: Sequence[str], inline: InlineMarkdown) -> None:
        self._lines = lines
        self._inline = inline
        self._run = _Run(0, 0, 0, ())

    def read(self, position: int) -> tuple[Block, int] | None:
        """Read the table that begins at `position`; return it and the position after it.

        None if there is none, if it is larger than MAX_CELLS, or if no cell has text.
        """
        lines = self._lines
        if position + 1 >= len(lines) or "|" not in lines[position] or "|" not in lines[position + 1]:
            return None
        dashes = _cells(lines[position + 1])
        if not all(map(_DASHES.fullmatch, dashes)) or len(dashes) != len(head := _cells(lines[position])):
            return None
        run = self._run_at(position)
        if run.bars[-1] - run.bars[position - run.start] > MAX_CELLS:
            return None
        rows = [[self._cell(text, header=True) for text in head]]
        if run.blank_from <= position + 2 and not _has_text(rows):
            return None
        rows += [[self._cell(text) for text in _cells(line)] for line in lines[position + 2 : run.end]]
        if not _has_text(rows):
            run.blank_from = position + 2
            return None
        return table(rows), run.end

    def _run_at(self, position: int) -> _Run:
        """Return the lines with bars around `position`, counted once."""
        if not self._run.start <= position < self._run.end:
            end = position
            while end < len(self._lines) and "|" in self._lines[end]:
                end += 1
            counts = (line.count("|") for line in self._lines[position:end])
            self._run = _Run(position, end, end, list(accumulate(counts, initial=0)))
        return self._run

    def _cell(self, text: str, *, header: bool = False) -> dict[str, Any]:
        return {"html": self._inline.html(text), **({"header": True} if header else {})}


def _has_text(rows: Sequence[Sequence[dict[str, Any]]]) -> bool:
    return any(has_text(cell["html"]) for row in rows for cell in row)


def _cells(line: str) -> list[str]:
    line = line.strip(" \t").removeprefix("|")
    cells = _BAR.split(line)
    if len(cells) > 1 and not cells[-1].strip(" \t"):
        cells.pop()
    return [cell.strip(" \t").replace("\\|", "|") for cell in cells]
