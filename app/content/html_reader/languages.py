"""The languages and directions that the block tags of an HTML page say for what is in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from app.content.html.inline import inline_html
from app.content.html.languages import NO_LANGUAGE, TextLanguage, read_language
from app.content.html.lexer import Token, tags

Piece = tuple[str, TextLanguage]
"""Inline HTML, and the language and direction in effect where it stands."""

_SAYS = re.compile(r"\b(?:dir|lang|direction)\b", re.IGNORECASE)
_SAYS_OTHERS = re.compile(r"\b(?:dir\s*=|direction\s*:)\s*[\"']?\s*(?:rtl|auto)", re.IGNORECASE)
_PROGRAMS = re.compile(
    r"docs-internal-guid|google-sheets|class=[\"']?(?:gmail_|Mso)|OutlineElement|\bSCXW|aria-level=|\A<div dir=.ltr.>",
    re.IGNORECASE,
)
"""Signs of programs that write `dir="ltr"` around all that is written from left to right, and ask nobody."""

_WORD = re.compile(r"class=[\"']?Mso|OutlineElement|\bSCXW", re.IGNORECASE)
"""Signs of Word, which says a language of each paragraph as of each run of text, whatever it is written in."""

_TRACKED = tags(
    "address article aside blockquote caption center dd details dialog div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup legend li main menu nav ol p pre search section table td th tr ul"
)
"""Tags that end the text before them. `html` and `body` are none of these: what they say is often their template's."""

_ENDED_BY = {
    "li": tags("p li"),
    "dt": tags("p dt dd"),
    "dd": tags("p dt dd"),
    "td": tags("p td th"),
    "th": tags("p td th"),
    "tr": tags("p td th tr"),
}
_PARAGRAPH = tags("p")


class LanguagesInEffect:
    """The block tags that are open, and what is in effect in the innermost. Each tag costs the same, however many."""

    def __init__(self, html: str) -> None:
        self._is_silent = _SAYS.search(html) is None
        # A text that is all from left to right, in the eyes of a program: then the story's own direction stands.
        self._ignores_direction = _PROGRAMS.search(html) is not None and _SAYS_OTHERS.search(html) is None
        self._ignores_language = _WORD.search(html) is not None
        self._open: list[tuple[str, TextLanguage]] = []
        self._places: defaultdict[str, list[int]] = defaultdict(list)

    @property
    def current(self) -> TextLanguage:
        """Return what is in effect now."""
        return self._open[-1][1] if self._open else NO_LANGUAGE

    def said_by(self, token: Token) -> TextLanguage:
        """Return what is in effect in an element that is open, or has no end."""
        said = read_language(token.attributes)
        lang = "" if self._ignores_language else said.lang
        return TextLanguage(lang, "" if self._ignores_direction else said.dir).over(self.current)

    def heeds(self, tag: str) -> bool:
        """Return whether elements of this tag are to be begun and ended."""
        return not self._is_silent and tag in _TRACKED

    def start(self, token: Token) -> None:
        """Begin an element; what HTML ends where it begins is ended first."""
        tag = token.value
        ended = _ENDED_BY.get(tag, _PARAGRAPH)
        while self._open and self._open[-1][0] in ended:
            self._pop()
        self._places[tag].append(len(self._open))
        self._open.append((tag, self.said_by(token)))

    def end(self, tag: str) -> None:
        """End an element, and what is still open in it."""
        places = self._places.get(tag)
        place = places[-1] if places else len(self._open)
        while len(self._open) > place:
            self._pop()

    def _pop(self) -> None:
        tag, _ = self._open.pop()
        self._places[tag].pop()


def mark_pieces(pieces: Sequence[Piece], around: TextLanguage) -> tuple[list[str], TextLanguage]:
    """Return the pieces of an item, cell or quote that stands in `around`, and the language and direction of it all.

    That is their own if they have the same; else each that differs is marked.
    """
    languages = {language for _, language in pieces}
    own = languages.pop() if len(languages) == 1 else around
    return [_marked(inner, language.within(own)) for inner, language in pieces], own


def _marked(inner: str, language: TextLanguage) -> str:
    return inline_html(f"<span{language.attributes}>{inner}</span>") if any(language) else inner
