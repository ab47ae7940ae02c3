"""HTML → blocks: typed where the markup says what it is, unwrapped where it does not, and never a word lost.

The tags are read in one pass, each of which changes a few variables: the text being written, and the list, quote,
table or figure it is in. Nothing recurses, so no depth of nesting costs more than its length.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Literal

from app.content import builders
from app.content.addresses import link_address, lone_address, media_address
from app.content.block_limits import MAX_BLOCKS, MAX_LIST_START
from app.content.blocks import Block, NewId
from app.content.html.inline import InlineWriter, has_text, split_hard_breaks, trim_breaks
from app.content.html.lexer import Token, tags, tokenise
from app.content.html.styles import apply_styles
from app.content.html_reader.code import CodeReader
from app.content.html_reader.containers import Figure, ListReader, QuoteReader, TableReader, parse_number
from app.content.html_reader.languages import LanguagesInEffect
from app.content.html_reader.media import read_iframe, read_img, read_marked, read_recording
from app.content.html_reader.word_lists import read_word_lists
from app.content.size_checks import check_html
from app.content.text.lines import split_lines
from app.content.text_fields import fit_text

_SPACES = re.compile(r"[ \t\r\n\f]+")
_LONE_LINK = re.compile(r'<a href="([^"]*)"[^>]*>([^<]*)</a>')
_HEADINGS = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
_BREAKS = tags(
    "address article aside body center dd details dialog div dl dt fieldset footer form header hgroup html legend main "
    "menu nav option p pre search section select summary"
)
_LISTS = tags("ul ol menu")

_Target = Literal["body", "caption", "credit", "attribution", "table caption"]


def parse_html(html: str, *, new_id: NewId) -> list[Block]:
    """Parse a piece of HTML into sanitised blocks. Raises InvalidInput for HTML over a limit."""
    check_html(html, "/html")
    return builders.finish_blocks(read_blocks(html), new_id=new_id, pointer="/html")


def read_blocks(html: str) -> list[Block]:
    """Read the blocks of a piece of HTML, without ids and perhaps too many."""
    return _Reader(html).read(html)


class _Reader:
    def __init__(self, html: str) -> None:
        self.blocks: list[Block] = []
        self.languages = LanguagesInEffect(html)
        self.writer = InlineWriter()
        self.target: _Target = "body"
        self.level = 0
        self.preformatted = 0
        self.code: CodeReader | None = None
        self.list = ListReader()
        self.quote = QuoteReader()
        self.table = TableReader()
        self.figure: Figure | None = None
        self.recording: Token | None = None
        self.sources: list[str] = []

    def read(self, html: str) -> list[Block]:
        for token in apply_styles(html, read_word_lists(html, tokenise(html))):
            if token.kind == "text":
                self._text(token.value)
            elif token.kind == "start":
                self._start(token)
            else:
                self._end(token.value)
            if len(self.blocks) > MAX_BLOCKS:
                break
        self._finish()
        return self.blocks

    def _text(self, text: str) -> None:
        if self.recording is not None:
            return
        if self.code is not None:
            self.code.text(text)
        if self.preformatted:
            for number, line in enumerate(split_lines(text)):
                if number:
                    self.writer.line_break()
                self.writer.text(line)
            return
        for number, line in enumerate(split_hard_breaks(text)):
            if number:
                self.writer.line_break()
            line = _SPACES.sub(" ", line)
            self.writer.text(line.removeprefix(" ") if self.writer.ends_in_space else line)

    def _start(self, token: Token) -> None:
        tag = token.value
        if self.code is not None and self.code.reads(token):
            self._line_of_code()
            return
        if self.languages.heeds(tag):
            self._flush()
            self.languages.start(token)
        if tag == "source":
            self.sources.append(token.attributes.get("src", ""))
        elif tag == "br":
            self.writer.line_break()
        elif tag in _HEADINGS:
            self._flush()
            self.level = _HEADINGS[tag]
        elif not (self._start_media(token) or self._start_container(token) or self._start_part(token)):
            self.writer.start(tag, token.attributes)
            if tag == "a" and self.quote.is_open:
                self.quote.add_link(link_address(token.attributes.get("href", "")) or "")

    def _line_of_code(self) -> None:
        if not self.writer.at_line_start:
            self.writer.line_break()

    def _start_media(self, token: Token) -> bool:
        tag = token.value
        if tag in {"video", "audio"}:
            self._flush()
            self.recording, self.sources = token, []
        elif tag == "img":
            blocks = read_img(token.attributes)
            if not blocks:
                self.writer.text(token.attributes.get("alt", ""))
            self._emit_all(self._spoken(blocks, token))
        elif tag == "div":
            self._emit_all(read_marked(token.attributes))
            return False
        elif tag == "iframe":
            self._emit_all(self._spoken(read_iframe(token.attributes), token))
        elif tag == "hr":
            self._emit(builders.divider())
        return tag in {"video", "audio", "img", "iframe", "hr"}

    def _spoken(self, blocks: list[Block], token: Token) -> list[Block]:
        """Return the blocks of a tag with the language and direction of its words."""
        return [builders.with_language(block, self.languages.said_by(token)) for block in blocks]

    def _start_container(self, token: Token) -> bool:
        tag = token.value
        if tag not in _LISTS and tag not in {"blockquote", "table", "figure"}:
            return False
        self._flush()
        language = self.languages.current
        if tag == "table":
            self.table.open(language)
        elif self.table.is_open:
            return True
        elif tag in _LISTS and not self.quote.is_open:
            start = parse_number(token.attributes.get("start"), most=MAX_LIST_START) or 1
            self.list.open(ordered=tag == "ol", start=start, language=language)
        elif tag == "blockquote" and not self.list.is_open:
            url = media_address(token.attributes.get("cite", "")) or ""
            self.quote.open(token.attributes, url=url, language=language)
        elif tag == "figure" and self.figure is None and not self.list.is_open:
            self.figure = Figure(url=media_address(token.attributes.get("data-url", "")) or "", language=language)
        return True

    def _start_part(self, token: Token) -> bool:
        """Start a tag that means something only inside a container, or only that a line ends."""
        tag = token.value
        is_attribution = tag == "cite" and self.quote.is_open and self.writer.is_blank and self.target == "body"
        is_credit = self.target == "caption" and (
            tag in {"cite", "small"} or "credit" in token.attributes.get("class", "")
        )
        if is_credit:
            self._switch("credit")
        elif tag == "figcaption" and self.figure is not None:
            self._switch("caption")
        elif is_attribution or (tag == "footer" and self.quote.is_open):
            self._switch("attribution")
        elif self.table.is_open and tag in {"tr", "td", "th", "caption"}:
            self._start_in_table(token)
        elif tag == "li" and self.list.is_open and not self.table.is_open:
            self._flush()
            self.list.item(self.languages.current)
        elif tag in _BREAKS or tag in {"li", "figcaption", "tr", "td", "th", "caption"}:
            self._flush()
            self.level = 0 if tag == "p" else self.level
            if tag == "pre":
                self._start_preformatted(token)
        else:
            return False
        return True

    def _start_preformatted(self, token: Token) -> None:
        self.preformatted += 1
        is_within = self.table.is_open or self.list.is_open or self.quote.is_open or self.target != "body"
        if self.preformatted == 1 and not is_within:
            self.code, self.level = CodeReader(token.attributes), 0

    def _start_in_table(self, token: Token) -> None:
        if token.value == "caption":
            self._switch("table caption")
            return
        self._switch("body")
        if token.value == "tr":
            self.table.row()
        else:
            self.table.cell(token.value, token.attributes, self.languages.current)

    def _end(self, tag: str) -> None:
        if self.code is not None and self.code.reads(Token("end", tag)):
            self._line_of_code()
            self.writer.end(tag)
            return
        if tag in {"video", "audio"}:
            self._end_recording()
        elif tag in _HEADINGS:
            self._flush()
            self.level = 0
        elif tag in _LISTS or tag in {"blockquote", "table", "figure"}:
            self._flush()
            self._end_container(tag)
        elif tag in {"figcaption", "footer", "caption"} or (tag == "cite" and self.target == "attribution"):
            self._switch("body")
        elif tag in {"cite", "small", "span", "div", "p"} and self.target == "credit":
            self._switch("caption")
        elif tag in _BREAKS or tag in {"li", "tr", "td", "th"}:
            self._flush()
            if tag == "pre" and self.preformatted:
                self.preformatted -= 1
                self.code = self.code if self.preformatted else None
        self.writer.end(tag)
        self.languages.end(tag)

    def _end_container(self, tag: str) -> None:
        if tag == "table" and self.table.is_open:
            self._switch("body")
            self._end_table()
        elif self.table.is_open:
            return
        elif tag in _LISTS and self.list.is_open:
            self._end_list()
        elif tag == "blockquote" and self.quote.is_open:
            self._switch("body")
            self._emit_all(self.quote.close())
        elif tag == "figure" and self.figure is not None and not self.quote.is_open:
            self._switch("body")
            figure, self.figure = self.figure, None
            self._emit_all(figure.close())

    def _end_table(self) -> None:
        blocks = self.table.close()
        if not self.table.is_open:
            self._emit_all(blocks)
            self._emit_all(self.table.after)

    def _end_list(self) -> None:
        block = self.list.close()
        if not self.list.is_open:
            self._emit(block)
            self._emit_all(self.list.after)

    def _end_recording(self) -> None:
        if self.recording is not None:
            token, self.recording = self.recording, None
            block = read_recording(token.value, token.attributes, self.sources)
            self._emit_all(self._spoken([] if block is None else [block], token))

    def _switch(self, target: _Target) -> None:
        """End the text before, and put the following text into `target`."""
        self._flush()
        self.target = target

    def _flush(self) -> None:
        """Put the text written so far into its target."""
        self._end_recording()
        inner = trim_breaks(self.writer.take())
        code = self.code.take() if self.code is not None else None
        if not has_text(inner):
            return
        language = self.languages.current
        if code is not None and not (self.table.is_open or self.list.is_open or self.quote.is_open):
            self._emit(code)
        elif self.target == "attribution":
            self.quote.add_attribution(inner)
        elif self.target == "table caption":
            self.table.add_caption(inner)
        elif self.target != "body" and self.figure is not None:
            into = self.figure.captions if self.target == "caption" else self.figure.credits
            self.figure.add(inner, into, language)
        elif self.table.is_open:
            self.table.add(inner, language)
        elif self.list.is_open:
            self.list.add(inner, language)
        elif self.quote.is_open:
            self.quote.add(inner, language)
        elif self.figure is not None and self.figure.url:
            self.figure.add(inner, self.figure.title, language)
        else:
            block = builders.heading_or_paragraph(self.level, inner) if self.level else _link_or_paragraph(inner)
            self._emit(builders.with_language(block, language))

    def _emit(self, block: Block | None) -> None:
        """Add a complete block; one that cannot be in the open list or table follows it."""
        if block is None:
            return
        if not self.writer.is_blank:
            self._flush()
        if self.table.is_open:
            self.table.after.append(block)
        elif self.list.is_open:
            self.list.after.append(block)
        else:
            before = self.quote.take() if self.quote.is_open else []
            into = self.figure.blocks if self.figure is not None else self.blocks
            into.extend([*before, block])

    def _emit_all(self, blocks: list[Block]) -> None:
        waiting = blocks[:]
        blocks.clear()
        for block in waiting:
            self._emit(block)

    def _finish(self) -> None:
        """End the containers that the HTML left open."""
        self._flush()
        while self.table.is_open:
            self._end_container("table")
        while self.list.is_open:
            self._end_list()
        while self.quote.is_open:
            self._end_container("blockquote")
        self._end_container("figure")


def _link_or_paragraph(inner: str) -> Block:
    """Build a paragraph, or an embed or card if it is one link and nothing else, whose text can be its title."""
    match = _LONE_LINK.fullmatch(inner)
    address = media_address(unescape(match[1])) if match else lone_address(unescape(inner))
    if address is None:
        return builders.paragraph(inner)
    title = fit_text(builders.link_type(address), "title", unescape(match[2]) if match else "")
    if title is None:
        return builders.paragraph(inner)
    return builders.link_block(address, title="" if title == address else title)
