"""Inline HTML, inside one paragraph, item or cell: escaped text, line breaks and the few inline tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import NamedTuple

from app.content.addresses import link_address
from app.content.html.languages import NO_LANGUAGE, TextLanguage, read_language
from app.content.html.lexer import Token, tags, tokenise
from app.content.html.sanitising import INLINE_TAGS, sanitise
from app.content.html.styles import apply_styles

MAX_INLINE_DEPTH = 16
"""Deeper tags are left out and their text kept: the sanitiser's time grows with the square of the depth."""

MAX_REPEATED_LANGUAGES = 3
"""Of the open tags that say a language or a direction alone, so many go on in the next part, the outermost: each part
repeats them, so that a text of nothing else would become as many times as long."""

_CACHED_CHARACTERS = 4_000

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_HARD_BREAK = re.compile("[\x0b\u2028\u2029]")
"""Line ends that are no white space in HTML."""

_SAME_AS = {"strike": "s", "del": "s", "ins": "u", "tt": "code", "kbd": "code", "samp": "code"}
_ONLY_FOR_LANGUAGE = tags("abbr acronym bdi bdo big cite data dfn font label q small time var")
"""Inline tags that are written, as a `span`, if they say a language or a direction."""

_EDGE_BREAK = "<br>"
_EDGE_SPACE = " \t\n"
_BREAKING_TAGS = tags(
    "address article aside blockquote caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)


_WRITTEN = (INLINE_TAGS | _SAME_AS.keys()) - {"br"}


class _OpenTag(NamedTuple):
    """An open tag, its HTML ("" for nothing), and the tag that this opens."""

    tag: str
    html: str
    written_as: str

    @property
    def is_language_alone(self) -> bool:
        """Return whether it says nothing but a language or a direction."""
        return bool(self.html) and self.written_as == "span"


class InlineWriter:
    """Builds inline HTML from texts and tags that come in any order, however badly nested.

    A tag is written only once there is text for it, so there are no empty elements; tags that are open when a part is
    taken are opened again in the next.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._stack: list[_OpenTag] = []
        self._written = 0
        self._is_blank = True

    @property
    def is_blank(self) -> bool:
        """Return whether nothing visible was written since the last part was taken."""
        return self._is_blank

    @property
    def at_line_start(self) -> bool:
        """Return whether nothing was written since the last line break."""
        return not self._parts or self._parts[-1] == "<br>"

    @property
    def ends_in_space(self) -> bool:
        """Return whether a further blank would not show."""
        return self.at_line_start or self._parts[-1].endswith(" ")

    def text(self, text: str) -> None:
        """Write `text` as it is; what HTML would misread is escaped, control characters are blanks."""
        if text:
            self._open_pending()
            text = _printable(text)
            self._is_blank = self._is_blank and not text.strip(" ")
            self._parts.append(escape(text, quote=False))

    def line_break(self) -> None:
        """Begin a new line."""
        self._parts.append("<br>")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open `tag` if it is an inline tag. It is written only with valid attributes and if it is not open already."""
        language = read_language(attributes) if attributes else NO_LANGUAGE
        if tag == "bdi":
            language = language.over(TextLanguage(dir="auto"))
        is_kept = tag in _WRITTEN
        if tag in _ONLY_FOR_LANGUAGE:
            # Within one that is written it is, so that the end of each is told apart.
            is_kept = any(language) or any(entry.tag == tag for entry in self._stack)
        if not is_kept or len(self._stack) >= MAX_INLINE_DEPTH:
            return
        tag = _SAME_AS.get(tag, tag)
        is_open = tag != "span" and any(entry.tag == tag and entry.html for entry in self._stack)
        html = "" if is_open else _start_tag(tag, attributes, language)
        if html or not any(language):
            self._stack.append(_OpenTag(tag, html, tag))
        else:
            self._stack.append(_OpenTag(tag, f"<span{language.attributes}>", "span"))

    def end(self, tag: str) -> None:
        """Close the innermost open `tag`; tags inside it that are still open go on after it."""
        tag = _SAME_AS.get(tag, tag)
        for index in range(len(self._stack) - 1, -1, -1):
            if self._stack[index].tag == tag:
                self._close_down_to(index)
                del self._stack[index]
                return

    def take(self) -> str:
        """Return the sanitised HTML written since the last part was taken, and begin another."""
        self._close_down_to(0)
        html = "".join(self._parts)
        languages = [index for index, entry in enumerate(self._stack) if entry.is_language_alone]
        for index in languages[MAX_REPEATED_LANGUAGES:]:
            self._stack[index] = self._stack[index]._replace(html="")
        self._parts = []
        self._is_blank = True
        return sanitise(html) if html else ""

    def _open_pending(self) -> None:
        self._parts.extend(entry.html for entry in self._stack[self._written :] if entry.html)
        self._written = len(self._stack)

    def _close_down_to(self, index: int) -> None:
        while self._written > index:
            self._written -= 1
            if self._stack[self._written].html:
                self._parts.append(f"</{self._stack[self._written].written_as}>")


def plain_html(text: str) -> str:
    """Return `text` as inline HTML without a tag but line breaks at its line ends."""
    return sanitise(escape(_printable(text), quote=False).replace("\n", "<br>"))


def _start_tag(tag: str, attributes: Mapping[str, str], language: TextLanguage) -> str:
    if tag == "a":
        address = link_address(attributes.get("href", ""))
        title = _printable(attributes.get("title", ""))
        return f'<a href="{escape(address)}"{attribute("title", title)}{language.attributes}>' if address else ""
    if tag == "span" or tag in _ONLY_FOR_LANGUAGE:
        return ""
    return f"<{tag}{language.attributes}>"


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text)


