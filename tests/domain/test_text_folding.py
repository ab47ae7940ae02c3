"""Folded words of texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.text_folding import fold_text, fold_words


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
