"""Lists in Markdown: at least two items, numbered 1, 2, 3… where they are numbered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from app.content.block_limits import MAX_LIST_DEPTH
from app.content.blocks import Block
from app.content.builders import list_block
from app.content.markdown.inline import InlineMarkdown
from app.content.text.lines import is_blank

_MARKER = re.compile(r"([ \t]*)(?:[-*]|([1-9][0-9]{0,8})\.)[ \t]+(\S.*)", re.DOTALL)
_STARS = re.compile(r"[ \t]*\*+[ \t]*")


@dataclass(slots=True)
class _Item:
    indent: int
    number: int | None
    lines: list[str]
    items: list[_Item] = field(default_factory=list)


def read_list(lines: list[str], position: int, inline: InlineMarkdown) -> tuple[Block, int] | None:
    """Read the list that begins at `position`; return it and the position after it, or None if there is none."""
    if not _begins(_marked(lines[position])):
        return None
    top, end = _collect(lines, position)
    if len(top) == 1 and not top[0].items:
        return None
    return list_block([_written(item, inline) for item in top], ordered=top[0].number is not None), end


def _begins(item: _Item | None) -> bool:
    return item is not None and item.number in (None, 1)


def _marked(line: str) -> _Item | None:
    match = _MARKER.fullmatch(line)
    if match is None or _STARS.fullmatch(line):
        return None
    return _Item(len(match[1].expandtabs(4)), int(match[2]) if match[2] else None, [match[3]])


def _collect(lines: list[str], position: int) -> tuple[list[_Item], int]:
    """Collect the items from `position` on, as a tree. Nothing but a blank line may be between two items."""
    top: list[_Item] = []
    branch: list[_Item] = []
    end = position
    while position < len(lines):
        line = lines[position]
        item = _marked(line)
        if item is not None and _hang(item, top, branch):
            end = position + 1
        elif branch and end == position and not is_blank(line) and _indent(line) > branch[-1].indent:
            branch[-1].lines.append(line.strip(" \t"))
            end = position + 1
        elif not is_blank(line) or position > end:
            break
        position += 1
    return top, end


def _hang(item: _Item, top: list[_Item], branch: list[_Item]) -> bool:
    """Hang `item` into the tree, whose last branch is `branch`; return False if its number does not follow.

    Items that are indented deeper than MAX_LIST_DEPTH belong to the deepest list.
    """
    depth = len(branch)
    while depth and item.indent <= branch[depth - 1].indent - (1 if depth > 1 else 0):
        depth -= 1
    depth = min(depth, MAX_LIST_DEPTH - 1)
    if depth and item.indent < branch[depth - 1].indent + 2:
        depth -= 1
    siblings = branch[depth - 1].items if depth else top
    if not _follows(item, siblings):
        return False
    siblings.append(item)
    branch[depth:] = [item]
    return True


def _follows(item: _Item, siblings: list[_Item]) -> bool:
    if not siblings:
        return _begins(item)
    previous = siblings[-1].number
    return item.number is None if previous is None else item.number == previous + 1


def _indent(line: str) -> int:
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(4))


def _written(item: _Item, inline: InlineMarkdown) -> dict[str, Any]:
    written: dict[str, Any] = {"html": inline.html("\n".join(item.lines).strip(" \t"))}
    if item.items:
        written["ordered"] = item.items[0].number is not None
        written["items"] = [_written(child, inline) for child in item.items]
    return written
