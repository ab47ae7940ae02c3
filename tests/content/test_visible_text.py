"""What shows nothing, however much of it there is."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from app.content import complete_blocks, parse_html, parse_markdown, parse_plain, shows_blocks, shows_text
from tests.content.oracle import counted_ids

UNSEEN = {
    "nothing": "",
    "blanks": " \t\n\u00a0\u3000",
    "zero-width spaces": "\u200b\u200b",
    "joiners": "\u200c\u200d\u2060",
    "a byte order mark": "\ufeff",
    "a soft hyphen": "\u00ad",
    "directions alone": "\u200e\u202e\u2066\u2069",
    "fillers": "\u115f\u3164\uffa0",
    "variation selectors": "\ufe0f\U000e0100",
    "tags": "\U000e0041\U000e007f",
    "a Braille pattern without a dot": "\u2800",
}


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN.keys())
def test_characters_without_ink_show_nothing_in_any_form(text: str) -> None:
    assert not shows_text(text)
    for blocks in (
        parse_plain(text, new_id=counted_ids()),
        parse_markdown(f"{text}\n\n- {text}\n- {text}", new_id=counted_ids()) if text.strip() else [],
        parse_html(f"<h2>{text}</h2><p><b>{text}</b></p><blockquote>{text}</blockquote>", new_id=counted_ids()),
        parse_html(f"<ul><li>{text}</li></ul><table><tr><td>{text}</td></tr></table>", new_id=counted_ids()),
    ):
        assert not shows_blocks(blocks)


def test_one_character_that_shows_is_enough() -> None:
    for text in ("a", "\u200b.\u200b", "…", "‏א‏", "👩‍🚒", "\u0301"):
        assert shows_text(text)
        assert shows_blocks(parse_plain(text, new_id=counted_ids()))


def test_no_letter_digit_mark_or_sign_counts_as_nothing_but_the_fillers() -> None:
    signs = (chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in "LMNPS")
    unseen = {unicodedata.name(sign) for sign in signs if not shows_text(sign)}
    words = ("FILLER", "SELECTOR", "JOINER", "INHERENT", "BRAILLE PATTERN BLANK")
    assert {name for name in unseen if not any(word in name for word in words)} == set()


def test_what_is_no_text_always_shows() -> None:
    for block in ({"type": "divider"}, {"type": "image", "url": "https://e.org/a.jpg"}):
        assert shows_blocks(complete_blocks([block], new_id=counted_ids()))
