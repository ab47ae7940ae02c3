"""Characters that readers cannot see, in lines that name something: headlines, titles, names, bylines, tags.

What is harmless is left out without a word: soft hyphens of wire copy, zero-width spaces, word joiners, byte order
marks and the like, which change nothing that is seen, and would make two names of one. What turns the direction of
text makes a name read as another, and what shows as a blank or ends a line is no part of a name: both are refused.

What writing needs stays: marks of direction beside letters of a script that is written from right to left, joiners
beside letters of scripts that join and in emoji, zero-width spaces between letters of scripts without blanks, variation
selectors behind what varies, the flags that are spelt with tags.
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
_VARYING = "0-9#*\xa9\xae\u1000-\u180a\u1810-\u1dff\u2010-\u2027\u2030-\u205e\u20a0-\ufdff\ufe10-\U0003ffff"
_WITHOUT_BLANKS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"
"""Thai, Lao, Burmese and Khmer, where a zero-width space is where a line may end."""

_HARMLESS = (
    # What Unicode has displays leave out (Default_Ignorable), but in the flags that are spelt with tags.
    re.compile(
        "(\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f)"
        "|[\u00ad\u034f\u17b4\u17b5\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufff8\U0001bca0-\U0001bca3"
        "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
    ),
    # Each of these stays beside what needs it, which none that follows takes away.
    re.compile("()(?<![\u1820-\u18aa])\u180e"),
    re.compile(f"()(?<![{_VARYING}])[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"),
    re.compile(f"()(?<![{_JOINING}])[\u200c\u200d](?![{_JOINING}])"),
    re.compile(f"()(?:(?<![{_WITHOUT_BLANKS}])\u200b|\u200b(?![{_WITHOUT_BLANKS}]))"),
)
"""What is left out, in this order; of a match its group stays."""

_SHOWN_AS_NOTHING = re.compile("[\x80-\x9f\u115f\u1160\u2028\u2029\u3164\uffa0\ufff9-\ufffb]")
"""C1 controls, line separators, the fillers of Hangul, which are as wide as a letter, and marks of annotations."""


def drop_harmless(text: str) -> str:
    """Return one line of text without the characters that nobody sees and that its writing does not need."""
    if text.isascii():
        return text
    if not _FROM_THE_RIGHT.search(text):
        text = _BIDI_MARK.sub("", text)
    for harmless in _HARMLESS:
        text = harmless.sub(r"\1", text)
    return text


def find_hidden(text: str) -> Literal["bidi_control", "invisible_character"] | None:
    """Return the kind of the hidden characters in a line from `drop_harmless`; None if it has none."""
    if text.isascii():
        return None
    if _BIDI_CONTROL.search(text):
        return "bidi_control"
    return "invisible_character" if _SHOWN_AS_NOTHING.search(text) else None


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
