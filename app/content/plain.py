"""Plain text → blocks: no character is changed, nothing is markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from app.content.addresses import lone_address
from app.content.blocks import Block, NewId
from app.content.lines import NOTHING_KEPT, Keeper, check_text, is_blank, split_lines
from app.content.making import link_block, number_blocks, paragraph


def parse_plain(text: str, *, new_id: NewId, kept: Mapping[str, Block] = NOTHING_KEPT) -> list[Block]:
    """A blank line begins a paragraph, a line end a new line; an address alone in its paragraph becomes an embed.

    `render_text` gives the text back, but for line ends: CRLF and CR are LF, a line of blanks and tabs is blank,
    several blank lines are one, and there are none at the beginning and end. Raises InvalidInput for a text over a
    limit.
    """
    check_text(text)
    return number_blocks(_parse(split_lines(text), Keeper(kept)), new_id=new_id, pointer="/text")


def _parse(lines: list[str], keeper: Keeper) -> Iterator[Block]:
    waiting: list[str] = []
    for line in [*lines, ""]:
        block = keeper.take(line)
        if (block or is_blank(line)) and waiting:
            yield _paragraph(waiting)
            waiting = []
        if block:
            yield block
        elif not is_blank(line):
            waiting.append(line)


def _paragraph(lines: list[str]) -> Block:
    address = lone_address(lines[0]) if len(lines) == 1 else None
    return link_block(address) if address else paragraph("<br>".join(escape(line, quote=False) for line in lines))
