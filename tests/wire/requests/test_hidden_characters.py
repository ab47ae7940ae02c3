"""Characters that nobody sees are found, and those that writing needs are not."""

from __future__ import annotations

import sys
import unicodedata
from time import process_time

import pytest

from app.wire.requests.hidden_characters import find_hidden, leaves_direction_open

NEEDED = {
    "Persian": "می\u200cخواهم",
    "Persian after Latin letters": "PDF\u200cها",
    "Hindi": "क्\u200dष",
    "a mark beside Hebrew": "C++\u200f של",
    "a mark beside Arabic": "\u061cمرحبا 5",
    "a family": "👩\u200d👩\u200d👧",
    "a heart in colour": "❤\ufe0f\u200d🔥",
    "a keycap": "1\ufe0f\u20e3",
    "a trade mark": "\xae\ufe0f",
    "a flag of letters": "🇩🇪",
    "the flag of Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "a variant of a Chinese character": "葛\U000e0100",
    "Mongolian": "ᠠ\u180b",
    "marks that combine": "e\u0301 n\u0303",
    "blanks": "a\u00a0b\u3000c\u2009d",
}

HIDDEN = {
    "an override": ("Ada\u202eadL", "bidi_control"),
    "an isolate that is closed": ("\u2068Ada\u2069", "bidi_control"),
    "an override beside Hebrew": ("של\u202eA", "bidi_control"),
    "a mark beside Latin letters": ("Ada\u200e", "bidi_control"),
    "a mark by itself": ("\u061c", "bidi_control"),
    "a zero-width space": ("Ada\u200bLind", "invisible_character"),
    "a soft hyphen": ("Ada\u00ad", "invisible_character"),
    "a word joiner": ("Ada\u2060", "invisible_character"),
    "a byte order mark": ("\ufeffAda", "invisible_character"),
    "a Hangul filler": ("Ada\u3164", "invisible_character"),
    "a joiner between Latin letters": ("Ad\u200da", "invisible_character"),
    "a joiner at the end": ("Ada\u200c", "invisible_character"),
    "a variation selector behind a letter": ("Ada\ufe0f", "invisible_character"),
    "a variation selector that begins": ("\ufe0fAda", "invisible_character"),
    "two variation selectors": ("❤\ufe0f\ufe0f", "invisible_character"),
    "tags behind a letter": ("Ada\U000e0067\U000e007f", "invisible_character"),
    "a next line": ("Ada\x85Lind", "invisible_character"),
    "a line separator": ("Ada\u2028Lind", "invisible_character"),
}


@pytest.mark.parametrize("text", NEEDED.values(), ids=NEEDED.keys())
def test_what_writing_needs_is_not_hidden(text: str) -> None:
    assert find_hidden(text) is None


@pytest.mark.parametrize(("text", "kind"), HIDDEN.values(), ids=HIDDEN.keys())
def test_what_nobody_sees_is_found(text: str, kind: str) -> None:
    assert find_hidden(text) == kind


def test_every_format_and_control_character_behind_a_latin_letter_is_hidden_but_signs_of_other_scripts() -> None:
    characters = (chr(code) for code in range(0x80, sys.maxunicode + 1))
    passed = {
        unicodedata.name(each, "unnamed").partition(" ")[0]
        for each in characters
        if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"} and find_hidden(f"a{each}") is None
    }
    # Each of these has ink.
    assert passed <= {"ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"}


def test_directions_are_closed_in_their_lines() -> None:
    for text in ("", "abc", "é\nè", "\u202aa\u202c", "\u2066a\u202bb\u202cc\u2069", "\u2067a\u2069\r\n\u202eb\u202c"):
        assert not leaves_direction_open(text)
    for text in (
        "\u202aa",
        "a\u202c",
        "\u2069",
        "\u2067a\u202c",
        "\u2066a\n\u2069",
        "\u202ea\u2029\u202c",
        "\u2066" * 3,
    ):
        assert leaves_direction_open(text)


def test_a_text_twice_as_long_costs_about_twice_as_much() -> None:
    for sign in ("\u200d", "\u2067", "🏴\U000e0067", "\ufe0f", "ש\u200f"):
        text = sign * 200_000
        started = process_time()
        find_hidden(text)
        leaves_direction_open(text)
        assert process_time() - started < 1.0
