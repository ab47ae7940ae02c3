"""Plain text → blocks: no character is changed, nothing is markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.content.addresses import lone_address
from app.content.blocks import Block, NewId
from app.content.builders import escaped_lines, finish_blocks, link_block, paragraph
from app.content.kept_blocks import NOTHING_KEPT, KeptBlocks
from app.content.size_checks import check_text
from app.content.text.lines import is_blank, split_lines


def parse_plain(text: str, *, new_id: NewId, kept: Mapping[str, Block] = NOTHING_KEPT) -> list[Block]:
    """Parse plain text; `kept` are the blocks that its `[[block:<id>]]` lines may name.

    A blank line begins a paragraph, a line end a new line; an address alone in its paragraph becomes an embed.
    `render_text` returns the same text, but for line ends: all are LF, a line of blanks and tabs is blank,
    several blank lines are one, and there are none at the beginning and end. Raises InvalidInput for a text over a
    limit.
    """
    check_text(text)
    return finish_blocks(_parse(split_lines(text), KeptBlocks(kept)), new_id=new_id, pointer="/text")


def _parse(lines: list[str], kept: KeptBlocks) -> Iterator[Block]:
    waiting: list[str] = []
    for line in [*lines, ""]:
        block = kept.block_on(line)
        if (block or is_blank(line)) and waiting:
            yield _paragraph(waiting)
            waiting = []
        if block:
            yield block
        elif not is_blank(line):
            waiting.append(line)


def _paragraph(lines: list[str]) -> Block:
    address = lone_address(lines[0]) if len(lines) == 1 else None
    return link_block(address) if address else paragraph(escaped_lines("\n".join(lines)))
