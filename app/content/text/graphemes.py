"""Characters as people see them, whatever each is made of: a letter with its marks, an emoji, a flag.

The rules are those of Unicode (UAX 29, extended grapheme clusters) but for a few signs that go before numbers. The
browser's scripts have the same from Intl.Segmenter (app/web/static/truncate.js).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from itertools import islice

_JOINING_CATEGORIES = frozenset({"Mn", "Mc", "Me"})
_ALSO_JOINING = "\u0e33\u0eb3\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef"
_LAST_MARK = 0x1F000

_PICTOGRAPH = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff\u3030\u303d"
)
_EMOJI = f"[{_PICTOGRAPH}\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
_FLAG = "[\U0001f1e6-\U0001f1ff]"
_FIRST, _VOWEL, _LAST, _SYLLABLE = (
    "[\u1100-\u115f\ua960-\ua97c]",
    "[\u1160-\u11a7]",
    "[\u11a8-\u11ff]",
    "[\uac00-\ud7a3]",
)
_HANGUL = f"{_FIRST}*(?:{_SYLLABLE}{_VOWEL}*|{_VOWEL}+){_LAST}*|{_FIRST}+"
_VIRAMA = "[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d]"
_CONSONANT = (
    "[\u0915-\u0939\u0958-\u095f\u0978-\u097f\u0995-\u09b9\u09dc-\u09df\u09f0\u09f1\u0a95-\u0ab9\u0af9\u0b15-\u0b39\u0b5c-\u0b5f\u0b71"
    "\u0c15-\u0c39\u0c58-\u0c5a\u0d15-\u0d3a]"
)
_CONTROL = "[\x00-\x1f\x7f-\x9f\u2028\u2029]"


def truncate_text(text: str, most: int) -> str:
    """Return `text`, or its beginning of at most `most` characters as people count: up to a blank, with `…`."""
    if len(text) <= most:
        return text
    clusters = [match[0] for match in islice(grapheme_pattern().finditer(text), most + 1)]
    if len(clusters) <= most:
        return text
    return "".join(clusters[: most - 1]).rsplit(" ", 1)[0] + "…"


@functools.cache
def grapheme_pattern() -> re.Pattern[str]:
    """Return the pattern of one grapheme cluster; every text is a row of its matches."""
    joining = joining_class()
    tail = f"(?:{joining}|(?<=\u200d){_EMOJI}|(?:(?<={_VIRAMA})|(?<={_VIRAMA}\u200d)){_CONSONANT})*"
    return re.compile(f"\r\n|{_CONTROL}|(?:{_FLAG}{_FLAG}|{_HANGUL}|{_EMOJI}|.){tail}", re.DOTALL)


@functools.cache
def joining_class() -> str:
    """Return a class, for regular expressions, of the characters that belong to the one before them."""
    codes = [code for code in range(0x300, _LAST_MARK) if unicodedata.category(chr(code)) in _JOINING_CATEGORIES]
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) + _ALSO_JOINING + "]"
