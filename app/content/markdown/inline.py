"""Markdown inside one paragraph → inline HTML, by markdown-it with the rules of a newsroom.

Prose stays as it was typed: there are no character references, no raw HTML, no typographer; a
backslash escapes only what would be markup here; a star between letters or digits (`5*3*2`) is a star; a link that
may not be followed stays the text it was. A bare web address is a link.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.backticks import backtick
from markdown_it.token import Token

from app.content.addresses import ADDRESS_IN_TEXT, link_address, media_address, without_trailing_punctuation
from app.content.html.inline import InlineWriter, has_text, plain_html, trim_breaks
from app.content.markdown.emphasis import emphasis, open_marks, strikethrough
from app.content.text_fields import fit_text

MAX_MARKS = 10_000
"""Characters of markup looked at in one text; a paragraph that exceeds what is left is taken as plain text.

No prose comes near. It bounds inputs made to cost the square of their length.
"""

BRACKET_MARKS = 4
"""Marks that an opening bracket counts for: from each, the parser looks ahead for a link's end, up to twenty deep."""

ESCAPABLE = "*_`[]~<"
"""The characters that a backslash before them makes plain."""

_MARKS = re.compile(
    r"[\n*_`~\[\]]|!(?=\[)|:(?=//)|\\(?=[" + re.escape(ESCAPABLE) + r"])|<(?=https?://|mailto:)", re.IGNORECASE
)
"""The places where the rules below are tried; all else is text, skipped at the speed of a regular expression."""

_CHANGED = re.compile("[\x00-\x1f\x7f<>&\u00a0\ufeff\ud800-\udfff]")
"""The characters that stand otherwise in HTML, or not at all; a text without them and without marks is its own HTML."""

_SCHEME = re.compile(r"(?:^|.*[^A-Za-z0-9])(https?)", re.IGNORECASE | re.DOTALL)
_ANGLED = re.compile(r"<(https?://[^\s<>]+|mailto:[^\s<>]+)>", re.IGNORECASE)
_TAGS = {"strong": "strong", "em": "em", "s": "s", "link": "a"}


def _escape(state: StateInline, silent: bool) -> bool:
    source, here = state.src, state.pos
    if source[here] != "\\" or here + 1 >= state.posMax or source[here + 1] not in ESCAPABLE:
        return False
    if not silent:
        state.append_pending(source[here + 1])
    state.pos += 2
    return True


def _code(state: StateInline, silent: bool) -> bool:
    """Take code as markdown-it does, but keep its lines: in a list or a quote it may be fenced code."""
    start = state.pos
    is_read = backtick(state, silent)
    if is_read and not silent and state.tokens and state.tokens[-1].type == "code_inline" and not state.pending:
        token = state.tokens[-1]
        source = state.src[start + len(token.markup) : state.pos - len(token.markup)]
        if "\n" in source:
            token.content = "\n".join(line.strip(" ") for line in source.split("\n")).strip("\n")
    return is_read


def _star_in_a_word(state: StateInline, silent: bool) -> bool:
    """Take a run of stars between digits, or one star between letters, as text."""
    source, here = state.src, state.pos
    # Within a run nothing but stars can be before it, and a look-ahead that comes by star after star measures it once.
    if source[here] != "*" or here == 0 or source[here - 1] == "*":
        return False
    end = here
    while end < state.posMax and source[end] == "*":
        end += 1
    around = source[here - 1] + (source[end] if end < state.posMax else " ")
    literal = around.isdigit() if end - here > 1 else around.isascii() and around.isalnum()
    if literal:
        if not silent:
            state.append_pending(source[here:end])
        state.pos = end
    return literal


def _bare_address(state: StateInline, silent: bool) -> bool:
    source, here = state.src, state.pos
    match = ADDRESS_IN_TEXT.match(source, here, state.posMax) if source[here] == ":" else None
    # In a look-ahead nothing is pending, and skipping the colon alone finds the same ends.
    scheme = _SCHEME.fullmatch(state.pending[-8:]) if match and not silent and state.linkLevel == 0 else None
    if match is None or scheme is None:
        return False
    address = scheme[1] + _without_closing_marks(state, match[0])
    if media_address(address) is None:
        return False
    state.pending = state.pending[: -len(scheme[1])]
    _push_link(state, address, address)
    state.pos += len(address) - len(scheme[1])
    return True


def _without_closing_marks(state: StateInline, address: str) -> str:
    """Strip the marks that end the sentence, or the emphasis, around `address`.

    A star ends what a star before it has begun; `_` and `~~` do at the end alone, for addresses have them too.
    """
    unclosed = open_marks(state)
    if unclosed["*"]:
        address = address.partition("*")[0]
    while True:
        address = without_trailing_punctuation(address)
        mark = next((mark for mark in ("_", "~~") if unclosed[mark] and address.endswith(mark)), None)
        if mark is None:
            return address
        unclosed[mark] -= 1
        address = address.removesuffix(mark)


