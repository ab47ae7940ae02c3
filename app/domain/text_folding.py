"""Text folding for comparison: words without case, accents and the signs between them."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

MAX_WORD_LENGTH = 64
"""Length in characters; longer words are split into several."""

_MARKS = re.compile("[" + "".join(chr(c) for c in range(0x300, 0x3100) if unicodedata.category(chr(c))[0] == "M") + "]")
_PLAIN_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})
"""Letters of their own to Unicode that people also type without the stroke."""

_SOON_SORTED = 500
"""Characters whose marks are sorted soon enough in any order: 0.2 ms at most."""

_TYPOGRAPHY = "“”‘’–—…„«»\u00a0"
"""The signs outside ASCII that most texts have, and in most texts the only ones."""

_SOFT_HYPHEN = "\u00ad"
"""Where a word may be divided at the end of a line; wire copy is full of them."""

_WORD = re.compile(rf"[^\W_]{{1,{MAX_WORD_LENGTH}}}")
_ASCII_WORD = re.compile(rf"[a-z0-9]{{1,{MAX_WORD_LENGTH}}}")
_WRITTEN_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def fold_text(text: str) -> str:
    """Return `text` in lower case and without accents, so that spellings that readers take for the same are equal."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", decompose(text)).casefold().translate(_PLAIN_LETTERS)


def fold_email(address: str) -> str:
    """Return an e-mail address without what its spellings differ in: case, composition, a domain's ASCII form."""
    name, _, domain = address.rpartition("@")
    labels = [_written_out(label) for label in domain.lower().split(".")]
    return unicodedata.normalize("NFKC", f"{name}@{'.'.join(labels)}").casefold()


def _written_out(label: str) -> str:
    """Return a domain's label in its own letters where it came in ASCII (RFC 5890)."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except ValueError:
        return label


def decompose(text: str) -> str:
    """Return the compatibility decomposition of `text` (NFKD), in time that grows with its length alone.

    Unicode wants combining marks that follow one another sorted by class. The standard library moves each to its place,
    which takes the square of their number: where there may be many, they are sorted here before.
    """
    if len(text) <= _SOON_SORTED:
        return unicodedata.normalize("NFKD", text)
    decomposed = {sign: unicodedata.normalize("NFKD", sign) for sign in set(text)}
    marks = {sign for sign, signs in decomposed.items() if unicodedata.combining(signs[0])}
    if not marks:
        return unicodedata.normalize("NFKD", text)
    pieces: list[str] = []
    for is_marks, run in groupby(text, marks.__contains__):
        signs = "".join(map(decomposed.__getitem__, run))
        pieces += sorted(signs, key=unicodedata.combining) if is_marks else [signs]
    return unicodedata.normalize("NFKD", "".join(pieces))


def fold_words(text: str) -> list[str]:
    """Split `text` into its words, folded, in order. In scripts without blanks each character is a word."""
    text = text.replace(_SOFT_HYPHEN, "")
    for sign in _TYPOGRAPHY:
        if sign in text:
            text = text.replace(sign, " ")
    folded = fold_text(text)
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    return _WORD.findall(_WRITTEN_WITHOUT_BLANKS.sub(" \\g<0> ", folded))
