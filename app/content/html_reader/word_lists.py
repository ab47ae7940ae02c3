"""Lists as word processors write them, read as the lists of HTML.

Word and Outlook write each item as a paragraph with its level in a style, and its bullet or number as text before it:
`<p style="mso-list:l0 level2 lfo1"><span style="mso-list:Ignore">o </span>…`. Where a mail program has taken that style
away, the class `MsoListParagraph` and a bullet in a font of symbols are left. Word in a browser writes each item as
a list of its own, with its level in `data-aria-level`.

Nothing here looks ahead: what may be the beginning of an item is held back until it is one, or is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.content.html.lexer import Token, tags

_NEEDED_BY = ("mso", "data-listid", "eop")
_LEVEL = re.compile(r"mso-list:\s*(l\d+)\s+level([1-9])", re.IGNORECASE)
_MARKER = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
_INDENT = re.compile(r"margin-left:\s*(\d{1,4}(?:\.\d{1,6})?)(in|pt|cm|mm|px)", re.IGNORECASE)
_PER_INCH = {"in": 1.0, "pt": 72.0, "cm": 2.54, "mm": 25.4, "px": 96.0}
_LEVEL_INCHES = 0.5

_NUMBERED = re.compile(r"[(\[]?(?:\w{1,9}[.)\]:、．）]|\d{1,9}(?:\.\d{1,9}){0,8}\.?)[)\]]?")
"""Markers such as `1.`, `a)`, `(iv)`, `2.1`, `一、`; a letter alone is a bullet in a font of symbols."""
_BULLET = re.compile(r"[^\w\s]|[A-Za-z]")

_INLINE = tags("a b br code em font i ins o:p s small span strike strong sub sup u del mark")
_MEDIA = tags("audio iframe img video")
_BLOCKS = tags(
    "address article blockquote dd dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section table tbody td "
    "th tr ul"
)
"""Tags that are no part of an item. Others, `div` too, may stand in one and between two."""

_MOST_HELD = 200
"""Tokens that may come before the text of an item; no word processor writes as many."""


class _Place(NamedTuple):
    """The place of an item: its level from 1, the list it belongs to, and the attributes of its element."""

    level: int
    list_id: str
    attributes: Mapping[str, str]


@dataclass(slots=True)
class _Beginning:
    """A paragraph that begins as an item, as far as it is read."""

    start: Token
    place: _Place
    is_certain: bool
    held: list[Token] = field(default_factory=list)
    marker: str = ""
    depth: int = 0


class _OpenList(NamedTuple):
    level: int
    tag: str
    list_id: str


def read_word_lists(html: str, tokens: Iterable[Token]) -> Iterable[Token]:
    """Return the tokens of `html` with the items of word processors as items of lists."""
    lowered = html.lower()
    return _WordLists().read(tokens) if any(sign in lowered for sign in _NEEDED_BY) else tokens


class _WordLists:
    def __init__(self) -> None:
        self._open: list[_OpenList] = []
        self._item = ""
        """The tag of the element that is an item, while it is open."""
        self._beginning: _Beginning | None = None
        self._held_list: list[Token] = []
        self._read_lists = 0
        self._skipped = 0

    def read(self, tokens: Iterable[Token]) -> Iterator[Token]:
        for token in tokens:
            yield from self._read(token)
        if self._beginning is not None:
            yield from self._no_item()
        yield from self._held_list
        yield from self._end_lists(0)

    def _read(self, token: Token) -> Iterator[Token]:
        if self._is_skipped(token):
            return
        if self._held_list:
            yield from self._after_list(token)
        elif self._beginning is not None:
            yield from self._begin(self._beginning, token)
        else:
            yield from self._pass(_without_language(token))

    def _is_skipped(self, token: Token) -> bool:
        """Return whether the token is in the mark that Word in a browser puts at the end of each paragraph."""
        is_span = token.kind != "text" and token.value == "span"
        if self._skipped:
            self._skipped += (1 if token.kind == "start" else -1) if is_span else 0
            return True
        if is_span and token.kind == "start" and "EOP" in token.attributes.get("class", "").split():
            self._skipped = 1
            return True
        return False

    def _pass(self, token: Token) -> Iterator[Token]:
        tag = token.value
        if token.kind == "start" and tag in {"ul", "ol"} and not self._item:
            self._held_list = [token]
        elif token.kind == "start" and tag == "p" and (beginning := _beginning(token)) is not None:
            yield from self._end_item()
            self._beginning = beginning
        elif token.kind == "start" and tag == "li" and self._read_lists:
            yield from self._begin_item(_web_place(token), self._open[-1].tag if self._open else "ul", 1, "li")
        elif token.kind == "end" and tag in {"ul", "ol"} and self._read_lists:
            self._read_lists -= 1
            yield from self._end_item()
        elif token.kind == "end" and tag == self._item:
            yield from self._end_item()
        else:
            if self._open and self._ends_lists(token):
                yield from self._end_lists(0)
            yield token

    def _ends_lists(self, token: Token) -> bool:
        if token.kind == "text":
            return not self._item and bool(token.value.strip())
        if token.value == "p":
            return self._item != "li"
        return token.value in _BLOCKS or (not self._item and token.value in _MEDIA)

    def _after_list(self, token: Token) -> Iterator[Token]:
        """Read what follows the start of a list: an item that Word has put into it, or anything else."""
        if token.kind == "text" and not token.value.strip():
            self._held_list.append(token)
            return
        held, self._held_list = self._held_list, []
        if token.kind == "start" and token.value == "li" and "data-listid" in token.attributes:
            self._read_lists += 1
            start = held[0].attributes.get("start", "")
            number = int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1
            yield from self._begin_item(_web_place(token), held[0].value, number, "li")
            return
        yield from self._end_lists(0)
        yield from held
        yield from self._pass(token)

    def _begin(self, beginning: _Beginning, token: Token) -> Iterator[Token]:
        """Read what follows the start of a paragraph that may be an item, up to the end of its marker."""
        beginning.held.append(token)
        if token.kind == "text":
            if beginning.depth:
                beginning.marker += token.value
            elif token.value.strip():
                yield from self._no_item()
            return
        if token.value == "span" and (beginning.depth or self._is_marker(beginning, token)):
            beginning.depth += 1 if token.kind == "start" else -1
            if not beginning.depth:
                yield from self._end_of_marker(beginning)
                return
        if token.value not in _INLINE or len(beginning.held) > _MOST_HELD:
            yield from self._no_item()

    def _is_marker(self, beginning: _Beginning, token: Token) -> bool:
        if token.kind != "start":
            return False
        return not beginning.is_certain or _MARKER.search(token.attributes.get("style", "")) is not None

    def _end_of_marker(self, beginning: _Beginning) -> Iterator[Token]:
        marker = beginning.marker.strip()
        is_padded = beginning.marker.endswith(("\u00a0", " "))
        is_numbered = _NUMBERED.fullmatch(marker) is not None
        if not beginning.is_certain and not (is_padded and (is_numbered or _BULLET.fullmatch(marker))):
            yield from self._no_item()
            return
        self._beginning = None
        digits = re.match(r"[(\[]?([0-9]{1,9})", marker)
        number = int(digits[1]) if digits and is_numbered else 1
        yield from self._begin_item(beginning.place, "ol" if is_numbered else "ul", number, "p")

    def _no_item(self) -> Iterator[Token]:
        """Let the paragraph go that was held back; one whose level is known is an item without a marker."""
        beginning, self._beginning = self._beginning, None
        if beginning is None:
            return
        if beginning.is_certain:
            yield from self._begin_item(beginning.place, "ul", 1, "p")
        else:
            yield from self._end_lists(0)
            yield beginning.start
        for token in beginning.held:
            yield from self._pass(_without_language(token))

    def _begin_item(self, place: _Place, tag: str, number: int, element: str) -> Iterator[Token]:
        yield from self._end_item()
        while self._open and self._open[-1].level > place.level:
            yield self._end_list()
        if self._open and self._open[-1].level == place.level and self._is_another(self._open[-1], place, tag):
            yield self._end_list()
        if not self._open or self._open[-1].level < place.level:
            self._open.append(_OpenList(place.level, tag, place.list_id))
            yield Token("start", tag, {"start": str(number)} if tag == "ol" and number > 1 else {})
        self._item = element
        yield Token("start", "li", place.attributes)

    def _is_another(self, last: _OpenList, place: _Place, tag: str) -> bool:
        return last.tag != tag or (last.list_id != place.list_id and place.level == 1)

    def _end_item(self) -> Iterator[Token]:
        if self._item:
            self._item = ""
            yield Token("end", "li")

    def _end_list(self) -> Token:
        return Token("end", self._open.pop().tag)

    def _end_lists(self, level: int) -> Iterator[Token]:
        yield from self._end_item()
        while self._open and self._open[-1].level > level:
            yield self._end_list()


def _beginning(token: Token) -> _Beginning | None:
    style = token.attributes.get("style", "")
    level = _LEVEL.search(style)
    attributes = {"style": style}
    if level is not None:
        return _Beginning(token, _Place(int(level[2]), level[1], attributes), is_certain=True)
    classes = token.attributes.get("class", "").split()
    if not any(name.removeprefix("x_").startswith("MsoListParagraph") for name in classes):
        return None
    indent = _INDENT.search(style)
    inches = float(indent[1]) / _PER_INCH[indent[2].lower()] if indent else 0.0
    return _Beginning(token, _Place(max(1, round(inches / _LEVEL_INCHES)), "", attributes), is_certain=False)


def _web_place(token: Token) -> _Place:
    level = token.attributes.get("data-aria-level", "")
    place = int(level) if level in set("123456789") else 1
    return _Place(place, token.attributes.get("data-listid", ""), {"style": token.attributes.get("style", "")})


def _without_language(token: Token) -> Token:
    """Take away the language that Word puts on each run of text, whatever it is written in."""
    if token.kind != "start" or token.value != "span" or "lang" not in token.attributes:
        return token
    return Token("start", "span", {name: value for name, value in token.attributes.items() if name != "lang"})
