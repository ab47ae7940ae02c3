"""A lexer of HTML: a flat run of texts and tags, in one pass whose time grows with the length of the input alone.

It is no browser's parser and need not be: what it reads is only ever written out again through an allow-list. It
never loses text a browser would show: what cannot be a tag is text. Content no reader sees is dropped (comments,
scripts, styles, drawings, templates).
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


def tags(names: str) -> frozenset[str]:
    """Return a set of tag names, written as one line of words."""
    return frozenset(names.split())


class Token(NamedTuple):
    """One piece of HTML. `value` is a text with its character references resolved, or a tag's name in lower case."""

    kind: Literal["text", "start", "end"]
    value: str
    attributes: Mapping[str, str] = _NO_ATTRIBUTES


_BARE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)>")
"""A tag without attributes, as most are."""

_START = re.compile(r"<([a-zA-Z][^\s/><]*)")
_END = re.compile(r"</([a-zA-Z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"([^\s/>=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'][^\s>]*)))?")
_SPACE = re.compile(r"[\s/]*")
_LONG_NUMBER = re.compile(r"&#([0-9]{100,});?")
_MARKUP = re.compile(r"<(?=/?[a-zA-Z]|!--|\?|!doctype\b|!\[)", re.IGNORECASE)
_DECLARATION = re.compile(r"<(?:\?|!(?:doctype\b|\[))", re.IGNORECASE)

_INVISIBLE = tags("script style svg noscript template iframe title xml xmp noembed noframes")
_CLOSERS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _INVISIBLE}


def resolve_references(text: str) -> str:
    """Return `text` with its character references resolved, numbers of any length among them."""
    if "&" not in text:
        return text
    # The standard library has Python read the number, which refuses one of thousands of digits.
    return entities.unescape(_LONG_NUMBER.sub(_shortened, text))


def _shortened(match: re.Match[str]) -> str:
    digits = match[1].lstrip("0")
    return f"&#{digits or '0'};" if len(digits) < 10 else "\ufffd"


def tokenise(html: str) -> Iterator[Token]:
    """Yield the tokens of `html` in order; adjacent texts may come in several pieces."""
    return _Lexer(html).read()


class _Lexer:
    def __init__(self, html: str) -> None:
        self.html = html
        self.position = 0
        self.never_closed: set[str] = set()

    def read(self) -> Iterator[Token]:
        html = self.html
        while self.position < len(html):
            opening = _MARKUP.search(html, self.position)
            end = opening.start() if opening else len(html)
            if end > self.position:
                yield Token("text", resolve_references(html[self.position : end]))
                self.position = end
            if opening:
                yield self._markup()

    def _markup(self) -> Token:
        """Read the markup that begins with the `<` at the position; moves the position past it."""
        html, here = self.html, self.position
        if match := _BARE.match(html, here):
            self.position, name = match.end(), match[2].lower()
            if match[1]:
                return Token("end", name)
            self._skip_invisible(name)
            return Token("start", name)
        if html.startswith("<!--", here):
            self.position = self._after("-->", here + 4, otherwise=here + 4)
            return Token("text", "")
        if _DECLARATION.match(html, here):
            self.position = self._after(">", here, otherwise=len(html))
            return Token("text", "")
        if match := _END.match(html, here):
            return self._end_tag(match)
        match = _START.match(html, here)
        return self._start_tag(match) if match else self._rest_as_text()

    def _after(self, mark: str, start: int, *, otherwise: int) -> int:
        """Find the position after the next `mark`. A mark that was missed once is not searched for again."""
        if mark in self.never_closed:
            return otherwise
        found = self.html.find(mark, start)
        if found < 0:
            self.never_closed.add(mark)
            return otherwise
        return found + len(mark)

    def _rest_as_text(self) -> Token:
        rest = self.html[self.position :]
        self.position = len(self.html)
        return Token("text", resolve_references(rest))

    def _end_tag(self, match: re.Match[str]) -> Token:
        close = self.html.find(">", match.end())
        if close < 0:
            return self._rest_as_text()
        self.position = close + 1
        return Token("end", match[1].lower())

    def _start_tag(self, match: re.Match[str]) -> Token:
        attributes: dict[str, str] = {}
        html, position = self.html, match.end()
        while True:
            space = _SPACE.match(html, position)
            position = space.end() if space else position
            if position >= len(html):
                return self._rest_as_text()
            if html[position] == ">":
                break
            found = _ATTRIBUTE.match(html, position)
            if found:
                value = next((group for group in found.groups()[1:] if group is not None), "")
                attributes.setdefault(found[1].lower(), resolve_references(value))
            position = found.end() if found else position + 1
        self.position = position + 1
        name = match[1].lower()
        self._skip_invisible(name)
        return Token("start", name, attributes)

    def _skip_invisible(self, name: str) -> None:
        if name not in _INVISIBLE or name in self.never_closed:
            return
        closer = _CLOSERS[name].search(self.html, self.position)
        if closer:
            self.position = closer.start()
        else:
            self.never_closed.add(name)
            if name in {"script", "style"}:
                self.position = len(self.html)
