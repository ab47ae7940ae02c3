"""Formats that HTML has as styles, read as the tags that mean the same: bold, italic, underlined, struck, raised.

Word processors write `<span style="font-weight:700">` for bold, and around all of a document a
`<b style="font-weight:normal">` that is none. A tag whose style says that it is something else is read as that.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from app.content.html.lexer import Token, tags

_NEEDED_BY = ("style", "role", "msotitle", "apple-converted-space")

_MOST_OPEN = 16
"""The most tags of one kind that are ended and begun again: more are never written (app/content/html/inline.py)."""

_LONGEST_STYLE = 2_000

_FORMAT_OF = {
    **{"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "ins": "u", "sup": "sup", "sub": "sub"},
    **{"s": "s", "strike": "s", "del": "s"},
}
_INHERITED = {"b": ("b", "strong"), "i": ("i", "em"), "sup": ("sup",), "sub": ("sub",)}
"""The formats that an element within can take back, and their tags; a line under a text is under all of it."""

_COUNTED = frozenset(tag for names in _INHERITED.values() for tag in names)
_HEADINGS = tags("h1 h2 h3 h4 h5 h6")
_ALIGNED = tags("a b em font i ins s span strong sub sup u")
_END_PARAGRAPHS = _HEADINGS | tags("address article blockquote div dl figure hr li ol p pre section table td th tr ul")
_LISTS = tags("ul ol menu")
_CELLS = tags("td th")
_VOID = tags("area base br col embed hr img input link meta source track wbr")
_MONOSPACED = re.compile(r"mono|courier|consolas|menlo", re.IGNORECASE)


class _Element(NamedTuple):
    """An open element: the formats to end with it, those to begin again after it, and the tag it was read as."""

    added: tuple[str, ...] = ()
    suspended: tuple[str, ...] = ()
    read_as: str = ""
    depth: int = 0


_PLAIN = _Element()


def apply_styles(html: str, tokens: Iterable[Token]) -> Iterable[Token]:
    """Return the tokens of `html` with tags for the formats that are written as styles."""
    lowered = html.lower()
    return _Styles().read(tokens) if any(sign in lowered for sign in _NEEDED_BY) else tokens


class _Styles:
    def __init__(self) -> None:
        self._open: defaultdict[str, list[_Element]] = defaultdict(list)
        self._count: defaultdict[str, int] = defaultdict(int)
        self._depth = 0
        self._links = 0
        self._in_heading = False
        self._in_blank = False

    def read(self, tokens: Iterable[Token]) -> Iterator[Token]:
        for token in tokens:
            if token.kind == "start":
                self._in_blank = token.attributes.get("class") == "Apple-converted-space"
                yield from self._start(token)
            elif token.kind == "end":
                self._in_blank = False
                yield from self._end(token)
            else:
                yield Token("text", token.value.replace("\u00a0", " ")) if self._in_blank else token

    def _start(self, token: Token) -> Iterator[Token]:
        tag = token.value
        yield from self._end_omitted(tag)
        self._depth += tag in _LISTS
        style = _read_style(token.attributes.get("style", ""))
        read_as = _read_as(token, style)
        self._links += tag == "a"
        self._in_heading = self._in_heading or read_as in _HEADINGS
        attributes = token.attributes
        if style.direction and "dir" not in attributes:
            attributes = {**attributes, "dir": style.direction}
        yield self._counted(Token("start", read_as, attributes))
        if tag in _VOID:
            return
        formats = style.formats if style.formats and tag in _ALIGNED else _without_alignment(style.formats)
        suspended = tuple(self._suspended(formats))
        added = tuple(self._added(formats, own=_FORMAT_OF.get(tag)))
        if self._open[tag] or suspended or added or read_as != tag:
            self._open[tag].append(_Element(added, suspended, "" if read_as == tag else read_as, self._depth))
        yield from (self._counted(Token("end", name)) for name in suspended)
        yield from (self._counted(Token("start", name)) for name in added)

    def _suspended(self, formats: Mapping[str, bool]) -> Iterator[str]:
        for name, is_on in formats.items():
            for tag in _INHERITED.get(name, ()) if not is_on else ():
                yield from [tag] * min(self._count[tag], _MOST_OPEN)

    def _added(self, formats: Mapping[str, bool], *, own: str | None) -> Iterator[str]:
        for name, is_on in formats.items():
            # Headings are bold and links underlined without it.
            is_said = name == own or (name == "b" and self._in_heading) or (name == "u" and self._links > 0)
            if is_on and not is_said:
                yield name

    def _end(self, token: Token) -> Iterator[Token]:
        tag = token.value
        if tag in _END_PARAGRAPHS and tag != "p":
            yield from self._close("p")
        if tag in _LISTS:
            yield from self._close("li", at_least=self._depth)
            self._depth = max(0, self._depth - 1)
        self._links = max(0, self._links - (tag == "a"))
        element = self._open[tag].pop() if self._open.get(tag) else _PLAIN
        yield from self._closed(element)
        ended = Token("end", element.read_as) if element.read_as else token
        self._in_heading = self._in_heading and ended.value not in _HEADINGS
        yield self._counted(ended)

    def _end_omitted(self, tag: str) -> Iterator[Token]:
        """End what HTML ends where `tag` begins, if it has a style: nothing else needs it."""
        if tag in _END_PARAGRAPHS:
            yield from self._close("p")
        if tag == "li":
            yield from self._close("li", at_least=self._depth)
        elif tag in _CELLS or tag == "tr":
            for cell in _CELLS:
                yield from self._close(cell)

    def _close(self, tag: str, *, at_least: int = 0) -> Iterator[Token]:
        elements = self._open.get(tag)
        while elements and elements[-1].depth >= at_least:
            element = elements.pop()
            yield from self._closed(element)
            if element.read_as:
                self._in_heading = self._in_heading and element.read_as not in _HEADINGS
                yield Token("end", element.read_as)

    def _closed(self, element: _Element) -> Iterator[Token]:
        for name in reversed(element.added):
            yield self._counted(Token("end", name))
        for name in element.suspended:
            yield self._counted(Token("start", name))

    def _counted(self, token: Token) -> Token:
        if token.value in _COUNTED:
            self._count[token.value] = max(0, self._count[token.value] + (1 if token.kind == "start" else -1))
        return token


class _Style(NamedTuple):
    formats: Mapping[str, bool]
    direction: str = ""
    is_borderless: bool = False
    is_code: bool = False


_NO_STYLE = _Style({})


def _read_style(style: str) -> _Style:
    return _cached_style(style) if 0 < len(style) <= _LONGEST_STYLE else _NO_STYLE


@lru_cache(maxsize=256)
def _cached_style(style: str) -> _Style:
    named = (part.partition(":") for part in style.lower().split(";"))
    properties = {name.strip(): value.replace("!important", "").strip() for name, _, value in named}
    formats: dict[str, bool] = {}
    _read_weight(properties.get("font-weight", ""), formats)
    slant = properties.get("font-style", "")
    if slant in {"italic", "normal"} or slant.startswith("oblique"):
        formats["i"] = slant != "normal"
    lines = f"{properties.get('text-decoration', '')} {properties.get('text-decoration-line', '')}".split()
    if "none" in lines:
        formats |= {"u": False, "s": False}
    formats |= {name: True for name, line in (("u", "underline"), ("s", "line-through")) if line in lines}
    place = properties.get("vertical-align", "")
    if place in {"super", "sub", "baseline"}:
        formats |= {"sup": place == "super", "sub": place == "sub"}
    return _Style(
        formats,
        direction=properties.get("direction", ""),
        is_borderless=properties.get("border", "").split()[-1:] == ["none"],
        is_code=properties.get("white-space", "").startswith("pre")
        and _MONOSPACED.search(properties.get("font-family", "")) is not None,
    )


def _read_weight(weight: str, formats: dict[str, bool]) -> None:
    if weight in {"bold", "bolder"}:
        formats["b"] = True
    elif weight in {"normal", "lighter"}:
        formats["b"] = False
    elif weight.isascii() and weight.isdigit():
        formats["b"] = weight >= "600" if len(weight) == 3 else len(weight) > 3


def _without_alignment(formats: Mapping[str, bool]) -> Mapping[str, bool]:
    """Leave out how a cell or a picture is aligned, which has the names of raised and lowered text."""
    return {name: is_on for name, is_on in formats.items() if name not in {"sup", "sub"}}


def _read_as(token: Token, style: _Style) -> str:
    """Return the tag that an element is, by its style, class or role."""
    tag, attributes = token.value, token.attributes
    own = _FORMAT_OF.get(tag)
    if own is not None and style.formats.get(own) is False:
        return "span"
    if tag == "blockquote" and style.is_borderless:
        return "div"  # mail programs indent with it
    if tag == "div" and style.is_code:
        return "pre"
    if tag in {"div", "p"} and attributes.get("role") == "heading":
        level = attributes.get("aria-level", "")
        return f"h{level}" if level in {"1", "2", "3", "4", "5", "6"} else "h2"
    return "h1" if tag == "p" and "MsoTitle" in attributes.get("class", "").split() else tag


def forget_styles() -> None:
    """Drop the styles that are cached."""
    _cached_style.cache_clear()
