"""Folded words of texts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.text_folding import decompose, fold_email, fold_text, fold_words
from tests.growth import ANYWHERE, faults, mixed_pieces, single_pieces


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Polls have closed.", ["polls", "have", "closed"]),
        ("“Ålesund’s” 3.5 % — Straße", ["alesund", "s", "3", "5", "strasse"]),
        ("Tromsø ÆRØ Łódź İstanbul", ["tromso", "aero", "lodz", "istanbul"]),
        ("ΑΘΉΝΑ Москва́", ["αθηνα", "москва"]),
        ("مَرْحَبًا שָׁלוֹם", ["مرحبا", "שלום"]),
        ("foo_bar AND NOT NEAR(x)*", ["foo", "bar", "and", "not", "near", "x"]),
        ("東京 カレー", ["東", "京", "カ", "レ", "ー"]),
        ("ﬁnal ½ ①", ["final", "1", "2", "1"]),
        ("Bundes\u00adtags\u00adwahl", ["bundestagswahl"]),
        ("\"'\\ \x00 ():&|!*", []),
        ("", []),
    ],
)
def test_words_are_cut_at_signs_and_folded(text: str, words: list[str]) -> None:
    assert fold_words(text) == words


@given(st.text())
def test_words_are_letters_and_digits_and_nothing_else(text: str) -> None:
    assert all(word.isalnum() for word in fold_words(text))


@given(st.text())
def test_a_word_that_was_found_is_found_again(text: str) -> None:
    words = fold_words(text)
    assert fold_words(" ".join(words)) == words


@given(st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


MARKS = [chr(code) for code in range(0x300, 0x1E94B) if unicodedata.category(chr(code))[0] == "M"]
LETTERS = [*"aé각ｶﾞﾟ中", "\u0344", "\u0f73", "\u0f81", "\u0958", "\ufb2c", "\u1e69", "\U0001d160"]


@given(st.lists(st.sampled_from(MARKS) | st.sampled_from(LETTERS) | st.characters(), max_size=60), st.integers(12, 40))
def test_a_long_text_is_decomposed_as_unicode_says(signs: list[str], times: int) -> None:
    text = "".join(signs) * times
    assert decompose(text) == unicodedata.normalize("NFKD", text)


def test_words_are_folded_in_time_that_grows_with_the_text() -> None:
    pieces = (*ANYWHERE, "\u0323\u0301", "\u0f73\u0f71", "\U0001d16d\U0001d165", "ﾞ\u0323", "ﷺ", "e\u0301\u0323")
    assert faults(fold_words, single_pieces(pieces)) == []
    assert faults(fold_words, mixed_pieces(pieces, seed=1, count=10)) == []


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("Ann@Mail.Example", "ann@mail.example", True),
        ("ann@münchen.example", "ANN@xn--mnchen-3ya.EXAMPLE", True),
        ("a\u0308nne@mail.example", "ÄNNE@mail.example", True),
        ("οδος@mail.example", "ΟΔΟΣ@mail.example", True),
        ("ann@xn--\u00e9.example", "ann@xn--é.example", True),
        ("ann@xn--99999999999.example", "ann@XN--99999999999.example", True),
        ("ann@mail.example", "anne@mail.example", False),
        ("xn--mnchen-3ya@mail.example", "münchen@mail.example", False),
    ],
)
def test_spellings_of_one_address_are_one(one: str, other: str, are_one: bool) -> None:
    assert (fold_email(one) == fold_email(other)) is are_one
