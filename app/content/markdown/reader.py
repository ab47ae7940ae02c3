"""Markdown → blocks, in the dialect of a newsroom: what looks like prose is prose.

Blocks are distinguished line by line, in one pass:

- a blank line ends a paragraph; a line end is a line break; blanks at the beginning of a line mean nothing;
- `#` to `######` and a blank, as the first line of a paragraph, make a heading (levels 2, 2, 3, 4, 4, 4);
- `---`, `***` or `___` as a paragraph of its own makes a divider; there are no underlined headings;
- `> ` begins a quote; a last line `> — Name, role` is its attribution;
- `- `, `* ` and `1. ` begin lists of at least two items, whose numbers run 1, 2, 3…: a lone "- said" or "1. FC Köln"
  and "2024. A year" are prose, and no number is ever changed;
- `| a | b |` over `|---|---|` begins a table;
- a web address alone on a line is an embed or a link card, `![alt](address "caption")` alone on a line a picture;
- `[[block:<id>]]` alone on a line is a block kept from the entry that is being edited;
- ` ``` ` on a line, perhaps with the name of a language, begins code, which the next such line ends.
- `<iframe …>`, `<blockquote …>` and `<div …>` that begin a paragraph are an embed code, to the next blank line, if a
  provider is known for what they show.

There is no other raw HTML, no indented code, no reference definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app.content import builders
from app.content.addresses import lone_address
from app.content.blocks import Block, NewId
from app.content.kept_blocks import NOTHING_KEPT, KeptBlocks
from app.content.markdown.embed_codes import EmbedCodeReader
from app.content.markdown.fences import FenceReader
from app.content.markdown.inline import InlineMarkdown
from app.content.markdown.lists import read_list
from app.content.markdown.tables import TableReader
from app.content.size_checks import check_text
from app.content.text.lines import is_blank, split_lines

_HEADING = re.compile(r"[ \t]*(#{1,6})[ \t]+(\S.*)", re.DOTALL)
_HEADING_LEVELS = {1: 2, 2: 2, 3: 3, 4: 4, 5: 4, 6: 4}
_DIVIDER = re.compile(r"[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*")
_QUOTED = re.compile(r"[ \t]*>(?:[ \t]+(.*)|)", re.DOTALL)
_ATTRIBUTION = re.compile(r"[—–][ \t\u00a0]*(\S[^\n]*)")
_ESCAPED_OPENING = re.compile(r"\\(?=[->#|.])")


def parse_markdown(text: str, *, new_id: NewId, kept: Mapping[str, Block] = NOTHING_KEPT) -> list[Block]:
    """Parse a Markdown text; `kept` are the blocks that its `[[block:<id>]]` lines may name.

    Raises InvalidInput for a text over a limit.
    """
    check_text(text)
    reader = _Reader(split_lines(text), KeptBlocks(kept))
    return builders.finish_blocks(reader.read(), new_id=new_id, pointer="/text")


class _Reader:
    def __init__(self, lines: list[str], kept: KeptBlocks) -> None:
        self.lines = lines
        self.kept = kept
        self.inline = InlineMarkdown()
        self.tables = TableReader(lines, self.inline)
        self.fences = FenceReader(lines)
        self.embed_codes = EmbedCodeReader(lines)
        self.position = 0
        self.more: list[Block] = []

    def read(self) -> Iterator[Block]:
        waiting: list[str] = []
        while self.position < len(self.lines):
            line = self.lines[self.position]
            if is_blank(line):
                yield from self._paragraph(waiting)
                waiting = []
                self.position += 1
                continue
            block = self._block(line, begins=not waiting)
            if block is None:
                waiting.append(line)
                self.position += 1
            else:
                yield from self._paragraph(waiting)
                waiting = []
                yield block
                yield from self.more
                self.more = []
        yield from self._paragraph(waiting)

    def _paragraph(self, lines: list[str]) -> Iterator[Block]:
        if lines:
            text = "\n".join(_ESCAPED_OPENING.sub("", line, count=1) if "\\" in line else line for line in lines)
            yield builders.paragraph(self.inline.html(text.strip(" \t")))

    def _block(self, line: str, *, begins: bool) -> Block | None:
        """Read the block that begins with `line` and move past it; return None if `line` is running text."""
        block = self._embed_code() if begins and "<" in line else None
        if block is not None:
            return block
        block = self._line_block(line) or (self._opening_block(line) if begins else None)
        if block is not None:
            self.position += 1
            return block
        return self._code() or self._quote() or self._list() or self._table()

    def _line_block(self, line: str) -> Block | None:
        if "[" not in line:
            address = lone_address(line.strip(" \t")) if "://" in line else None
            return builders.link_block(address) if address else None
        kept = self.kept.block_on(line)
        if kept is not None:
            return kept
        address = lone_address(line.strip(" \t"))
        if address:
            return builders.link_block(address)
        image = self.inline.lone_image(line)
        return builders.image(image[0], alt=image[1], caption=image[2]) if image else None

    def _opening_block(self, line: str) -> Block | None:
        match = _HEADING.fullmatch(line)
        if match:
            inner = self.inline.html(match[2].strip(" \t"))
            return builders.heading_or_paragraph(_HEADING_LEVELS[len(match[1])], inner)
        following = self.lines[self.position + 1] if self.position + 1 < len(self.lines) else ""
        return builders.divider() if _DIVIDER.fullmatch(line) and is_blank(following) else None

    def _embed_code(self) -> Block | None:
        """Read an embed code; of several blocks in it, the first is returned and `more` are the others."""
        found = self.embed_codes.read(self.position)
        if found is None:
            return None
        blocks, self.position = found
        self.more = blocks[1:]
        return blocks[0]

    def _code(self) -> Block | None:
        found = self.fences.read(self.position)
        if found is None:
            return None
        block, self.position = found
        return block

    def _quote(self) -> Block | None:
        first = _QUOTED.fullmatch(self.lines[self.position])
        if first is None or is_blank(first[1] or ""):
            return None
        paragraphs: list[list[str]] = [[]]
        while self.position < len(self.lines) and (match := _QUOTED.fullmatch(self.lines[self.position])):
            if not is_blank(match[1] or ""):
                paragraphs[-1].append(match[1])
            elif paragraphs[-1]:
                paragraphs.append([])
            self.position += 1
        return self._attributed_quote(["\n".join(lines) for lines in paragraphs if lines])

    def _attributed_quote(self, texts: list[str]) -> Block:
        """Build a quote; a last line that is too long for an attribution is one of its words."""
        words, _, last = texts[-1].rpartition("\n")
        match = _ATTRIBUTION.fullmatch(last.strip(" \t")) if words or len(texts) > 1 else None
        who, role = (builders.split_attribution(match[1]) if match else None) or ("", "")
        if who or role:
            texts = [*texts[:-1], *([words] if words else [])]
        return builders.quote([self.inline.html(text) for text in texts], who=who, role=role)

    def _list(self) -> Block | None:
        found = read_list(self.lines, self.position, self.inline)
        if found is None:
            return None
        block, self.position = found
        return block

    def _table(self) -> Block | None:
        found = self.tables.read(self.position)
        if found is None:
            return None
        block, self.position = found
        return block
