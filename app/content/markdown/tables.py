"""Tables in Markdown: a row of names, a row of dashes, and rows of cells, each with bars between the cells."""

from __future__ import annotations

import re
from typing import Any

from app.content.blocks import Block
from app.content.builders import table
from app.content.html.inline import inline_text
from app.content.markdown.inline import InlineMarkdown

MAX_CELLS = 5_000
"""A larger table is left as the text it was."""

_DELIMITER = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*")
_BAR = re.compile(r"(?<!\\)\|")


def read_table(lines: list[str], position: int, inline: InlineMarkdown) -> tuple[Block, int] | None:
    """Read the table that begins at `position`; return it and the position after it.

    None if there is none, if it is larger than MAX_CELLS, or if no cell has text.
    """
    if position + 1 >= len(lines) or "|" not in lines[position] or "|" not in lines[position + 1]:
        return None
    head = _cells(lines[position])
    if not _DELIMITER.fullmatch(lines[position + 1]) or len(_cells(lines[position + 1])) != len(head):
        return None
    end = position + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    if sum(line.count("|") for line in lines[position:end]) > MAX_CELLS:
        return None
    rows = [[_cell(text, inline, header=True) for text in head]]
    rows += [[_cell(text, inline) for text in _cells(line)] for line in lines[position + 2 : end]]
    has_text = any(inline_text(cell["html"]).strip() for row in rows for cell in row)
    return (table(rows), end) if has_text else None


def _cells(line: str) -> list[str]:
    line = line.strip(" \t").removeprefix("|")
    cells = _BAR.split(line)
    if len(cells) > 1 and not cells[-1].strip(" \t"):
        cells.pop()
    return [cell.strip(" \t").replace("\\|", "|") for cell in cells]


def _cell(text: str, inline: InlineMarkdown, *, header: bool = False) -> dict[str, Any]:
    return {"html": inline.html(text), **({"header": True} if header else {})}
