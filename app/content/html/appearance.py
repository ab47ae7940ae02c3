"""The appearance of HTML: what a reader could tell apart, without the spelling of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, zip_longest
from operator import itemgetter

from app.content.html.lexer import Token, tokenise
from app.content.html.sanitising import INLINE_TAGS

Piece = tuple[str, frozenset[tuple[str, ...]]]
"""A text with its formats, or a tag of a block, which has none."""

_SAME_AS = {"b": "strong", "i": "em"}
_SHOWN_ON_BLANKS = frozenset({"a", "code", "mark", "s", "u"})


def look_the_same(html: str, other: str) -> bool:
    """Return whether a reader could not tell two pieces of HTML apart.

    `<b>` and `<strong>` look the same, formats nested in another order, a bold blank and a plain one.
    """
    return html == other or all(one == two for one, two in zip_longest(_appearance(html), _appearance(other)))


def _appearance(html: str) -> Iterator[Piece]:
    """Yield the texts of `html` with the formats of each, and the tags of its blocks between them."""
    for formats, group in groupby(_pieces(html), key=itemgetter(1)):
        yield "".join(text for text, _ in group), formats


def _pieces(html: str) -> Iterator[Piece]:
    formats: list[tuple[str, ...]] = []
    for token in tokenise(html):
        if token.kind == "text":
            yield from _formatted(token.value, frozenset(formats))
        elif token.value == "br" or token.value not in INLINE_TAGS:
            attributes = " ".join(f"{name}={value!r}" for name, value in sorted(token.attributes.items()))
            yield f"<{token.kind} {token.value} {attributes}>", frozenset({("tag", token.value)})
        elif token.kind == "start":
            formats.append(_format(token))
        else:
            name = _SAME_AS.get(token.value, token.value)
            index = next((i for i in range(len(formats) - 1, -1, -1) if formats[i][0] == name), None)
            if index is not None:
                del formats[index]


def _format(token: Token) -> tuple[str, ...]:
    attributes = (f"{name}={value}" for name, value in sorted(token.attributes.items()) if name != "rel")
    return (_SAME_AS.get(token.value, token.value), *attributes)


def _formatted(text: str, formats: frozenset[tuple[str, ...]]) -> Iterator[Piece]:
    core = text.strip(" ")
    on_blanks = frozenset(each for each in formats if each[0] in _SHOWN_ON_BLANKS)
    start = len(text) - len(text.lstrip(" ")) if core else len(text)
    yield text[:start], on_blanks
    yield core, formats if core else on_blanks
    yield text[start + len(core) :], on_blanks
