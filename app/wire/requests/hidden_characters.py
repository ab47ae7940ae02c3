"""Characters that readers cannot see, and that change what the text around them looks like or is.

Names, headlines, titles and the like have none of them: `Ada` and one with a hidden character would look the same, and
an override makes a name read as another. What writing needs stays: marks of direction beside letters of a script that
is written from right to left, joiners beside letters of scripts that join and in emoji, variation selectors behind what
varies, the flags that are spelt with tags.
"""

from __future__ import annotations

import re
from typing import Literal

_BIDI_MARK = re.compile("[\u061c\u200e\u200f]")
_FROM_THE_RIGHT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_BIDI_CONTROL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TURN = re.compile("[\r\n\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = "\r\n\u2028\u2029"
_CLOSED_BY = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}

_JOINING = (
    # Arabic to Vedic, symbols, Indic and Arabic further on, selectors, emoji.
    "\u0600-\u1cff\u2190-\u2bff\ua800-\uabff\ufb50-\ufdff\ufe00-\ufe0f\ufe70-\ufefe\U00010a00-\U00011fff"
    "\U0001e900-\U0001e95f\U0001f000-\U0001faff"
)
_VARYING = "0-9#*\xa9\xae\u1000-\u1dff\u2010-\u2027\u2030-\u205e\u20a0-\ufdff\ufe10-\U0003ffff"
_INVISIBLE = re.compile(
    # C1 controls, line separators, and what Unicode has displays leave out (Default_Ignorable) but those below.
    "[\x80-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
    f"|(?<![{_JOINING}])[\u200c\u200d](?![{_JOINING}])"
    f"|(?<![{_VARYING}])[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")


def find_hidden(text: str) -> Literal["bidi_control", "invisible_character"] | None:
    """Return the kind of the hidden characters in one line of text, or None if there are none."""
    if text.isascii():
        return None
    if _BIDI_CONTROL.search(text) or (_BIDI_MARK.search(text) and not _FROM_THE_RIGHT.search(text)):
        return "bidi_control"
    return "invisible_character" if _INVISIBLE.search(_FLAG.sub("", text)) else None


def leaves_direction_open(text: str) -> bool:
    """Return whether a line of `text` has an embedding, override or isolate that is not closed, or closes none."""
    if text.isascii():
        return False
    expected: list[str] = []
    for sign in _TURN.findall(text):
        if sign in _CLOSED_BY:
            expected.append(_CLOSED_BY[sign])
        elif sign in _LINE_ENDS:
            if expected:
                return True
        elif not expected or expected.pop() != sign:
            return True
    return bool(expected)
