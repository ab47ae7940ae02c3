"""Characters that nobody sees are left out or refused, and those that writing needs are not."""

from __future__ import annotations

import random
import sys
import unicodedata
from time import process_time

import pytest

from app.wire.requests.hidden_characters import drop_harmless, find_hidden, leaves_direction_open

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
    "a Mongolian separator of vowels": "ᠬᠠ\u180eᠠ",
    "Thai and Khmer, where lines may end": "ภาษา\u200bไทย ភាសា\u200bខ្មែរ",
    "marks that combine": "e\u0301 n\u0303",
    "blanks": "a\u00a0b\u3000c\u2009d",
}

HARMLESS = {
    "a soft hyphen": ("Bundes\u00adtags\u00adwahl", "Bundestagswahl"),
    "a soft hyphen at the end": ("Ada\u00ad", "Ada"),
    "a zero-width space": ("Ada\u200bLind", "AdaLind"),
    "a zero-width space beside Thai": ("\u200bกข\u200b A", "กข A"),
    "a word joiner": ("Ada\u2060", "Ada"),
    "a byte order mark": ("\ufeffAda", "Ada"),
    "a joiner between Latin letters": ("Ad\u200da", "Ada"),
    "a joiner against a ligature": ("Auf\u200clage", "Auflage"),
    "a joiner at the end": ("Ada\u200c", "Ada"),
    "a joiner that only what is left out would keep": ("a\u180e\u200d", "a"),
    "a second joiner": ("क\u200d\u200d", "क\u200d"),
    "a variation selector behind a letter": ("Ada\ufe0f", "Ada"),
    "a variation selector that begins": ("\ufe0fAda", "Ada"),
    "two variation selectors": ("❤\ufe0f\ufe0f", "❤\ufe0f"),
    "two Mongolian variation selectors": ("a\u180b\u180b", "a"),
    "tags behind a letter": ("Ada\U000e0067\U000e007f", "Ada"),
    "a mark of direction beside Latin letters": ("Ada\u200e Lind\u200f!", "Ada Lind!"),
    "an Arabic mark beside Latin letters": ("Ada\u061c", "Ada"),
    "a combining grapheme joiner": ("A\u034fda", "Ada"),
}

REFUSED = {
    "an override": ("Ada\u202eadL", "bidi_control"),
    "an isolate that is closed": ("\u2068Ada\u2069", "bidi_control"),
    "an override beside Hebrew": ("של\u202eA", "bidi_control"),
    "a Hangul filler": ("Ada\u3164", "invisible_character"),
    "a next line": ("Ada\x85Lind", "invisible_character"),
    "a line separator": ("Ada\u2028Lind", "invisible_character"),
    "an annotation": ("A\ufff9da\ufffbB", "invisible_character"),
}


@pytest.mark.parametrize("text", NEEDED.values(), ids=NEEDED.keys())
def test_what_writing_needs_stays(text: str) -> None:
    assert (drop_harmless(text), find_hidden(text)) == (text, None)


@pytest.mark.parametrize(("text", "left"), HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_harmless_is_left_out(text: str, left: str) -> None:
    assert (drop_harmless(text), find_hidden(left)) == (left, None)


@pytest.mark.parametrize(("text", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_what_misleads_is_found(text: str, kind: str) -> None:
    assert (drop_harmless(text), find_hidden(text)) == (text, kind)


def test_no_format_or_control_character_stays_behind_a_latin_letter_but_signs_of_other_scripts() -> None:
    characters = (chr(code) for code in range(0x80, sys.maxunicode + 1))
    passed = {
        unicodedata.name(each, "unnamed").partition(" ")[0]
        for each in characters
        if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"}
        and each in drop_harmless(f"a{each}")
        and find_hidden(f"a{each}") is None
    }
    # Each of these has ink.
    assert passed <= {"ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"}


def test_what_is_left_has_nothing_more_to_leave_out() -> None:
    texts = random.Random(5)
    signs = "aकกᠠ❤🏴ש1\u00ad\u200b\u200c\u200d\u200f\u17b4\u180b\u180e\u2060\ufe0f\ufeff\U000e0067\U000e007f\U000e0100"
    for _ in range(20_000):
        left = drop_harmless("".join(texts.choices(signs, k=texts.randrange(2, 12))))
        assert drop_harmless(left) == left, ascii(left)


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
        drop_harmless(text)
        find_hidden(text)
        leaves_direction_open(text)
        assert process_time() - started < 1.0