def attribute(name: str, value: str | int | None) -> str:
    """Write ` name="value"`, escaped, to stand in a tag; nothing for a missing or empty value."""
    return "" if value is None or value == "" else f' {name}="{escape(str(value))}"'


def inline_html(html: str) -> str:
    """Return the inline part of `html`, sanitised: block tags end a line, of other unknown tags the text stays."""
    writer = InlineWriter()
    for token in apply_styles(html, tokenise(html)):
        if token.kind != "text" and (token.value == "br" or token.value in _BREAKING_TAGS):
            if not writer.at_line_start or token.value == "br":
                writer.line_break()
        else:
            write_token(writer, token)
    return trim_breaks(writer.take())


def write_token(writer: InlineWriter, token: Token) -> None:
    """Write one token of HTML to `writer`; line ends in its text are white space."""
    if token.kind == "text":
        for number, line in enumerate(split_hard_breaks(token.value)):
            if number:
                writer.line_break()
            writer.text(_BLANKS.sub(_one_line, line))
    elif token.kind == "start":
        writer.start(token.value, token.attributes)
    else:
        writer.end(token.value)


def split_hard_breaks(text: str) -> list[str]:
    """Split a text of HTML at the line ends that HTML does not take for white space."""
    if text.isascii() and "\x0b" not in text:
        return [text]
    return _HARD_BREAK.split(text)


def _one_line(match: re.Match[str]) -> str:
    return " " if "\n" in match[0] or "\r" in match[0] else match[0]


def trim_breaks(html: str) -> str:
    """Strip blanks and line breaks from the ends of `html`; a non-breaking space is a character and stays."""
    start, end = 0, len(html)
    while start < end and (html[start] in _EDGE_SPACE or html.startswith(_EDGE_BREAK, start)):
        start += 1 if html[start] in _EDGE_SPACE else len(_EDGE_BREAK)
    while start < end and (html[end - 1] in _EDGE_SPACE or html.endswith(_EDGE_BREAK, start, end)):
        end -= 1 if html[end - 1] in _EDGE_SPACE else len(_EDGE_BREAK)
    return html[start:end]


def has_text(html: str) -> bool:
    """Return whether there is any text but white space in inline HTML; reads no further than to the first."""
    return html[:1].isalnum() or any(token.kind == "text" and token.value.strip() for token in tokenise(html))


def inline_text(html: str) -> str:
    """Return the plain text of inline HTML; a line break is a newline."""
    return _cached_text(html) if len(html) <= _CACHED_CHARACTERS else _text(html)


def _text(html: str) -> str:
    parts = []
    for token in tokenise(html):
        if token.kind == "text":
            parts.append(token.value)
        elif token.value == "br":
            parts.append("\n")
    return "".join(parts)


_cached_text = lru_cache(maxsize=64)(_text)
"""One write asks for the text of its paragraphs several times: for readers, and for the search."""


def forget_inline_texts() -> None:
    """Drop the texts that are cached."""
    _cached_text.cache_clear()
