"""Words as they are compared: whatever their case, their accents, and the signs between them."""

from __future__ import annotations

import re
import unicodedata

MAX_WORD_LENGTH = 64
"""Longer words are taken for several."""

_MARKS = re.compile("[" + "".join(chr(c) for c in range(0x300, 0x3100) if unicodedata.category(chr(c))[0] == "M") + "]")
_PLAIN_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})
"""Letters that Unicode takes for letters of their own, and that are typed without their stroke all the same."""

_TYPOGRAPHY = "“”‘’–—…„«»\u00a0"
"""Signs that stand in most texts, and are the only ones outside ASCII in most."""

_WORD = re.compile(rf"[^\W_]{{1,{MAX_WORD_LENGTH}}}")
_ASCII_WORD = re.compile(rf"[a-z0-9]{{1,{MAX_WORD_LENGTH}}}")
_WRITTEN_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def fold_text(text: str) -> str:
    """`text` in lower case and without accents, so that what readers take for the same is the same."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_PLAIN_LETTERS)


def fold_words(text: str) -> list[str]:
    """The words of `text`, folded, in their order. In scripts without blanks each character is a word."""
    for sign in _TYPOGRAPHY:
        if sign in text:
            text = text.replace(sign, " ")
    folded = fold_text(text)
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    return _WORD.findall(_WRITTEN_WITHOUT_BLANKS.sub(" \\g<0> ", folded))