def _angled_address(state: StateInline, silent: bool) -> bool:
    match = _ANGLED.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "<" else None
    if match is None or state.linkLevel > 0 or link_address(match[1]) is None:
        return False
    if not silent:
        _push_link(state, match[1], match[1].removeprefix("mailto:"))
    state.pos = match.end()
    return True


def _push_link(state: StateInline, address: str, text: str) -> None:
    state.push("link_open", "a", 1).attrs = {"href": address}
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1)


@functools.cache
def _engine() -> MarkdownIt:
    engine = MarkdownIt("zero", {"html": False, "typographer": False, "maxNesting": 20})
    engine.enable(["newline", "backticks", "strikethrough", "emphasis", "link", "image"])
    rules = engine.inline.ruler
    engine.inline.terminator_re = _MARKS
    rules.at("backticks", _code)
    rules.at("emphasis", emphasis)
    rules.at("strikethrough", strikethrough)
    rules.before("backticks", "newsroom_escape", _escape)
    rules.before("emphasis", "star_in_a_word", _star_in_a_word)
    rules.push("bare_address", _bare_address)
    rules.push("angled_address", _angled_address)
    engine.validateLink = lambda url: link_address(url) is not None  # type: ignore[method-assign]
    engine.normalizeLink = lambda url: url  # type: ignore[method-assign]
    engine.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    return engine


class InlineMarkdown:
    """A reader of the paragraphs of one text, which together may have MAX_MARKS characters of markup."""

    def __init__(self) -> None:
        self._marks_left = MAX_MARKS

    def html(self, text: str) -> str:
        """Return the sanitised inline HTML of `text`; a line end is a line break. Markup without text stays text."""
        if not (_MARKS.search(text) or _CHANGED.search(text)):
            return text.strip(" ")
        html = _html(self._tokens(text))
        return html if has_text(html) else trim_breaks(plain_html(text))

    def lone_image(self, line: str) -> tuple[str, str, str] | None:
        """Return address, alternative text and caption of the picture that `line` consists of.

        None if it is none, or if a text is too long for one.
        """
        line = line.strip()
        if not (line.startswith("![") and line.endswith(")")):
            return None
        tokens = self._tokens(line)
        address = str(tokens[0].attrs.get("src", "")) if len(tokens) == 1 and tokens[0].type == "image" else ""
        if media_address(address) is None:
            return None
        alt = fit_text("image", "alt", tokens[0].content)
        caption = fit_text("image", "caption", str(tokens[0].attrs.get("title", "")))
        return None if alt is None or caption is None else (address, alt, caption)

    def _tokens(self, text: str) -> list[Token]:
        """Return the tokens of a text with markup; none of one without, or with too much."""
        marks = len(_MARKS.findall(text)) + (BRACKET_MARKS - 1) * text.count("[")
        if not marks or marks > self._marks_left:
            return []
        self._marks_left -= marks
        engine = _engine()
        return engine.inline.parse(text, engine, {}, [])


def _html(tokens: Sequence[Token]) -> str:
    writer = InlineWriter()
    _write(writer, tokens)
    return trim_breaks(writer.take())


def _write(writer: InlineWriter, tokens: Sequence[Token]) -> None:
    closers: list[str] = []
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            writer.line_break()
        elif token.type == "code_inline":
            _write_code(writer, token.content)
        elif token.type == "image":
            _write_image(writer, token)
        elif token.nesting > 0:
            closers.append(_open(writer, token))
        elif token.nesting < 0:
            writer.end(_TAGS[token.type.removesuffix("_close")])
            writer.text(closers.pop())
        else:
            writer.text(token.content)


def _write_code(writer: InlineWriter, text: str) -> None:
    writer.start("code", {})
    for number, line in enumerate(text.split("\n")):
        if number:
            writer.line_break()
        writer.text(line)
    writer.end("code")


def _open(writer: InlineWriter, token: Token) -> str:
    """Open a tag; return the text to write after its end."""
    kind = token.type.removesuffix("_open")
    if kind == "link" and not token.attrs.get("href"):
        # `[text]()` points nowhere and stays the text it was.
        writer.text("[")
        return "]()"
    writer.start(_TAGS[kind], {name: str(value) for name, value in token.attrs.items()})
    return ""


def _write_image(writer: InlineWriter, token: Token) -> None:
    """Write a picture within a line as a link to it: pictures are blocks."""
    address = str(token.attrs.get("src", ""))
    title = str(token.attrs.get("title", ""))
    if not address:
        writer.text(f"![{token.content}]()")
        return
    writer.start("a", {"href": address, "title": title})
    writer.text(token.content.replace("\n", " ") or address)
    writer.end("a")
